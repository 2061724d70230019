import { checkFlag, known } from "../arguments.ts";
import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/nonsymmetric.ts";
import { checkSquare, type Matrix } from "./matrix.ts";

/**
 * Computes the eigenvalues re[i] + im[i]·√-1 of a square matrix, each as often as its multiplicity.
 *
 * @param a the matrix, Float32Array or Float64Array data; it is not changed
 * @param options.balance first separate eigenvalues that rows or columns with a single entry isolate, then scale rows
 *   and columns by powers of two until their norms are comparable (James, Langou and Lowery 2014). Balancing is far
 *   more accurate where units differ, and adds no rounding of its own; default true
 * @returns real and imaginary parts; complex conjugates are neighbours, the one with the positive imaginary part first.
 *   Otherwise the order means nothing.
 *
 * @remarks
 * The QR iteration of `schur` without its vectors, at half the time or a little less. The results are the exact
 * eigenvalues of a matrix that differs from the (balanced) one by some n·u·‖a‖: an ill-conditioned eigenvalue may move
 * by much more, one of a k x k Jordan block by the k-th root.
 *
 * @throws ArgumentError for a malformed or non-square matrix, a NaN or infinite entry, or when an eigenvalue overflows;
 *   ConvergenceError if 30·max(10, n) iterations were not enough; MemoryError
 */
export function eigenvalues<T extends Data>(
  a: Matrix<T>,
  options: { balance?: boolean } = {},
): { re: T; im: T } {
  const { balance = true } = known(options, ["balance"]);
  const dtype = checkSquare("a", a);
  checkFlag("balance", balance);
  const n = a.rows;
  return frame(dtype, (f) => {
    const input = f.put(a.data);
    const w = f.alloc(2 * n);
    check(f.kernels.gees(0, Number(balance), n, 0, 0, 0, 0, input, 0, w), "a");
    const take = (address: number) => f.copy(address, n) as T;
    return { re: take(w), im: take(w + n * a.data.BYTES_PER_ELEMENT) };
  });
}
