/**
 * Stewart's method (1980) in f64, reflector by reflector, and its two classical mistakes, so that a
 * test of the distribution can show that it would notice them.
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { reflect, reflector } from "./qr.ts";

/**
 * `all` is Haar; `none` forgets the diagonal of signs (the raw Q of a QR factorisation); with
 * `allButLast` the last of them is +1, so that n = 1 always gives the same matrix.
 */
export type Signs = "all" | "none" | "allButLast";

/** Q of m x n (m ≥ n) from the normals of x on and below the diagonal; x is m x n. */
export function stewart(x: Matrix, signs: Signs = "all"): Matrix<Float64Array> {
  const { rows: m, cols: n } = x;
  const q = new Float64Array(m * n);
  for (let j = n - 1; j >= 0; j--) {
    const column = Float64Array.from({ length: m }, (_, i) => (i < j ? 0 : x.data[i * n + j]));
    const v = reflector(column, j);
    reflect(v, column, 1);
    const fixed = signs === "none" || (signs === "allButLast" && j === n - 1);
    q[j * n + j] = fixed ? 1 : Math.sign(column[j]);
    reflect(v, q, n);
  }
  return { rows: m, cols: n, data: q };
}
