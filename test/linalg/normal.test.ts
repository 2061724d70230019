import fc from "fast-check";
import * as assert from "uvu/assert";
import { normal } from "../../src/linalg/index.ts";
import { double, precisions } from "../support/precisions.ts";
import {
  correlation,
  KOLMOGOROV,
  kolmogorov,
  moment,
  normalCdf,
  normalTail,
  standardize,
} from "../support/statistics.ts";
import { suite } from "../support/suite.ts";

const N = 2 ** 20;

/** |value − expected| within 4 standard deviations of an average over N draws. */
function close(value: number, expected: number, variance: number, what: string): void {
  const off = Math.abs(value - expected) / Math.sqrt(variance / N);
  assert.ok(off < 4, `${what} is ${value}, ${off.toFixed(1)} standard deviations from ${expected}`);
}

suite("linalg/normal", (test) => {
  for (const precision of precisions) {
    const { dtype, array, group } = precision;
    const draw = (count: number, seed: number) => normal(1, count, { seed, dtype }).data;

    test(`${dtype}: moments`, () => {
      const z = draw(N, 1);
      // E zᵖ = (p − 1)!! for even p, 0 for odd; the variance of zᵖ is E z²ᵖ − (E zᵖ)².
      const even = [1, 1, 3, 15, 105, 945, 10395, 135135];
      for (let p = 1; p <= 6; p++) {
        const expected = p % 2 === 0 ? even[p / 2] : 0;
        close(moment(z, p), expected, even[p] - expected ** 2, `E z^${p}`);
      }
    });

    test(`${dtype}: the distribution function, and its tails`, () => {
      const z = draw(N, 2);
      const distance = kolmogorov(z, normalCdf);
      assert.ok(distance < KOLMOGOROV, `Kolmogorov–Smirnov: ${distance}`);
      for (const t of [1, 2, 3, 4, 4.5])
        for (const sign of [1, -1]) {
          const p = normalTail(t);
          const share = z.filter((x) => sign * x > t).length / N;
          close(share, p, p * (1 - p), `P(${sign} z > ${t})`);
        }
    });

    test(`${dtype}: within what 31 or 52 bits can reach, never NaN`, () => {
      const reach = dtype === "float32" ? 6.661 : 8.572;
      for (const z of draw(N, 3)) assert.ok(Math.abs(z) < reach);
    });

    test(`${dtype}: each place in a group is normal and independent of the others`, () => {
      const z = draw(N, 4);
      const places = Array.from({ length: group }, (_, place) =>
        Float64Array.from({ length: N / group }, (_, g) => z[g * group + place]),
      );
      // One of 48 samples passes 2.4 with probability 0.001.
      for (const x of places) assert.ok(kolmogorov(x, normalCdf) < 2.4);
      // Box and Muller's two normals share a radius, which squares would show.
      const all = [...places, ...places.map((x) => x.map((value) => value ** 2))].map(standardize);
      // About 2000 coefficients: one of them passes 5 standard deviations with probability 0.001.
      const limit = 5 / Math.sqrt(N / group);
      for (const [i, x] of all.entries())
        for (const [j, y] of all.slice(0, i).entries())
          // (Not a number and its own square: their product varies five times as much.)
          if (i !== j + group)
            assert.ok(Math.abs(correlation(x, y)) < limit, `${i} and ${j} of ${2 * group}`);
    });

    test(`${dtype}: independent of earlier numbers and of other seeds`, () => {
      const count = 2 ** 17;
      const z = draw(count + 8 * group, 5);
      const lags = [0, 1, 2, group / 2, group, 2 * group, 8 * group];
      const seeds = [6, 5 + 2 ** 31, 5 + 2 ** 32];
      const [here, ...others] = [
        ...lags.map((lag) => z.subarray(lag, lag + count)),
        ...seeds.map((seed) => draw(count, seed)),
      ].map(standardize);
      for (const [i, other] of others.entries())
        assert.ok(Math.abs(correlation(here, other)) < 4 / Math.sqrt(count), `stream ${i}`);
    });

    test(`${dtype}: shape, precision, and the same numbers row by row`, () => {
      const size = fc.integer({ min: 0, max: 60 });
      const seed = fc.maxSafeNat();
      const property = fc.property(size, size, seed, (rows, cols, seed) => {
        const a = normal(rows, cols, { seed, dtype });
        assert.equal([a.rows, a.cols, a.data.length], [rows, cols, rows * cols]);
        assert.instance(a.data, array);
        assert.equal(a.data, draw(rows * cols, seed));
        if (a.data.length > 2)
          assert.not.equal(a.data, draw(rows * cols, seed === 0 ? 1 : seed - 1));
      });
      fc.assert(property, { seed: 1, numRuns: 200 });
    });

    test(`${dtype}: without a seed every call gives other numbers`, () => {
      const [x, y] = [0, 1].map(() => normal(3, 3, { dtype }).data);
      assert.not.equal(x, y);
    });
  }

  test("float32 is the default", () => {
    assert.equal(normal(2, 3, { seed: 1 }), normal(2, 3, { seed: 1, dtype: "float32" }));
    assert.instance(normal(2, 3).data, Float32Array);
  });

  test("float64 fills the gaps that float32 leaves", () => {
    const { data } = normal(1, N, { seed: 7, dtype: double.dtype });
    assert.is(new Set(data).size, N);
  });
});
