/** What functions of matrices share: they are computed in double precision and rounded once. */
import { float64 } from "../arrays.ts";
import { ArgumentError } from "../errors.ts";
import { allocate, type Data } from "../wasm/memory.ts";
import { checkRepresentable } from "./lstsq.ts";
import { matmul } from "./matmul.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { largest } from "./powers.ts";

/** Returns the largest magnitude. */
export function checkFinite(name: string, { data }: Matrix): number {
  const top = largest(data);
  if (!Number.isFinite(top)) {
    throw new ArgumentError(name, "finite entries", "a NaN or an infinity");
  }
  return top;
}

/** The result in the precision of the argument; an entry that is not finite is no result. */
export function mapped<T extends Data>(x: Matrix<Float64Array>, a: Matrix<T>): Matrix<T> {
  const data = allocate(checkMatrix("a", a), x.data.length) as T;
  data.set(x.data);
  const out = { rows: x.rows, cols: x.cols, data };
  checkRepresentable(out);
  return out;
}

/** z·x·zᵀ */
export function similar(z: Matrix<Float64Array>, x: Matrix<Float64Array>): Matrix<Float64Array> {
  return matmul(matmul(z, x), z, { transposeB: true });
}

/** To the last bit. */
export function isSymmetric({ rows: n, data }: Matrix): boolean {
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) if (data[i * n + j] !== data[j * n + i]) return false;
  }
  return true;
}

/** v·diag(f(w))·vᵀ of a symmetric matrix, to the last bit symmetric: half of the upper triangle is mirrored. */
export function ofSymmetric(
  { values, vectors: v }: { values: Float64Array; vectors: Matrix<Float64Array> },
  f: (w: number) => number,
): Matrix<Float64Array> {
  const n = v.rows;
  const factors = float64(values, f);
  const scaled = { ...v, data: float64(v.data, (x, at) => x * factors[at % n]!) };
  const x = matmul(scaled, v, { transposeB: true });
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) x.data[i * n + j] = x.data[j * n + i]!;
  }
  return x;
}
