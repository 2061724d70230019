import * as assert from "uvu/assert";
import { diversityOf, leastMeanCos2, likenessOf } from "../../src/init/diversity/metrics.ts";
import { build, gaussian } from "../support/matrices.ts";
import { double, precisions, single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

const close = (x: number, y: number, error = 1e-12) =>
  assert.ok(Math.abs(x - y) <= error * Math.max(1, Math.abs(y)), `${x} is not ${y}`);

suite("init/diversity", (test) => {
  for (const precision of precisions)
    test(`${precision.dtype}: three known vectors`, () => {
      // Cosines 0, 1/√2, −1/√2.
      const w = build(3, 2, precision, (i, j) => [[3, 0], [0, -5], [1, 1]][i][j]); // prettier-ignore
      const found = diversityOf(w);
      close(found.meanAbsCos, Math.SQRT2 / 3);
      close(found.meanCos2, 1 / 3);
      close(found.coherence, Math.SQRT1_2);
      close(found.minAngle, Math.PI / 4);
      const energies = [2, 2 - Math.SQRT2, 2 + Math.SQRT2].map((square) => 1 / square);
      close(found.energy, energies.reduce((a, b) => a + b) / 3);
      assert.equal([found.logDet, found.deadFraction], [-Infinity, 0]);
      // σ² are the eigenvalues of [[10, 1], [1, 26]].
      const spectrum = [18 + Math.sqrt(65), 18 - Math.sqrt(65)].map((x) => x / 36);
      close(found.effectiveRank, Math.exp(-spectrum.reduce((sum, p) => sum + p * Math.log(p), 0)));
      // Less their means, (1, 1)/√2 is zero and the others lie on one line: 3 → +, −5 (second entry) → +.
      close(found.meanAbsPearson, 1 / 3);
      close(found.maxAbsPearson, 1);
    });

  test("Pearson's correlation is that of the textbook", () => {
    const w = gaussian(5, 40, double);
    const rows = Array.from({ length: 5 }, (_, i) => Array.from(w.data.subarray(40 * i, 40 * i + 40))); // prettier-ignore
    const r = (x: number[], y: number[]) => {
      const [a, b] = [x, y].map((z) => z.reduce((sum, v) => sum + v, 0) / 40);
      const of = (f: (i: number) => number) => x.reduce((sum, _, i) => sum + f(i), 0);
      return of((i) => (x[i] - a) * (y[i] - b)) / Math.sqrt(of((i) => (x[i] - a) ** 2) * of((i) => (y[i] - b) ** 2)); // prettier-ignore
    };
    const pairs = rows.flatMap((x, i) => rows.slice(0, i).map((y) => r(x, y)));
    const found = diversityOf(w);
    close(found.meanAbsPearson, pairs.reduce((sum, x) => sum + Math.abs(x), 0) / 10);
    close(found.meanPearson2, pairs.reduce((sum, x) => sum + x * x, 0) / 10);
    close(found.maxAbsPearson, Math.max(...pairs.map(Math.abs)));
  });

  test("log det by elimination", () => {
    const w = build(2, 5, double, (i, j) => (i === 0 ? j + 1 : 1));
    const cos = 15 / Math.sqrt(55 * 5);
    close(diversityOf(w).logDet, Math.log(1 - cos ** 2));
    const same = build(3, 5, double, (i, j) => (i === 2 ? 2 : 1) * (j + 1));
    assert.is(diversityOf(same).logDet, -Infinity);
    assert.ok(diversityOf(build(2, 2, double, () => 1)).energy > 1e12);
  });

  test("orthogonal units are as different as can be, whatever their lengths", () => {
    const found = diversityOf(build(4, 6, double, (i, j) => (i === j ? 10 ** (3 * i - 5) : 0)));
    assert.equal([found.meanAbsCos, found.coherence, found.logDet], [0, 0, 0]);
    assert.equal([found.minAngle, found.energy], [Math.PI / 2, 0.5]);
  });

  test("scales far apart neither over- nor underflow", () => {
    for (const scale of [single.tiny, 1e-300, 1e300]) {
      const [a, b] = [1, scale].map((s) => diversityOf(build(3, 4, double, (i, j) => s * Math.cos(i * j + 1)))); // prettier-ignore
      if (scale !== single.tiny) close(a.meanCos2, b.meanCos2, 1e-12);
      close(a.effectiveRank, b.effectiveRank, 1e-9);
    }
  });

  test("dead, constant, single and no units", () => {
    const half = diversityOf(build(4, 3, double, (i, j) => (i % 2 ? 0 : i + j + 1)));
    assert.is(half.deadFraction, 0.5);
    assert.ok(half.meanAbsCos <= 1 / 6);
    const constant = diversityOf(build(2, 5, double, (i, j) => (i ? j : 0.1)));
    assert.equal([constant.meanAbsPearson, constant.maxAbsPearson], [0, 0]);
    const one = diversityOf(gaussian(1, 7, double));
    assert.equal([one.meanAbsCos, one.coherence, one.energy], [0, 0, 0]);
    assert.is(one.minAngle, Math.PI);
    close(one.effectiveRank, 1);
    close(one.logDet, 0);
    assert.is(diversityOf(build(3, 3, double, () => 0)).deadFraction, 1);
    const none = diversityOf(gaussian(0, 4, double));
    assert.equal([none.meanAbsCos, none.deadFraction, none.effectiveRank], [0, 0, 0]);
  });

  test("where rounding begins: determinants, Pearson's correlation, eigenvalues of zero", () => {
    const two = (...rows: number[][]) => diversityOf(build(2, rows[0]!.length, double, (i, j) => rows[i]![j]!)); // prettier-ignore
    assert.is(two([1, 0], [0, 1]).logDet, 0);
    // 1 − cos is 2⁻⁵¹, then 2⁻⁴⁹; rounding alone makes 2·2⁻⁵² of the largest eigenvalue, which is 2.
    assert.is(two([1, 0], [1, 2 ** -25]).logDet, -Infinity);
    // 1 − cos is 6 · 2⁻⁵³, the bound 8 · 2⁻⁵³.
    assert.is(two([1, 0], [1 - 6 * 2 ** -53, Math.sqrt(12 * 2 ** -53)]).logDet, -Infinity);
    close(two([1, 0], [1, 2 ** -24]).logDet, -48 * Math.LN2, 1e-2);
    assert.is(two([1, 0], [0, 0]).effectiveRank, 1);
    // Less its mean this row is 2⁻⁵⁰ throughout, which is 4·2⁻⁵², or twice that.
    const nearly = (x: number) => two([0.5 + x, 0.5 - x, 0.5 + x, 0.5 - x], [1, -1, 1, -1]).maxAbsPearson; // prettier-ignore
    assert.equal([2 ** -50, 2 ** -49].map(nearly), [0, 1]);
  });

  test("the likeness of two units, and of one", () => {
    const likeness = (m: number) => likenessOf(build(m, 2, double, (i, j) => (i ? 1 : 2 - 2 * j)), "w"); // prettier-ignore
    close(likeness(2).meanAbsCos, Math.SQRT1_2);
    close(likeness(2).meanCos2, 0.5);
    assert.equal(likeness(1), { meanAbsCos: 0, meanCos2: 0 });
  });

  test("spectrum: false leaves out what takes an SVD", () => {
    const found = diversityOf(gaussian(5, 5, double), { spectrum: false });
    assert.equal([found.effectiveRank, found.logDet], [NaN, NaN]);
    assert.ok(found.meanAbsCos > 0);
  });

  test("the least of mean cos², and errors", () => {
    assert.is(leastMeanCos2(3, 3), 0);
    assert.is(leastMeanCos2(1, 1), 0);
    close(leastMeanCos2(128, 64), 64 / (64 * 127));
    close(diversityOf(build(3, 2, double, (i, j) => [Math.cos, Math.sin][j]((2 * Math.PI * i) / 3))).meanCos2, leastMeanCos2(3, 2)); // prettier-ignore
    const w = gaussian(2, 3, double);
    for (const at of [0, 5]) {
      const spoilt = { ...w, data: w.data.slice().fill(NaN, at, at + 1) };
      refused("units", () => diversityOf(spoilt));
      refused("w", () => likenessOf(spoilt, "w"));
    }
    for (const bad of [NaN, Infinity]) {
      w.data[1] = bad;
      refused("units", () => diversityOf(w));
      refused("dense/kernel", () => diversityOf(w, { name: "dense/kernel" }));
    }
    const short = { rows: 2, cols: 2, data: new Float32Array(3) };
    refused("units.data", () => diversityOf(short));
    refused("kernel.data", () => likenessOf(short, "kernel"));
    refused("kernel", () => likenessOf(w, "kernel"));
    refused("spectrum", () => diversityOf(gaussian(2, 3, double), { spectrum: 1 as never }));
  });
});
