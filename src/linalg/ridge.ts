import { checkNumber } from "../arguments.ts";
import { float64 } from "../arrays.ts";
import { ArgumentError } from "../errors.ts";
import { allocate, type Data } from "../wasm/memory.ts";
import { columns, scaleColumns } from "./columns.ts";
import { checkFinite } from "./functions.ts";
import { gram } from "./gram.ts";
import { checkRepresentable } from "./lstsq.ts";
import { matmul } from "./matmul.ts";
import { checkBeside, checkMatrix, double, type Matrix } from "./matrix.ts";
import { magnitude, scaled, shifted } from "./powers.ts";
import { significant } from "./rank.ts";
import { solve } from "./solve.ts";
import { svd } from "./svd.ts";

export interface Ridge<T extends Data> extends Matrix<T> {
  readonly info: {
    /** By the normal equations, where they cost no accuracy, or by singular values. */
    readonly path: "normal" | "svd";
  };
}

/**
 * Ridge regression: for every column of b the x that minimises ‖b_j − a·x_j‖² + λ·‖x_j‖², x = (aᵀa + λ)⁻¹·aᵀb (Hoerl and
 * Kennard, Technometrics 12, 1970; Tikhonov's regularization).
 *
 * Computed in double precision and rounded once. By Cholesky's factorization of the normal equations, of order
 * min(m, n), while their estimated condition leaves the result its precision: 2²⁹ for Float32Array data, and 2¹³ for
 * Float64Array data, a quarter of the digits. Else by the singular values s_i of a, x = Σ v_i·s_i/(s_i² + λ)·(u_iᵀb),
 * where those at or below max(m, n)·eps·s₁ count as zero, as in `lstsq`, which λ = 0 therefore equals. Bounds
 * and the choice between the two are ours.
 *
 * @param a m x n, b m x p, of one precision; they are not changed
 * @param lambda λ ≥ 0, in units of a²
 * @returns x, n x p, with `info` besides
 * @throws ArgumentError for malformed matrices, precisions or numbers of rows that differ, a NaN or infinite entry, a
 *   negative λ, or an x that overflows; ConvergenceError; MemoryError
 */
export function ridge<T extends Data>(a: Matrix<T>, b: Matrix<T>, lambda: number): Ridge<T> {
  const dtype = checkMatrix("a", a);
  checkBeside("b", b, a);
  checkNumber("lambda", lambda, "non-negative");
  const [top, size] = [magnitude(checkFinite("a", a)), magnitude(checkFinite("b", b))];
  const left = scaled(double(a), -top);
  const right = scaled(double(b), -size);
  const shift = shifted(lambda, -2 * top);
  const normal = byNormalEquations(left, right, shift, dtype === "float32" ? 2 ** -29 : 2 ** -13);
  const found = scaled(normal ?? bySingularValues(left, right, shift, a), size - top);
  const data = allocate(dtype, found.data.length) as T;
  data.set(found.data);
  const x = { rows: found.rows, cols: found.cols, data };
  checkRepresentable(x);
  return { ...x, info: { path: normal ? "normal" : "svd" } };
}

type Double = Matrix<Float64Array>;

/** x, unless the reciprocal condition of the equations is below `safe`. */
function byNormalEquations(a: Double, b: Double, lambda: number, safe: number): Double | undefined {
  const tall = a.rows >= a.cols;
  const g = tall ? gram(a) : matmul(a, a, { transposeB: true });
  for (let i = 0; i < g.rows; i++) g.data[i * (g.rows + 1)]! += lambda;
  const rhs = tall ? matmul(a, b, { transposeA: true }) : b;
  try {
    const x = solve(g, rhs, { assume: "posdef" });
    if (x.info.rcond < safe) return undefined;
    return tall ? x : matmul(a, x, { transposeA: true });
  } catch (error) {
    // Not positive definite, up to rounding; what else could be wrong was checked.
    if (error instanceof ArgumentError) return undefined;
    throw error;
  }
}

function bySingularValues(a: Double, b: Double, lambda: number, given: Matrix): Double {
  const { u, s, v } = svd(a);
  const r = significant(s, given, undefined);
  const factors = float64(s.subarray(0, r), (x) => x / (x * x + lambda));
  const y = matmul(columns(u, 0, r), b, { transposeA: true });
  return matmul(scaleColumns(columns(v, 0, r), factors), y);
}
