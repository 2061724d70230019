import fc from "fast-check";
import * as assert from "uvu/assert";
import { haar, normal, type Matrix } from "../../src/linalg/index.ts";
import { kernels } from "../support/kernels.ts";
import { shapes } from "../support/matrices.ts";
import { double, precisions } from "../support/precisions.ts";
import { Family, orthogonality } from "../support/ratios.ts";
import { KOLMOGOROV, kolmogorov, mean, sphereCdf, variance } from "../support/statistics.ts";
import { suite } from "../support/suite.ts";
import { stewart, type Signs } from "../twins/haar.ts";

const N = 20000;

interface Moments {
  trace: number;
  variance: number;
  square: number;
  positive: number;
}

/** Over N draws: E tr Q, var tr Q, E tr Q² and P(det Q > 0), which for Haar are 0, 1, 1 and ½. */
function moments(n: number, draw: (seed: number) => Matrix): Moments {
  const [traces, squares, positive] = [0, 1, 2].map(() => new Float64Array(N));
  for (let seed = 0; seed < N; seed++) {
    const { data } = draw(seed);
    for (let i = 0; i < n; i++) {
      traces[seed] += data[i * n + i];
      for (let j = 0; j < n; j++) squares[seed] += data[i * n + j] * data[j * n + i];
    }
    positive[seed] = Number(determinant(data, n) > 0);
  }
  return {
    trace: mean(traces),
    variance: variance(traces),
    square: mean(squares),
    positive: mean(positive),
  };
}

/** By elimination with pivoting: only the sign matters. */
function determinant(data: ArrayLike<number>, n: number): number {
  const a = Float64Array.from(data);
  let product = 1;
  for (let j = 0; j < n; j++) {
    let p = j;
    for (let i = j; i < n; i++) if (Math.abs(a[i * n + j]) > Math.abs(a[p * n + j])) p = i;
    if (p !== j) {
      for (let l = 0; l < n; l++) [a[p * n + l], a[j * n + l]] = [a[j * n + l], a[p * n + l]];
      product = -product;
    }
    product *= a[j * n + j];
    for (let i = j + 1; i < n; i++) {
      const factor = a[i * n + j] / a[j * n + j];
      for (let l = j; l < n; l++) a[i * n + l] -= factor * a[j * n + l];
    }
  }
  return product;
}

/** What is wrong with these moments; nothing for a Haar distribution. */
function suspicions({ trace, variance, square, positive }: Moments): string[] {
  const found: string[] = [];
  if (Math.abs(trace) >= 4 / Math.sqrt(N)) found.push(`E tr Q = ${trace}`);
  if (Math.abs(variance - 1) >= 0.06) found.push(`var tr Q = ${variance}`);
  if (Math.abs(square - 1) >= 0.06) found.push(`E tr Q² = ${square}`);
  if (Math.abs(positive - 0.5) >= 0.02) found.push(`P(det Q > 0) = ${positive}`);
  return found;
}

suite("linalg/haar", (test) => {
  for (const precision of precisions) {
    const { dtype, array } = precision;
    const family = new Family(`haar ${dtype}, any shape`);
    const draw = (rows: number, cols: number) => (seed: number) =>
      haar(rows, cols, { seed, dtype });

    for (const n of [2, 3, 5, 16])
      test(`${dtype}: ${n} x ${n} is Haar: trace, square, determinant`, () => {
        assert.equal(suspicions(moments(n, draw(n, n))), []);
      });

    for (const [rows, cols] of shapes("2x2 3x3 5x5 16x16 16x4 4x16 9x1"))
      test(`${dtype}: entries of ${rows} x ${cols} are coordinates on a sphere`, () => {
        const matrices = Array.from({ length: N }, (_, seed) => draw(rows, cols)(seed).data);
        const cdf = sphereCdf(Math.max(rows, cols));
        for (const at of new Set([0, cols - 1, (rows - 1) * cols, rows * cols - 1])) {
          const distance = kolmogorov(
            matrices.map((data) => data[at]),
            cdf,
          );
          assert.ok(distance < KOLMOGOROV, `entry ${at}: ${distance}`);
        }
      });

    test(`${dtype}: 1 x 1 is a fair coin`, () => {
      const values = Array.from({ length: N }, (_, seed) => haar(1, 1, { seed, dtype }).data[0]);
      assert.ok(values.every((x) => Math.abs(x) === 1));
      assert.ok(Math.abs(mean(values)) < 4 / Math.sqrt(N));
    });

    test(`${dtype}: orthonormal for any shape and seed, the same for the same seed`, () => {
      const size = fc.integer({ min: 0, max: 70 });
      const property = fc.property(size, size, fc.maxSafeNat(), (rows, cols, seed) => {
        const q = haar(rows, cols, { seed, dtype });
        assert.equal([q.rows, q.cols, q.data.length], [rows, cols, rows * cols]);
        assert.instance(q.data, array);
        family.check(orthogonality(q), `${rows} x ${cols}, seed ${seed}`);
        assert.equal(haar(rows, cols, { seed, dtype }), q);
        if (q.data.length > 16)
          for (const step of [1, 2 ** 32]) {
            const other = seed < step ? seed + step : seed - step;
            assert.not.equal(haar(rows, cols, { seed: other, dtype }), q);
          }
      });
      fc.assert(property, { seed: 1, numRuns: 300 });
    });

    test(`${dtype}: wide is the transpose of tall`, () => {
      const wide = haar(5, 9, { seed: 1, dtype });
      const tall = haar(9, 5, { seed: 1, dtype });
      for (let i = 0; i < 5; i++)
        for (let j = 0; j < 9; j++) assert.is(wide.data[i * 9 + j], tall.data[j * 5 + i]);
    });

    test(`${dtype}: without a seed every call gives another matrix`, () => {
      assert.not.equal(haar(4, 4, { dtype }), haar(4, 4, { dtype }));
    });

    test.after(() => family.note());
  }

  // The statistics above are worth something only if they tell the usual mistakes from the truth; kernels have no part in it.
  for (const n of kernels === "release" ? [2, 3, 5, 16] : [])
    for (const signs of ["all", "none", "allButLast"] as Signs[])
      test(`the statistics judge Stewart's method with signs "${signs}", n = ${n}`, () => {
        const draw = (seed: number) => stewart(normal(n, n, { seed, dtype: double.dtype }), signs);
        const found = suspicions(moments(n, draw));
        assert.is(found.length > 0, signs !== "all", found.join(", "));
      });

  test("float32 is the default", () => {
    assert.equal(haar(3, 2, { seed: 1 }), haar(3, 2, { seed: 1, dtype: "float32" }));
  });
});
