/**
 * Eigenvalues of a symmetric matrix by plain cyclic Jacobi in f64 (Jacobi 1846): planes are rotated until nothing is
 * left off the diagonal. No tridiagonal form, no deflation, no division into parts.
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { largest } from "../support/ratios.ts";

const SWEEPS = 60;

/** Ascending. */
export function eigenvalues({ rows: n, data }: Matrix): Float64Array {
  const top = largest(Float64Array.from(data));
  if (top === 0) return new Float64Array(n);
  // By a power of two to [1, 2), in two halves: their product may be beyond the numbers.
  const exponent = Math.floor(Math.log2(top));
  const [half, rest] = [2 ** -Math.trunc(exponent / 2), 2 ** (Math.trunc(exponent / 2) - exponent)];
  const a = Float64Array.from(data, (x) => x * half * rest);
  for (let sweep = 0; rotateAll(n, a); sweep++)
    if (sweep === SWEEPS) throw new Error("the twin does not converge");
  return Float64Array.from({ length: n }, (_, i) => a[i * n + i] / half / rest).sort();
}

/** One sweep; was anything left? */
function rotateAll(n: number, a: Float64Array): boolean {
  let top = 0;
  let off = 0;
  a.forEach((x, at) => (at % (n + 1) === 0 ? (top = Math.max(top, Math.abs(x))) : (off += x * x)));
  if (Math.sqrt(off) <= n * Number.EPSILON * top) return false;
  for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(n, a, p, q, top);
  return true;
}

/** Next to `top` a rounding error of a rounding error is nothing: it would turn equal values round and round. */
function rotate(n: number, a: Float64Array, p: number, q: number, top: number): void {
  const apq = a[p * n + q];
  if (Math.abs(apq) <= 2 ** -63 * top) return;
  const θ = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (θ < 0 ? -1 : 1) / (Math.abs(θ) + Math.hypot(1, θ));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  a[p * n + p] -= t * apq;
  a[q * n + q] += t * apq;
  a[p * n + q] = a[q * n + p] = 0;
  for (let i = 0; i < n; i++) {
    if (i === p || i === q) continue;
    const [x, y] = [a[i * n + p], a[i * n + q]];
    a[i * n + p] = a[p * n + i] = c * x - s * y;
    a[i * n + q] = a[q * n + i] = s * x + c * y;
  }
}
