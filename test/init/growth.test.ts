import * as assert from "uvu/assert";
import fc from "fast-check";
import { ascend } from "../../src/init/growth/ascent.ts";
import { gradmax } from "../../src/init/growth/gradmax.ts";
import {
  meanNorm,
  norms,
  positive,
  zeroWeights,
  type Weights,
} from "../../src/init/growth/neurons.ts";
import { growOrthogonal } from "../../src/init/growth/orthogonal.ts";
import { split } from "../../src/init/growth/split.ts";
import { besides, columns } from "../../src/linalg/columns.ts";
import { matmul } from "../../src/linalg/matmul.ts";
import { normal } from "../../src/linalg/normal.ts";
import { rank } from "../../src/linalg/rank.ts";
import { svd } from "../../src/linalg/svd.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

/** Orthogonality in f32: the larger side times its rounding error, with room. */
const near = (d: number) => 20 * d * 2 ** -24;

const largest = (data: ArrayLike<number>) => Math.max(0, ...Array.from(data, Math.abs));
const gram = (a: Weights, b: Weights) => matmul(a, b, { transposeA: true });

/** ‖aᵀa − norm²·I‖ in units of norm². */
function skew(a: Weights, norm: number): number {
  const { data } = gram(a, a);
  return largest(data.map((x, at) => x / norm ** 2 - Number(at % (a.cols + 1) === 0)));
}

const sizes = fc.record({
  d: fc.integer({ min: 1, max: 40 }),
  m: fc.integer({ min: 1, max: 20 }),
  o: fc.integer({ min: 1, max: 40 }),
  k: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(),
});

const neurons = ({ d, m, o, seed }: { d: number; m: number; o: number; seed: number }) => ({
  incoming: normal(d, m, { seed }),
  outgoing: normal(o, m, { seed: seed + 1 }),
});

suite("init/growth orthogonal", (test) => {
  for (const side of ["in", "out"] as const) {
    test(`${side}: orthonormal and orthogonal to what is there, the other side zero`, () => {
      fc.assert(
        fc.property(sizes, (size) => {
          const old = neurons(size);
          const existing = side === "in" ? old.incoming : old.outgoing;
          const grown = growOrthogonal(old, size.k, { side, seed: size.seed, gain: 1.5 });
          const [fresh, other] = side === "in" ? [grown.incoming, grown.outgoing] : [grown.outgoing, grown.incoming]; // prettier-ignore
          const [d, norm] = [existing.rows, 1.5 * meanNorm(existing)];
          const free = Math.max(0, d - size.m);
          assert.is(grown.free, free);
          assert.ok(other.data.every((x) => x === 0));
          assert.ok(norms(fresh).every((x) => Math.abs(x / norm - 1) < 1e-5));
          const first = Math.min(size.k, free);
          const inside = columns(fresh, 0, first);
          assert.ok(skew(inside, norm) < near(d), `skew ${skew(inside, norm)}`);
          const overlap = largest(gram(existing, inside).data) / norm / meanNorm(existing);
          assert.ok(overlap < near(d), `overlap ${overlap}`);
          for (let at = first; at < size.k; at += d) {
            assert.ok(skew(columns(fresh, at, Math.min(at + d, size.k)), norm) < near(d));
          }
          const grownRank = rank(besides(existing, fresh));
          assert.is(grownRank, Math.min(d, rank(existing) + size.k));
        }),
        { numRuns: 60 },
      );
    });
  }

  test("orthogonal also to a rank-deficient layer", () => {
    const thin = matmul(normal(30, 2, { seed: 1 }), normal(2, 10, { seed: 2 }));
    const old = { incoming: thin, outgoing: normal(5, 10, { seed: 3 }) };
    const { incoming } = growOrthogonal(old, 20, { seed: 4 });
    assert.ok(largest(gram(thin, incoming).data) / meanNorm(thin) ** 2 < near(30));
  });

  test("the gradient of the zero side has the norm c √(k/m) ‖M‖ on average", () => {
    // c² k/d ‖M‖²: every direction of the d has an equal share.
    const m = normal(12, 7, { seed: 1 });
    const old = { incoming: normal(12, 3, { seed: 2 }), outgoing: normal(7, 3, { seed: 3 }) };
    const norm = meanNorm(old.outgoing);
    let mean = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { outgoing } = growOrthogonal(old, 2, { side: "out", against: "none", seed });
      mean += norms(matmul(m, outgoing)).reduce((sum, x) => sum + x ** 2, 0) / 400;
    }
    const expected = (norm ** 2 * 2 * norms(m).reduce((sum, x) => sum + x ** 2, 0)) / 7;
    assert.ok(Math.abs(mean / expected - 1) < 0.06, `${mean / expected}`);
  });

  test("pair: [V, V] and [Z, −Z]", () => {
    const old = neurons({ d: 20, m: 5, o: 9, seed: 1 });
    const { incoming, outgoing, free } = growOrthogonal(old, 6, { side: "pair", seed: 2 });
    assert.is(free, 4);
    assert.equal(columns(incoming, 0, 3).data, columns(incoming, 3).data);
    assert.equal(
      columns(outgoing, 0, 3).data,
      columns(outgoing, 3).data.map((x) => -x),
    );
    assert.ok(skew(columns(incoming, 0, 3), meanNorm(old.incoming)) < near(20));
    assert.ok(skew(columns(outgoing, 0, 3), meanNorm(old.outgoing)) < near(9));
  });

  test("seeds repeat, and differ", () => {
    const old = neurons({ d: 20, m: 5, o: 9, seed: 1 });
    const draw = (seed: number) => growOrthogonal(old, 3, { seed }).incoming.data;
    assert.equal(draw(1), draw(1));
    assert.not.equal(draw(1), draw(2));
  });

  test("the time for more units than directions is linear in them", () => {
    const old = neurons({ d: 2, m: 2, o: 2, seed: 1 });
    const time = (k: number) => {
      const start = performance.now();
      growOrthogonal(old, k, { seed: 1 });
      return performance.now() - start;
    };
    time(1e3);
    const [few, many] = [time(4e3), time(64e3)];
    assert.ok(many < 60 * few, `16 times the units, ${many / few} times the time`);
  });

  test("refuses norms that are 0 or infinite", () => {
    const old = neurons({ d: 4, m: 2, o: 4, seed: 1 });
    for (const gain of [0, -1, 1e39, 1e-60, NaN])
      refused("gain", () => growOrthogonal(old, 2, { gain }));
    const none = { ...old, incoming: zeroWeights(4, 2) };
    assert.match(refused("gain", () => growOrthogonal(none, 2)).message, /norm: "fixed"/);
    growOrthogonal(none, 2, { side: "out" });
  });

  test("refuses what it does not know", () => {
    const old = neurons({ d: 4, m: 2, o: 4, seed: 1 });
    refused("side", () => growOrthogonal(old, 2, { side: "both" as never }));
    refused("against", () => growOrthogonal(old, 2, { against: "all" as never }));
    refused("units", () => growOrthogonal(old, 3, { side: "pair" }));
    refused("seed", () => growOrthogonal(old, 3, { seed: -1 }));
  });
});

suite("init/growth gradmax", (test) => {
  test("‖M V‖² is the sum of the k largest σ²", () => {
    fc.assert(
      fc.property(sizes, ({ d, o, k, seed }) => {
        const m = normal(d, o, { seed });
        const { directions, singularValues, filled } = gradmax(m, k, seed);
        const least = Math.min(d, o, k);
        assert.is(filled, k - least);
        assert.is(singularValues.length, least);
        const { s } = svd(m, { vectors: false });
        const best = s.slice(0, least).reduce((sum, x) => sum + x ** 2, 0);
        const found = norms(matmul(m, columns(directions, 0, least))).reduce((sum, x) => sum + x ** 2, 0); // prettier-ignore
        assert.ok(Math.abs(found / best - 1) < 1e-4, `${found / best}`);
        for (let at = 0; at < k; at += o) {
          assert.ok(skew(columns(directions, at, Math.min(at + o, k)), 1) < near(Math.max(d, o)));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("beyond the rank it fills, orthonormal, and says how many", () => {
    const m = matmul(normal(50, 3, { seed: 1 }), normal(3, 30, { seed: 2 }));
    const { directions, filled, singularValues } = gradmax(m, 8, 3);
    assert.is(filled, 5);
    assert.is(singularValues.length, 3);
    assert.ok(skew(directions, 1) < near(50));
    assert.ok(largest(matmul(m, columns(directions, 3)).data) < 1e-4, "the fill has no gradient");
    assert.is(gradmax({ ...m, data: m.data.map(() => 0) }, 4, 1).filled, 4);
  });

  test("signs do not depend on luck", () => {
    const m = normal(40, 30, { seed: 1 });
    const minus = { ...m, data: m.data.map((x) => -x) };
    const [a, b] = [m, minus].map((one) => gradmax(one, 4, 1).directions.data);
    assert.ok(largest(a.map((x, i) => x - b[i])) < 1e-4);
  });

  test("of two entries of the largest magnitude the first is positive", () => {
    const data = Float32Array.of(1, -1, 0, -1, 1, 0, 0.5, 0.5, 0);
    assert.equal([...positive({ rows: 3, cols: 3, data }).data], [1, 1, 0, -1, -1, 0, 0.5, -0.5, 0]); // prettier-ignore
  });

  test("refuses NaN", () => {
    refused("a", () => gradmax({ rows: 2, cols: 2, data: new Float32Array([1, NaN, 0, 1]) }, 1, 1));
  });
});

suite("init/growth split", (test) => {
  test("copies come in the same, and together send what the one sent", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const old = neurons(size);
        const { incoming, outgoing, divided, sources } = split(old, size.k, { seed: size.seed });
        const sums = Float64Array.from(divided.data);
        sources.forEach((source, i) => {
          for (let row = 0; row < size.d; row++) {
            assert.is(incoming.data[row * size.k + i], old.incoming.data[row * size.m + source]);
          }
          for (let row = 0; row < size.o; row++) {
            sums[row * size.m + source] += outgoing.data[row * size.k + i];
          }
        });
        const error = largest(sums.map((x, at) => x - old.outgoing.data[at]));
        assert.ok(error <= 1e-6 * largest(old.outgoing.data), `${error}`);
        const times = sources.map((source) => sources.filter((one) => one === source).length);
        assert.ok(Math.max(...times) - Math.min(...times) <= 1, "each once before any twice");
      }),
      { numRuns: 60 },
    );
  });

  test("copies differ by the noise, and not at all without", () => {
    const old = neurons({ d: 10, m: 4, o: 100, seed: 1 });
    const apart = (noise: number) => {
      const { outgoing, divided, sources } = split(old, 1, { noise, seed: 2 });
      const [j, lengths] = [sources[0], norms(old.outgoing)];
      const gap = outgoing.data.map((x, row) => x - divided.data[row * 4 + j]);
      return Math.sqrt(gap.reduce((sum, x) => sum + x * x, 0)) / (lengths[j] / 2);
    };
    assert.is(apart(0), 0);
    // d and −d with ‖d‖ about 0.1/√2, since the mean of two draws is taken off.
    assert.ok(Math.abs(apart(0.1) / (0.1 * Math.SQRT2) - 1) < 0.3, `${apart(0.1)}`);
    assert.equal(split(old, 1, { seed: 2 }), split(old, 1, { noise: 0.1, seed: 2 }));
  });

  test("refuses a bad noise", () => {
    const old = neurons({ d: 2, m: 2, o: 2, seed: 1 });
    for (const noise of [-1, NaN, Infinity]) refused("noise", () => split(old, 1, { noise }));
  });
});

suite("init/growth ascent", (test) => {
  test("takes a hundred steps, the first of three tenths over √2 for each of two weights", () => {
    const places: number[][] = [];
    ascend({ rows: 2, cols: 1, data: Float32Array.of(1, 0) }, ({ data }) => {
      places.push([...data]);
      return Float32Array.of(0, 1);
    });
    assert.is(places.length, 100);
    const [, [x, y]] = places;
    assert.ok(Math.abs(y! / x! - 0.3 * Math.SQRT1_2) < 1e-6, `${y! / x!}`);
  });

  test("finds the largest singular direction, at any scale, and keeps the norms", () => {
    for (const scale of [1e-6, 1, 1e6]) {
      const m = normal(12, 8, { seed: 1 });
      const { s } = svd(m, { vectors: false });
      const start = { ...normal(8, 1, { seed: 2 }) };
      const norm = norms(start)[0];
      // ∇‖Mw‖²/2 = MᵀM w
      const found = ascend(start, (w) =>
        matmul(m, matmul(m, w), { transposeA: true }).data.map((x) => x * scale),
      );
      assert.ok(Math.abs(norms(found)[0] / norm - 1) < 1e-5);
      const reached = norms(matmul(m, found))[0] / norm / s[0];
      assert.ok(reached > 0.999, `${reached}`);
    }
  });

  test("finds as many directions as there are columns, not one of them many times", () => {
    for (const k of [2, 5, 8]) {
      const m = normal(12, 8, { seed: 1 });
      const s = svd(m, { vectors: false }).s.slice(0, k);
      const found = ascend(
        normal(8, k, { seed: 2 }),
        (w) => matmul(m, matmul(m, w), { transposeA: true }).data,
      );
      const norm = norms(found)[0];
      assert.ok(skew(found, norm) < near(8));
      // Ky Fan: no orthonormal columns have a larger ‖MW‖² than s_1² + … + s_k².
      const square = (values: ArrayLike<number>) =>
        Array.from(values).reduce((sum, x) => sum + x * x, 0);
      const reached = square(matmul(m, found).data) / norm ** 2 / square(s);
      assert.ok(reached > 0.999, `${k}: ${reached}`);
    }
  });

  test("stays where there is no slope", () => {
    const start = normal(5, 1, { seed: 1 });
    let steps = 0;
    const found = ascend(start, () => {
      steps++;
      return new Float32Array(5);
    });
    assert.is(steps, 100, "the paper's");
    assert.ok(largest(found.data.map((x, i) => x - start.data[i])) < 1e-5);
  });
});
