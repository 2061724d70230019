import * as assert from "uvu/assert";
import { mostRedundant, redrawn } from "../../src/init/diversity/redundant.ts";
import { build, gaussian } from "../support/matrices.ts";
import { double, single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

suite("init/redundant", (test) => {
  test("the pair with the largest signed cosine, the longer one kept", () => {
    const rows = [[1, 0, 0], [0, 2, 0], [0, -9, 0.001], [0, 1, 0.1]]; // prettier-ignore
    const found = mostRedundant(build(4, 3, double, (i, j) => rows[i][j]))!;
    assert.equal([found.kept, found.replaced, found.multiple], [1, 3, false]);
    assert.ok(Math.abs(found.cosine - 1 / Math.sqrt(1.01)) < 1e-15, "opposite units are not alike");
    assert.ok(Math.abs(found.ratio - Math.sqrt(1.01) / 2) < 1e-15);
  });

  test("of pairs and of lengths that are alike the first one; a unit of zeros has no pair", () => {
    const pair = (...rows: number[][]) => {
      const { kept, replaced } = mostRedundant(
        build(rows.length, 2, double, (i, j) => rows[i][j]),
      )!;
      return [kept, replaced];
    };
    assert.equal(pair([3, 4], [4, 3]), [0, 1]);
    assert.equal(pair([3, 4], [3, 4], [3, 4]), [0, 1]);
    assert.equal(pair([1, 0], [0, 0], [-1, 0]), [0, 2]);
    assert.equal(pair([0, 0], [-1, 0], [1, 0]), [1, 2]);
  });

  test("the bias belongs to a unit", () => {
    const w = build(2, 2, double, (i, j) => (i + 1) * (j + 1));
    assert.ok(mostRedundant(w)!.multiple);
    assert.ok(mostRedundant(w, [1, 2])!.multiple);
    assert.not(mostRedundant(w, [1, 2.1])!.multiple);
    assert.not(mostRedundant(w, [1, -2])!.multiple);
  });

  test("a multiple is told to float32 precision", () => {
    const base = gaussian(1, 300, double);
    const make = (noise: number) => {
      const w = build(2, 300, double, (i, j) => (i ? Math.PI : 1) * base.data[j] * (1 + i * noise * Math.sin(j))); // prettier-ignore
      return mostRedundant({ ...w, data: Float32Array.from(w.data) })!;
    };
    assert.ok(make(0).multiple);
    assert.not(make(1e-5).multiple);
    assert.ok(make(1e-5).cosine > 1 - 1e-9, "which the cosine does not show");
    assert.ok(Math.abs(make(0).ratio - 1 / Math.PI) < 1e-6);
  });

  test("a difference of 2⁻²¹ between unit vectors is that of a multiple, a larger one is not", () => {
    // The first number for which the difference of the unit vectors, as it is computed, is 2⁻²¹.
    const t = 2 ** -21 * (1 + 384 * 2 ** -52);
    const multiple = (t: number) => mostRedundant(build(2, 2, double, (i, j) => (j ? i * t : 1)))!.multiple; // prettier-ignore
    assert.equal([t / 2, t, t * (1 + 2 ** -30)].map(multiple), [true, true, false]);
  });

  test("nothing to compare", () => {
    for (const m of [0, 1]) assert.is(mostRedundant(gaussian(m, 3, single)), undefined);
    assert.is(mostRedundant(build(3, 3, double, (i) => Number(i === 1))), undefined);
    const w = gaussian(3, 3, double);
    refused("weights", () => mostRedundant(w, [1, NaN, 2]));
  });

  test("a new direction: orthogonal to the others, as long as the old, random", () => {
    for (const [m, n] of [
      [2, 2],
      [5, 8],
      [8, 8],
      [3, 50],
      [1, 4],
    ]) {
      const w = gaussian(m, n, double);
      const j = m - 1;
      const fresh = redrawn(w, j, 1);
      const length = Math.hypot(...w.data.subarray(j * n));
      assert.ok(Math.abs(Math.hypot(...fresh) / length - 1) < 1e-12);
      for (let i = 0; i < j; i++) {
        const row = w.data.subarray(i * n, (i + 1) * n) as Float64Array;
        const dot = row.reduce((sum, x, k) => sum + x * fresh[k], 0);
        assert.ok(Math.abs(dot) < 1e-12 * length * Math.hypot(...row), `${m} x ${n}`);
      }
      assert.equal(redrawn(w, j, 1), fresh);
      if (n > m) assert.not.equal(redrawn(w, j, 2), fresh);
    }
  });

  test("a new direction where the others depend on each other to float32 precision: random, orthogonal", () => {
    const [m, n] = [12, 8];
    // Three directions, of which rounding leaves eight.
    const basis = gaussian(3, n, double, 1).data;
    const part = gaussian(m, 3, double, 2).data;
    const w = build(m, n, single, (i, j) => [0, 1, 2].reduce((sum, k) => sum + part[3 * i + k] * basis[n * k + j], 0)); // prettier-ignore
    const dot = (x: ArrayLike<number>, y: ArrayLike<number>) => Array.from(x).reduce((sum, value, k) => sum + value * y[k], 0); // prettier-ignore
    const [one, other] = [1, 2].map((seed) => redrawn(w, m - 1, seed));
    assert.ok(Math.abs(dot(one, other)) < 0.99 * dot(one, one), "the same direction");
    for (const fresh of [one, other])
      for (let k = 0; k < 3; k++)
        assert.ok(Math.abs(dot(fresh, basis.subarray(n * k, n * k + n))) < 1e-5 * Math.hypot(...one)); // prettier-ignore
  });

  test("beside units of zeros alone every direction is new", () => {
    const w = build(3, 4, double, (i, j) => (i === 1 ? j + 1 : 0));
    assert.ok(redrawn(w, 1, 1).every((x) => x !== 0));
  });

  test("where the others leave no direction: the one in which they are least", () => {
    const w = build(4, 2, double, (i, j) => (j === 0 ? 1 : [0.1, -0.2, 0.1, 5][i]));
    const fresh = redrawn(w, 3, 1);
    assert.ok(Math.abs(fresh[1]) > 50 * Math.abs(fresh[0]));
    for (const j of [-1, 4, 0.5]) refused("unit", () => redrawn(w, j, 1));
  });
});
