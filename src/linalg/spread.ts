import { checkFraction, checkOneOf, known } from "../arguments.ts";
import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/spreading.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/**
 * Pushes the rows of w apart by one step of steepest descent for Σ cos² over pairs of rows, keeping their lengths.
 *
 * @param w m x n; a row of zeros stays zero and pushes no other row. w is not changed.
 * @param options.step above 0 and at most 0.5, which is the default
 * @param options.units `"rows"` (default), or `"columns"` to read w as its transpose: kernels of tf.layers have their
 *   units in columns
 * @returns the new matrix, m x n
 *
 * @remarks
 * With r the lengths of the rows and u the rows divided by their lengths,
 *
 *   w ← diag(r)·normalised(u − η·off(u·uᵀ)·u),   η = step / ‖u·uᵀ‖₂,
 *
 * where off() sets the diagonal to zero. Our formulation; ‖u·uᵀ‖₂ is estimated by eight power steps.
 *
 * Repeated steps end at orthogonal rows (rows ≤ columns) or at a tight frame, which has the least possible Σ cos². Near
 * orthogonal rows a step of 0.5 converges quadratically. Where rows far outnumber columns longer steps would overshoot:
 * near the end a step changes an excess by a factor (1 − 3 step) / (1 − step).
 *
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, an option out of range, or when a result
 *   overflows; MemoryError
 */
export function spread<T extends Data>(
  w: Matrix<T>,
  options: { step?: number; units?: "rows" | "columns" } = {},
): Matrix<T> {
  const { step = 0.5, units = "rows" } = known(options, ["step", "units"]);
  const dtype = checkMatrix("w", w);
  checkFraction("step", step, 0.5);
  checkOneOf("units", units, ["rows", "columns"]);
  const byRows = units === "rows";
  const [m, n] = byRows ? [w.rows, w.cols] : [w.cols, w.rows];
  const data = frame(dtype, (f) => {
    const a = f.put(w.data);
    check(f.kernels.spread(Number(byRows), m, n, step, a), "w");
    return f.copy(a, m * n);
  });
  return { rows: w.rows, cols: w.cols, data: data as T };
}
