/** Cholesky factors of Gram matrices, which are definite only where units are independent. */
import { ArgumentError } from "../../errors.ts";
import { cholesky, type Matrix } from "../../linalg/index.ts";

/**
 * The lower triangular l of a = l·lᵀ; `undefined` if a is not positive definite: a pivot that is not above
 * m·2⁻⁵² of its diagonal entry is what rounding makes of zero.
 */
export function factorOf(a: Matrix<Float64Array>): Matrix<Float64Array> | undefined {
  const m = a.rows;
  try {
    const l = cholesky(a);
    for (let at = 0; at < m * m; at += m + 1) {
      if (!(l.data[at]! ** 2 > m * 2 ** -52 * a.data[at]!)) return undefined;
    }
    return l;
  } catch (error) {
    if (error instanceof ArgumentError) return undefined;
    throw error;
  }
}
