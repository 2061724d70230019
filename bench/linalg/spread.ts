import { matmul, normal, spread, type Matrix } from "../../src/linalg/index.ts";
import { type Case, job } from "../harness.ts";
import { matMul } from "../peers/tfjs.ts";

/** One step on n units of n inputs, 3 n³ flops: only half of the tiles of UUᵀ are computed. */
function size(
  n: number,
  {
    dtype,
    units = "columns",
    bar,
  }: { dtype?: "float64"; units?: "rows" | "columns"; bar?: number } = {},
): Case {
  const w = normal(n, n, { seed: 1, dtype });
  return {
    name: `spread ${n}${dtype ? " f64" : ""}${units === "rows" ? " rows" : ""}`,
    flops: 3 * n ** 3,
    unit: matMul(n, n, n),
    start: () =>
      job(
        () => spread(w, { units }),
        (found) => ({ residual: lengthening(w, found, units) }),
      ),
    bar,
  };
}

/** Largest relative change of the length of a unit, over n u. Lengths should not change. */
function lengthening(w: Matrix, found: Matrix, units: "rows" | "columns"): number {
  const [before, after] = [w, found].map((a) => {
    const double = { ...a, data: Float64Array.from(a.data) };
    const gram = matmul(double, double, { [units === "rows" ? "transposeB" : "transposeA"]: true });
    return Array.from({ length: gram.rows }, (_, i) => Math.sqrt(gram.data[i * (gram.rows + 1)]));
  });
  const u = found.data instanceof Float64Array ? 2 ** -53 : 2 ** -24;
  return Math.max(...after.map((length, i) => Math.abs(length / before[i] - 1))) / (w.rows * u);
}

export default [
  size(128),
  size(512, { bar: 3 }),
  size(512, { units: "rows", bar: 3 }),
  size(512, { dtype: "float64" }),
] satisfies Case[];
