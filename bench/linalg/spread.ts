import { matmul, normal, spread, type Matrix } from "../../src/linalg/index.ts";
import { type Case, job } from "../harness.ts";
import { matMul } from "../peers/tfjs.ts";

/** One step on n units of n inputs; 3 n³ flops, half of the tiles of UUᵀ being spared. */
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
        (found) => ({ residual: error(w, found, units) }),
      ),
    bar,
  };
}

/** Largest deviation of a row from what f64 arithmetic by the definition has, over n u. */
function error(w: Matrix, found: Matrix, units: "rows" | "columns"): number {
  const double = (a: Matrix) => ({ ...a, data: Float64Array.from(a.data) });
  const exact = spread(double(w), { units });
  const worst = double(found).data.reduce(
    (most, x, at) => Math.max(most, Math.abs(x - exact.data[at])),
    0,
  );
  const u = found.data instanceof Float64Array ? 2 ** -53 : 2 ** -24;
  const size = Math.sqrt(
    matmul(exact, exact, { transposeB: true }).data.reduce((top, x) => Math.max(top, x), 0),
  );
  return worst / (w.rows * u * size);
}

export default [
  size(128),
  size(512, { bar: 3 }),
  size(512, { units: "rows", bar: 3 }),
  size(512, { dtype: "float64" }),
] satisfies Case[];
