import * as assert from "uvu/assert";
import { spread, type Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, shapes } from "../support/matrices.ts";
import { precisions } from "../support/precisions.ts";
import { distance, transpose } from "../support/ratios.ts";
import { gemm } from "../twins/gemm.ts";
import { normalise } from "../twins/spread.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

/** Σ_{i≠j} cos² */
function potential({ rows: m, cols: n, data }: Matrix): number {
  const u = { rows: m, cols: n, data: Float64Array.from(data) };
  normalise(u.data, m, n);
  const { value } = gemm(u, transpose(u));
  return value.reduce((sum, x, at) => sum + (at % (m + 1) === 0 ? 0 : x * x), 0);
}

const times = (count: number, w: Matrix, step?: number) => {
  for (let k = 0; k < count; k++) w = spread(w, { step });
  return w;
};

suite("linalg/spread", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;

    test(`${dtype}: every step brings cos² down, and keeps the lengths`, () => {
      for (const [m, n] of shapes("2x2 5x9 9x5 33x32 40x7"))
        for (const step of [0.1, 0.3, 0.5]) {
          const w = gaussian(m, n, precision);
          const next = spread(w, { step });
          assert.ok(potential(next) < potential(w), `${m} x ${n}, step ${step}`);
          const [before, after] = [w, next].map(({ data }) => normalise(Float64Array.from(data), m, n)); // prettier-ignore
          assert.ok(before.every((length, i) => Math.abs(after[i] / length - 1) < 4 * (n + 4) * u));
        }
    });

    test(`${dtype}: it ends at orthogonal rows, or at a tight frame`, () => {
      for (const [m, n] of shapes("4x4 16x30 12x10 30x10")) {
        const least = Math.max(0, m ** 2 / n - m);
        const found = potential(times(150, gaussian(m, n, precision)));
        assert.ok(
          Math.abs(found - least) <= 1e-3 * least + (m * n * u) ** 2,
          `${m} x ${n}: ${found}`,
        );
      }
    });

    test(`${dtype}: orthogonal rows stay`, () => {
      const w = build(3, 4, precision, (i, j) => (i === j ? i + 1 : 0));
      assert.equal(spread(w).data, w.data);
    });

    test(`${dtype}: a row as long as the largest number stays`, () => {
      const w = build(2, 2, precision, (i, j) => (i !== j ? 0 : i ? 1 : precision.max));
      assert.equal(spread(w).data, w.data);
    });

    test(`${dtype}: two rows at 60° take the known step`, () => {
      // cos = 1/2, |UUᵀ| = 3/2 (eight power steps find it to 3⁻¹⁶): u₁ − (step / 1.5)·½·u₂.
      const w = build(2, 2, precision, (i, j) => [1, 0, 0.5, Math.sqrt(0.75)][2 * i + j]);
      const [x, y] = [1 - 1 / 12, -Math.sqrt(0.75) / 6];
      const { data } = spread(w, { step: 0.5 });
      assert.ok(
        distance(
          data.subarray(0, 2),
          [x, y].map((z) => z / Math.hypot(x, y)),
        ) < 1e-6,
      );
    });

    test(`${dtype}: columns are rows of the transpose; the argument is not changed`, () => {
      const w = gaussian(7, 12, precision);
      const copy = w.data.slice();
      const columns = spread(transpose(w), { units: "columns" });
      assert.equal([columns.rows, columns.cols], [12, 7]);
      assert.equal(transpose(columns).data, spread(w).data);
      assert.equal(w.data, copy);
    });

    test(`${dtype}: empty, single, refused`, () => {
      for (const [m, n] of shapes("0x0 0x3 3x0"))
        assert.equal(spread(gaussian(m, n, precision)).data.length, 0);
      const one = gaussian(1, 5, precision);
      assert.ok(distance(spread(one).data, one.data) <= 8 * u);
      const w = gaussian(3, 3, precision);
      for (const step of [0, -1, 0.51, NaN, "0.5"]) refused("step", () => spread(w, { step: step as number })); // prettier-ignore
      refused("units", () => spread(w, { units: "both" as "rows" }));
      w.data[4] = NaN;
      refused("w", () => spread(w));
      w.data[4] = 1;
      spread(w);
    });
  }
});
