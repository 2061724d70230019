import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/nonsymmetric.ts";
import { checkSquare, type Matrix } from "./matrix.ts";

/**
 * Computes the real Schur form a = z·t·zᵀ of a square matrix, with z orthogonal and t upper quasi-triangular.
 *
 * @param a the matrix, Float32Array or Float64Array data; it is not changed
 * @returns t and z. A real eigenvalue is a diagonal entry of t; a complex pair p ± q·i is a 2 x 2 block with equal
 *   diagonal entries p and off-diagonal entries of opposite signs whose product is -q². All other entries below the
 *   diagonal are exactly zero.
 *
 * @remarks
 * Householder reduction to Hessenberg form, then the QR iteration: Francis's double shift for small matrices,
 * small-bulge multishift with aggressive early deflation (Braman, Byers and Mathias, SIAM J. Matrix Anal. Appl. 23,
 * 2002, parts I and II) for large ones. Backward stable: t and z are exact for a matrix that differs from a by some
 * n·u·‖a‖.
 *
 * @throws ArgumentError for a malformed or non-square matrix, a NaN or infinite entry, or when t overflows;
 *   ConvergenceError if 30·max(10, n) iterations were not enough (about 2 n are usual); MemoryError
 */
export function schur<T extends Data>(a: Matrix<T>): { t: Matrix<T>; z: Matrix<T> } {
  const dtype = checkSquare("a", a);
  const n = a.rows;
  return frame(dtype, (f) => {
    const t = f.put(a.data);
    const z = f.alloc(n * n);
    const w = f.alloc(2 * n);
    check(f.kernels.gees(1, 0, n, 0, 0, 0, 0, t, z, w), "a");
    const take = (address: number) => f.copy(address, n * n) as T;
    return { t: { rows: n, cols: n, data: take(t) }, z: { rows: n, cols: n, data: take(z) } };
  });
}
