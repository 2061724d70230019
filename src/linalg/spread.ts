import { checkFraction, checkOneOf, known } from "../arguments.ts";
import { allocate, check, frame, type Data } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/**
 * One step that pushes the rows of w apart and keeps their lengths: with r the lengths and u the rows of
 * w divided by them,
 *
 *   w ← diag(r)·normalised(u − η·off(u·uᵀ)·u),   η = step / ‖u·uᵀ‖₂,
 *
 * off() zeroing the diagonal: steepest descent for Σ cos² over pairs of rows. Repeated, it ends at
 * orthogonal rows (rows ≤ columns) or at a tight frame, the least that Σ cos² can be; near orthogonal rows
 * a step of 0.5 converges quadratically. (Where rows outnumber columns by far, longer steps would overshoot: near the
 * end one changes an excess by a factor (1 − 3 step) / (1 − step).) Our formulation; ‖u·uᵀ‖₂ is an estimate by eight
 * power steps.
 *
 * @param w m x n; a row of zeros stays one and pushes nothing. It is not changed.
 * @param options.step above 0 and at most 0.5, the default
 * @param options.units `"rows"` (default), or `"columns"` to read w as its transpose, as kernels of
 *   tf.layers have their units
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, an option out of range, or when a
 *   result overflows; MemoryError
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
    return f.take(a, m * n, allocate(dtype, m * n));
  });
  return { rows: w.rows, cols: w.cols, data: data as T };
}
