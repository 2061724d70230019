/**
 * Singular values by plain one-sided Jacobi in f64 (Hestenes 1958): columns are rotated in pairs until
 * all are orthogonal; their lengths are the singular values. No preconditioning, no blocking, no
 * scaled rotations. The relative accuracy is u κ(B) for A = B D (Demmel and Veselić 1992).
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { largest, transpose } from "../support/ratios.ts";

const SWEEPS = 100;
/** A squared length, relative to the largest entry, next to which squares underflow. */
const NOTHING = 1e-280;

/** Descending; those of the transpose, computed from its columns, with `byRows` or if a is wide. */
export function singularValues(a: Matrix, { byRows = a.rows < a.cols } = {}): Float64Array {
  const { rows: n, cols: m, data } = byRows ? a : transpose(a);
  const top = largest(Float64Array.from(data));
  if (top === 0) return new Float64Array(Math.min(m, n));
  // By a power of two to [1, 2), in two halves, so that no square leaves the range.
  const exponent = Math.floor(Math.log2(top));
  const [half, rest] = [2 ** -Math.trunc(exponent / 2), 2 ** (Math.trunc(exponent / 2) - exponent)];
  const columns = Array.from({ length: n }, (_, j) =>
    Float64Array.from(data.subarray(j * m, (j + 1) * m), (x) => x * half * rest),
  );
  for (let sweep = 0; rotateAll(columns); sweep++)
    if (sweep === SWEEPS) throw new Error("the twin does not converge");
  const lengths = columns.map((x) => Math.sqrt(dot(x, x))).sort((x, y) => y - x);
  return Float64Array.from(lengths.slice(0, Math.min(m, n)), (x) => x / half / rest);
}

/** One sweep; was any pair oblique? */
function rotateAll(columns: Float64Array[]): boolean {
  let rotated = false;
  for (let p = 0; p < columns.length; p++)
    for (let q = p + 1; q < columns.length; q++) if (rotate(columns[p], columns[q])) rotated = true;
  return rotated;
}

/** Makes x and y orthogonal, the longer one x; false if they are already, or one is nothing but noise. */
function rotate(x: Float64Array, y: Float64Array): boolean {
  const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)];
  const tolerance = x.length * Number.EPSILON;
  if (Math.min(xx, yy) < NOTHING || Math.abs(xy) <= tolerance * Math.sqrt(xx) * Math.sqrt(yy))
    return false;
  const ζ = (yy - xx) / (2 * xy);
  // The small angle when x is the longer one, the large when it is not.
  const small = Math.sign(ζ || 1) / (Math.abs(ζ) + Math.hypot(1, ζ));
  const t = xx >= yy ? small : -1 / small;
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  for (let i = 0; i < x.length; i++) [x[i], y[i]] = [c * x[i] - s * y[i], s * x[i] + c * y[i]];
  return true;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}
