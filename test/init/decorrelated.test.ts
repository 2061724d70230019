import fc from "fast-check";
import * as assert from "uvu/assert";
import { ConvergenceError } from "../../src/errors.ts";
import { decorrelated, type DecorrelatedOptions } from "../../src/init/diversity/decorrelated.ts";
import { decorrelate, type Method } from "../../src/init/diversity/decorrelate.ts";
import { factorOf } from "../../src/init/diversity/definite.ts";
import { matmul, polar, type Matrix } from "../../src/linalg/index.ts";
import { build, gaussian } from "../support/matrices.ts";
import { double, single } from "../support/precisions.ts";
import { distance, transpose } from "../support/ratios.ts";
import { moment, mean, kolmogorov, KOLMOGOROV } from "../support/statistics.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown, tooLarge } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";
import { normalise } from "../twins/spread.ts";

const complete: Method[] = ["zca", "qr", "cholesky", "gradient"];

/** Cosines over pairs of rows, by their definition. */
function cosines({ rows: m, cols: n, data }: Matrix): number[] {
  const u = { rows: m, cols: n, data: Float64Array.from(data) };
  normalise(u.data, m, n);
  const { value } = gemm(u, transpose(u));
  return Array.from(value).filter((_, at) => Math.floor(at / m) < at % m);
}

const lengths = ({ rows, cols, data }: Matrix) => normalise(Float64Array.from(data), rows, cols);

const meanAbs = (values: number[]) => mean(values.map(Math.abs));

/** The units of a dense or convolution kernel as rows. */
function units(shape: number[], data: Float32Array): Matrix {
  const cols = shape.at(-1)!;
  return transpose({ rows: data.length / cols, cols, data });
}

const draw = (shape: number[], options: DecorrelatedOptions) =>
  units(shape, decorrelated(shape, options).values);

suite("init/decorrelated: as many inputs as units, or more", (test) => {
  for (const method of complete)
    for (const shape of [
      [2, 2],
      [64, 32],
      [64, 64],
      [784, 16],
      [3, 3, 8, 16],
      [5, 4, 7],
    ])
      // prettier-ignore
      test(`${method} [${shape}]: mean |cos| < 1e-6`, () => {
        for (const seed of [1, 2, 3])
          assert.ok(meanAbs(cosines(draw(shape, { method, seed }))) < 1e-6);
      });

  test("row lengths stay as drawn, for all methods the same", () => {
    const drawn = complete.map((method) => lengths(draw([40, 30], { method, seed: 5 })));
    for (const found of drawn) assert.ok(distance(found, drawn[0]) < 1e-6);
    assert.ok(new Set(drawn[0]).size === 30, "random");
  });

  test("zca is the polar factor: nearer to the draw than qr, and where gradient ends", () => {
    const w = gaussian(12, 20, double);
    const u = { ...w, data: Float64Array.from(w.data) };
    const rows = normalise(u.data, 12, 20);
    const found = (method: Method) => {
      const data = decorrelate(w, { method }).weights.data.slice();
      normalise(data, 12, 20);
      return data;
    };
    const [zca, qr, gradient] = (["zca", "qr", "gradient"] as Method[]).map(found);
    assert.ok(distance(zca, polar(u).u.data) < 1e-13);
    const away = (data: Float64Array) => Math.hypot(...data.map((x, at) => x - u.data[at]));
    assert.ok(away(zca) < 0.8 * away(qr));
    assert.ok(away(gradient) < 1.01 * away(zca), "almost as near");
    assert.ok(distance(lengths(decorrelate(w).weights), rows) < 1e-12);
  });

  test("cholesky has the rows of qr, whose first keeps its direction", () => {
    const w = gaussian(9, 9, double);
    const [a, b] = (["qr", "cholesky"] as Method[]).map((method) => decorrelate(w, { method }).weights); // prettier-ignore
    assert.ok(distance(a.data, b.data) < 1e-9);
    assert.ok(distance(a.data.subarray(0, 9), w.data.subarray(0, 9)) < 1e-13);
  });

  test("the iterations and metrics are reported", () => {
    const { report } = decorrelated([64, 64], { base: "glorotNormal", seed: 1 });
    const { before, after, ...rest } = report();
    assert.equal(rest, { units: 64, inputs: 64, iterations: 1, leastMeanCos2: 0 });
    assert.is(decorrelated([1, 1], { seed: 1 }).report().leastMeanCos2, 0);
    const tight = build(3, 2, double, (i, j) => [Math.cos, Math.sin][j]((2 * Math.PI * i) / 3));
    const spent = (["zca", "gradient", "qr"] as Method[]).map((method) => decorrelate(tight, { method }).iterations); // prettier-ignore
    assert.equal(spent, [1, 0, 1]);
    // The figures of our study: .1045 and 37.5 before, 0 and 63.1 after.
    assert.ok(Math.abs(before.meanAbsCos - 0.1) < 0.01 && Math.abs(before.effectiveRank - 38) < 2);
    assert.ok(after.meanAbsCos < 1e-6 && after.effectiveRank > 63);
  });
});

suite("init/decorrelated: more units than inputs", (test) => {
  const shapes = [[10, 12], [32, 33], [64, 65], [64, 128], [9, 60], [1, 5], [2, 3, 40]]; // prettier-ignore

  for (const method of ["zca", "gradient"] as const)
    for (const shape of shapes)
      test(`${method} [${shape}]: within 1 % of the tight frame`, () => {
        for (const seed of shape[0] === 64 ? [1] : [1, 2, 3]) {
          const w = draw(shape, { method, seed });
          const { rows: m, cols: n } = w;
          const least = (m - n) / (n * (m - 1));
          const found = moment(cosines(w), 2);
          assert.ok(found <= 1.01 * least, `${found / least}`);
          assert.ok(found >= least * (1 - 1e-6), "less than possible");
          const { leastMeanCos2, after } = decorrelated(shape, { method, seed }).report();
          assert.ok(Math.abs(leastMeanCos2 / least - 1) < 1e-12);
          assert.ok(Math.abs(after.meanCos2 / found - 1) < 1e-6);
        }
      });

  test("qr comes near, in one step", () => {
    for (const shape of shapes) {
      const { report } = decorrelated(shape, { method: "qr", seed: 1 });
      const { after, before, leastMeanCos2, iterations } = report();
      assert.is(iterations, 1);
      assert.ok(after.meanCos2 <= leastMeanCos2 * (1 + 2.5 / shape.slice(0, -1).reduce((a, b) => a * b)), `${shape}`); // prettier-ignore
      assert.ok(after.meanCos2 < before.meanCos2 || shape[0] === 1);
    }
  });

  test("cholesky says why not", () => {
    const { message } = refused("method", () => decorrelated([10, 12], { method: "cholesky" }));
    assert.match(message, "more units (12) than dimensions (10)");
  });

  test("rows that are the same cannot be told apart by descent: an error, not an answer", () => {
    const w = build(3, 2, double, () => 1);
    const { message } = thrown(ConvergenceError, () => decorrelate(w, { method: "gradient" }));
    assert.match(message, "after 1000 iterations mean cos² is ");
  });
});

suite("init/decorrelated: variants", (test) => {
  test("centred units have mean zero and no Pearson correlation", () => {
    for (const method of complete)
      for (const shape of [
        [33, 32],
        [20, 7],
      ]) {
        const w = draw(shape, { method, centred: true, seed: 2 });
        const sizes = lengths(w);
        for (let i = 0; i < w.rows; i++) {
          const row = w.data.subarray(i * w.cols, (i + 1) * w.cols);
          assert.ok(Math.abs(mean(row)) < 1e-7 * sizes[i]);
        }
        assert.ok(meanAbs(cosines(w)) < 1e-6);
        const { after } = decorrelated(shape, { method, centred: true, seed: 2 }).report();
        assert.ok(after.meanAbsPearson < 1e-6);
      }
    const tight = decorrelated([9, 20], { centred: true, seed: 1 }).report().after;
    assert.ok(tight.meanPearson2 < 1.01 * (12 / (8 * 19)));
  });

  test("depthwise: the filters on one channel", () => {
    const shape = [3, 3, 5, 4];
    const { values, report } = decorrelated(shape, { depthwise: true, seed: 3 });
    for (let channel = 0; channel < 5; channel++) {
      const w = build(4, 9, single, (j, k) => values[(k * 5 + channel) * 4 + j]);
      assert.ok(meanAbs(cosines(w)) < 1e-6);
    }
    assert.equal([report().units, report().inputs], [4, 9]);
    assert.is(decorrelated([3, 3, 8, 1], { depthwise: true, seed: 1 }).report().after.meanCos2, 0);
    refused("shape", () => decorrelated([8, 2], { depthwise: true }));
  });

  test("data: pre-activations are decorrelated, weights are not", () => {
    const mix = build(6, 6, double, (i, j) => Number(i === j) + 1 / (1 + i + j));
    const x = matmul(gaussian(4000, 6, double, 5), mix) as Matrix<Float64Array>;
    const products = matmul(x, x, { transposeA: true });
    const covariance = { ...products, data: products.data.map((v) => v / 4000) };
    const w = draw([6, 5], { method: "data", covariance, seed: 6 });
    const z = matmul(x, { ...w, data: Float64Array.from(w.data) }, { transposeB: true });
    assert.ok(meanAbs(cosines(transpose(z))) < 1e-3, `${meanAbs(cosines(transpose(z)))}`);
    assert.ok(meanAbs(cosines(w)) > 0.05, `${meanAbs(cosines(w))}`);
    const plain = draw([6, 5], { seed: 6 });
    assert.ok(distance(lengths(w), lengths(plain)) < 1e-6);
    assert.ok(meanAbs(cosines(transpose(matmul(x, { ...plain, data: Float64Array.from(plain.data) }, { transposeB: true })))) > 0.1); // prettier-ignore
  });

  test("data: a constant input counts with a thousandth of the mean variance, whichever it is", () => {
    for (let at = 0; at < 4; at++) {
      const covariance = build(4, 4, double, (i, j) => Number(i === j && i !== at));
      // W (C + ε) Wᵀ is diagonal, ε = 1e-3 · 3/4.
      const two = decorrelate(gaussian(2, 4, double), { method: "data", covariance }).weights.data;
      const dot = (p: number, q: number) => [0, 1, 2, 3].reduce((sum, j) => sum + (Number(j !== at) + 0.75e-3) * two[4 * p + j]! * two[4 * q + j]!, 0); // prettier-ignore
      assert.ok(Math.abs(dot(0, 1)) < 1e-13 * Math.sqrt(dot(0, 0) * dot(1, 1)));
    }
  });

  const bases = ["glorotNormal", "glorotUniform", "heNormal", "heUniform", "leCunNormal", "leCunUniform"] as const; // prettier-ignore
  const scales = { glorot: 2 / (36 + 72), he: 2 / 36, leCun: 1 / 36 };
  for (const base of bases)
    test(`${base}: the variance of its rule`, () => {
      const { values } = decorrelated([3, 3, 4, 8], { base, seed: 1 });
      const rule = base.replace(/Normal|Uniform/, "") as keyof typeof scales;
      const expected = scales[rule];
      const found = mean([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => moment(decorrelated([3, 3, 4, 8], { base, seed }).values, 2))); // prettier-ignore
      assert.ok(Math.abs(found / expected - 1) < 0.12, `${found / expected}`);
      assert.is(values.length, 288);
    });

  test("a single uniform unit is drawn uniformly", () => {
    const { values } = decorrelated([3000, 1], { base: "leCunUniform", seed: 1 });
    const edge = Math.sqrt(3 / 3000);
    const cdf = (x: number) => Math.min(1, Math.max(0, (x / edge + 1) / 2));
    assert.ok(kolmogorov(values, cdf) < KOLMOGOROV);
    assert.ok(values.every((x) => Math.abs(x) <= edge));
  });

  test("the direction is Haar's: no entry of a 4 x 4 orthogonal factor is preferred", () => {
    const sums = new Float64Array(16);
    for (let seed = 0; seed < 1000; seed++) {
      const data = Float64Array.from(draw([4, 4], { base: "leCunNormal", seed }).data);
      normalise(data, 4, 4);
      data.forEach((x, at) => (sums[at] += x ** 2 / 1000));
    }
    // E q² = 1/4, with standard deviation √(1/8 − 1/16)/√1000 = 0.008.
    assert.ok(sums.every((x) => Math.abs(x - 0.25) < 0.03));
  });
});

suite("init/decorrelated: seeds, edges, errors", (test) => {
  test("the seed decides", () => {
    const bits = (seed?: number) => decorrelated([7, 5], { seed }).values;
    assert.equal(bits(3), bits(3));
    assert.not.equal(bits(3), bits(4));
    assert.not.equal(bits(), bits());
  });

  test("one unit, no unit, no input", () => {
    for (const method of complete) {
      const one = decorrelated([6, 1], { method, seed: 2 });
      assert.ok(distance(one.values, decorrelated([6, 1], { seed: 2 }).values) < 1e-7);
      assert.is(one.report().after.meanAbsCos, 0);
      for (const shape of [
        [0, 3],
        [3, 0],
        [0, 0],
        [2, 0, 4],
      ])
        assert.is(decorrelated(shape, { method }).values.length, 0);
    }
  });

  test("any shape is finite", () => {
    const axis = fc.integer({ min: 1, max: 9 });
    const property = fc.property(axis, axis, fc.maxSafeNat(), (n, m, seed) => {
      const method = (["zca", "qr", "gradient"] as Method[])[seed % 3];
      assert.ok(decorrelated([n, m], { method, seed }).values.every(Number.isFinite));
    });
    fc.assert(property, { seed: 1, numRuns: 60 });
  });

  test("of groups alike the report is that of the first", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { values, report } = decorrelated([1, 1, 2, 2], { depthwise: true, seed });
      const same = values[0]! * values[1]! > 0;
      assert.is(report().after.energy > 1, same, `seed ${seed}`);
    }
  });

  test("bounds: rows that are orthogonal already, a covariance that is nearly symmetric or nearly definite", () => {
    const rows = (...all: number[][]) => build(all.length, all[0]!.length, double, (i, j) => all[i]![j]!) as Matrix<Float64Array>; // prettier-ignore
    // Their mean cos² is 2⁻⁶⁰.
    const iterations = (x: number) => decorrelate(rows([1, 0], [x, 1]), { method: "gradient" }).iterations; // prettier-ignore
    assert.is(iterations(2 ** -30), 0);
    assert.ok(iterations(2 ** -29) > 0);
    const whitened = (covariance: Matrix) => () => decorrelate(rows([1, 0], [0, 1]), { method: "data", covariance }); // prettier-ignore
    whitened(rows([1, 1e-5], [0, 1]))();
    refused("covariance", whitened(rows([1, 1.001e-5], [0, 1])));
    // With the ridge, a thousandth of the mean variance, its least eigenvalue is zero.
    let x = 0;
    for (let i = 0; i < 20; i++) x = -(1e-3 / 2 + (1e-3 * x) / 2);
    assert.match(refused("covariance", whitened(rows([1, 0], [0, x]))).expected, "semidefinite");
    whitened(rows([1, 0], [0, x / 2]))();
  });

  test("a pivot of m·2⁻⁵² of its diagonal entry is zero", () => {
    // v·v = 1 − 2⁻⁴⁸ = 1 − 16·2⁻⁵², with every square and every sum exact.
    let left = 2 ** 48 - 1;
    const parts: number[] = [];
    while (left > 0) left -= parts[parts.push(Math.floor(Math.sqrt(left))) - 1]! ** 2;
    const entry = (x = 0) => x / 2 ** 24;
    const a = (last: number) => build(16, 16, double, (i, j) => (i === j ? (i < 15 ? 1 : last) : j === 15 ? entry(parts[i]) : i === 15 ? entry(parts[j]) : 0)) as Matrix<Float64Array>; // prettier-ignore
    assert.ok(parts.length < 15);
    assert.is(factorOf(a(1)), undefined);
    assert.ok(factorOf(a(1 + 2 ** -48)));
  });

  test("weights that cannot be used", () => {
    const w = gaussian(3, 4, double);
    const zero = build(3, 4, double, (i, j) => (i === 1 ? 0 : i + j));
    assert.match(refused("w", () => decorrelate(zero)).message, "row 1");
    const constant = build(2, 4, double, (i, j) => (i === 0 ? 2 : j));
    assert.match(refused("w", () => decorrelate(constant, { centred: true })).message, "row 0");
    decorrelate(constant);
    // What is left without the mean has the length of 2⁻⁴⁰ times 0.8 or 1.6.
    const nearly = (by: number) =>
      build(2, 2, double, (i, j) => (i === 0 ? 1 + (j ? by : -by) : j));
    decorrelate(nearly(1.6 * 2 ** -40), { centred: true });
    refused("w", () => decorrelate(nearly(0.8 * 2 ** -40), { centred: true }));
    const twice = build(2, 4, double, (_, j) => j);
    assert.match(refused("w", () => decorrelate(twice, { method: "cholesky" })).message, "independent"); // prettier-ignore
    assert.ok(meanAbs(cosines(decorrelate(twice).weights)) < 1e-12);
    for (const bad of [NaN, Infinity]) {
      w.data[5] = bad;
      assert.is(refused("w", () => decorrelate(w)).expected, "finite entries");
    }
    refused("w.data", () => decorrelate({ ...w, rows: 2 }));
    const square = gaussian(3, 3, double);
    refused("method", () => decorrelate(square, { method: "ZCA" as Method }));
    const of = (data: Float64Array) => () =>
      decorrelate(square, { method: "data", covariance: { rows: 3, cols: 3, data } });
    refused("covariance.data", of(new Float64Array(8)));
    assert.is(refused("covariance", of(new Float64Array(9).fill(NaN))).expected, "finite entries");
  });

  test("cholesky refuses units that depend on each other, whatever rounding makes of the pivot that is zero", () => {
    for (const [m, n] of [
      [2, 6],
      [4, 5],
      [6, 20],
    ])
      for (let seed = 1; seed <= 12; seed++) {
        const w = gaussian(m, n, double, seed);
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let i = 0; i < m - 1; i++) sum += (i + 1) * w.data[i * n + j]!;
          w.data[(m - 1) * n + j] = sum;
        }
        refused("w", () => decorrelate(w, { method: "cholesky" }));
      }
  });

  const loose = decorrelated as (shape: unknown, options?: unknown) => unknown;
  test("options and shapes that cannot be used", () => {
    const bad = (argument: string, options: object) => refused(argument, () => loose([3, 3], options)); // prettier-ignore
    for (const [argument, value] of [
      ["method", 1],
      ["base", 7],
      ["centred", 1],
      ["depthwise", 1],
      ["seed", -1],
    ] as const)
      // prettier-ignore
      refused(argument, () => loose([3, 0], { [argument]: value }));
    for (const method of ["ZCA", 1, null, "toString"]) bad("method", { method });
    for (const base of ["glorot", "Normal", "heNormalNormal", "toStringNormal", 7]) bad("base", { base }); // prettier-ignore
    for (const centred of [1, "yes"]) bad("centred", { centred });
    for (const depthwise of [1, "yes"]) bad("depthwise", { depthwise });
    for (const seed of [-1, 0.5, "1", 2 ** 53]) bad("seed", { seed });
    bad("covariance", { method: "data" });
    const eye = build(3, 3, double, (i, j) => Number(i === j));
    bad("covariance", { method: "zca", covariance: eye });
    bad("covariance", { method: "data", covariance: build(2, 2, double, () => 1) });
    bad("covariance", { method: "data", covariance: build(3, 3, double, (i, j) => i - j) });
    bad("covariance", { method: "data", covariance: build(3, 3, double, () => NaN) });
    bad("covariance", { method: "data", covariance: build(3, 3, double, (i, j) => i + j - 2) });
    bad("centred", { method: "data", covariance: eye, centred: true });
    refused("centred", () => loose([1, 3], { centred: true }));
    for (const shape of [undefined, [], [3], [3, -1], [3, 1.5], "33"]) refused("shape", () => loose(shape)); // prettier-ignore
    tooLarge(() => loose([2 ** 20, 2 ** 20]));
    loose([3, 3]);
  });
});
