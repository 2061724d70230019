import * as assert from "uvu/assert";
import { log, normalDistribution } from "../../src/elementary.ts";
import { fansOf, kernelLayers, type KernelLayer } from "../../src/init/fans.ts";
import { size } from "../../src/init/shape.ts";
import {
  randomNormal,
  randomUniform,
  rules,
  truncatedNormal,
  varianceScaling,
  type Rule,
} from "../../src/init/variance.ts";
import { TRUNCATED } from "../../src/init/truncated.ts";
import { normal } from "../../src/linalg/index.ts";
import {
  correlation,
  KOLMOGOROV,
  kolmogorov,
  mean,
  normalCdf,
  standardize,
  variance,
} from "../support/statistics.ts";
import { suite } from "../support/suite.ts";
import { refused, tooLarge } from "../support/thrown.ts";
import { philox } from "../twins/philox.ts";

const N = 2 ** 20;

/** A kernel of each kind with about a million weights, and its fans by counting. */
const kernels: [KernelLayer, number[], fanIn: number, fanOut: number][] = [
  ["dense", [1024, 1024], 1024, 1024],
  ["dense", [500, 2000], 500, 2000], // the recurrent kernel of an LSTM
  ["dense", [5, 400, 512], 2000, 2560],
  ["dense", [3, 3, 256, 448], 2304, 4032],
  ["dense", [3, 3, 3, 128, 300], 3456, 8100],
  ["transpose", [3, 3, 448, 256], 2304, 4032],
  ["transpose", [2, 2, 2, 512, 256], 2048, 4096],
  ["depthwise", [3, 3, 40000, 3], 9, 27],
  ["depthwise", [7, 20000, 8], 7, 56],
  ["separable", [3, 3, 60000, 2], 9, 18],
  ["separable", [1, 1, 2000, 500], 2000, 500],
  ["embedding", [16000, 64], 1, 64],
];
/** The rules that every kernel is drawn by; the first kernel is drawn by all. */
const some: Rule[] = ["glorotNormal", "heUniform"];

/** The words of a stream, by the twin of the generator. */
function words(count: number, seed: number, stream: number): number[] {
  const out: number[] = [];
  for (let block = 0; out.length < count; block += 4) {
    const four = [0, 1, 2, 3].map((lane) => philox([block + lane, stream << 27, 0, 0], seed >>> 0, Math.floor(seed / 2 ** 32))); // prettier-ignore
    for (let word = 0; word < 4; word++) out.push(...four.map((counter) => counter[word]));
  }
  return out.slice(0, count);
}

/** p in (−1, 1) of a word: its upper 24 bits, in the middle of their cell. */
const signed = (word: number) => ((word >> 8) + 0.5) / 2 ** 23;

/** z with Φ(z) = 1/2 + p (1/2 − Φ(−2)), by bisection. */
function truncatedQuantile(p: number): number {
  const target = 0.5 + p * (0.5 - normalDistribution(-2));
  let [low, high] = [-2, 2];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

suite("init/variance", (test) => {
  test("fans of every kind of kernel", () => {
    for (const [layer, shape, fanIn, fanOut] of kernels)
      assert.equal(fansOf(shape, layer), { fanIn, fanOut }, `${layer} ${shape}`);
    assert.equal(fansOf([]), { fanIn: 1, fanOut: 1 });
    assert.equal(fansOf([7]), { fanIn: 7, fanOut: 7 });
    refused("shape", () => fansOf([7], "embedding"));
    for (const layer of ["transpose", "depthwise", "separable"] as const)
      refused("shape", () => fansOf([7, 5], layer));
    refused("layer", () => fansOf([7, 5], "conv" as never));
  });

  test("the standard deviation of the truncated distribution", () => {
    // Var = 1 − 4 φ(2) / (Φ(2) − Φ(−2)).
    const density = Math.exp(-2) / Math.sqrt(2 * Math.PI);
    const inside = 1 - 2 * normalDistribution(-2);
    assert.ok(Math.abs(TRUNCATED - Math.sqrt(1 - (4 * density) / inside)) < 1e-15);
  });

  test("variance within 1 % of nominal, mean and bounds, for every kernel kind and rule", () => {
    assert.equal([...new Set(kernels.map(([layer]) => layer))].sort(), [...kernelLayers].sort());
    for (const [layer, shape, fanIn, fanOut] of kernels)
      for (const rule of shape === kernels[0][1] ? (Object.keys(rules) as Rule[]) : some) {
        const { scale, mode, distribution } = rules[rule];
        const nominal = scale / (mode === "fanIn" ? fanIn : (fanIn + fanOut) / 2);
        const values = varianceScaling(shape, { ...rules[rule], layer, seed: 1 });
        const what = `${rule} ${layer} ${shape}`;
        assert.is(values.length, size(shape));
        assert.ok(Math.abs(variance(values) / nominal - 1) < 0.01, `${what}: ${variance(values) / nominal}`); // prettier-ignore
        assert.ok(Math.abs(mean(values)) < 4 * Math.sqrt(nominal / values.length), what);
        const bound = Math.sqrt(nominal) * (distribution === "uniform" ? Math.sqrt(3) : 2 / TRUNCATED); // prettier-ignore
        const top = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        assert.ok(top <= Math.fround(bound) && top > 0.999 * bound, `${what}: ${top} of ${bound}`);
      }
  });

  test("modes and distributions", () => {
    const shape = [3, 3, 100, 1000];
    for (const [mode, fan] of [
      ["fanIn", 900],
      ["fanOut", 9000],
      ["fanAvg", 4950],
    ] as const)
      // prettier-ignore
      for (const distribution of ["truncatedNormal", "untruncatedNormal", "uniform"] as const) {
        const values = varianceScaling(shape, { scale: 3, mode, distribution, seed: 2 });
        assert.ok(Math.abs((variance(values) * fan) / 3 - 1) < 0.01, `${mode} ${distribution}`);
      }
    const values = varianceScaling([1000, 1000], { distribution: "untruncatedNormal", seed: 2 });
    assert.ok(values.some((x) => Math.abs(x) > 4 / Math.sqrt(1000)));
  });

  test("mean, standard deviation and distribution of the plain ones", () => {
    const z = standardize(randomNormal([N], { mean: 3, stddev: 2, seed: 3 }));
    assert.ok(kolmogorov(z, normalCdf) < KOLMOGOROV);
    const x = randomNormal([N], { mean: 3, stddev: 2, seed: 3 });
    const t = truncatedNormal([N], { mean: 3, stddev: 2, seed: 3 });
    for (const values of [x, t]) {
      assert.ok(Math.abs(mean(values) - 3) < (4 * 2) / Math.sqrt(N));
      assert.ok(Math.abs(variance(values) / 4 - 1) < 0.01, `${variance(values)}`);
    }
    const [tail, inside] = [normalCdf(-2), 1 - 2 * normalCdf(-2)];
    const cut = (y: number) => (normalCdf((TRUNCATED * (y - 3)) / 2) - tail) / inside;
    assert.ok(kolmogorov(t, cut) < KOLMOGOROV);
    const u = randomUniform([N], { minval: -1, maxval: 4, seed: 3 });
    assert.ok(kolmogorov(u, (y) => (y + 1) / 5) < KOLMOGOROV);
    assert.ok(u.every((y) => y >= -1 && y <= 4));
    assert.equal([...randomUniform([3], { minval: 0.1, maxval: 0.1 })], Array(3).fill(Math.fround(0.1))); // prettier-ignore
    assert.equal([...randomNormal([3], { mean: 2, stddev: 0 })], [2, 2, 2]);
    // The defaults of Keras.
    assert.ok(Math.abs(variance(truncatedNormal([N], { seed: 1 })) / 0.05 ** 2 - 1) < 0.01);
    assert.ok(Math.abs(variance(randomNormal([N], { seed: 1 })) / 0.05 ** 2 - 1) < 0.01);
    assert.ok(Math.abs(variance(randomUniform([N], { seed: 1 })) / (0.1 ** 2 / 12) - 1) < 0.01);
  });

  test("each weight is a function of one random word", () => {
    for (const seed of [0, 5, 2 ** 53 - 1]) {
      const u = randomUniform([1003], { minval: -1, maxval: 1, seed });
      assert.equal(u, Float32Array.from(words(1003, seed, 1), signed));
      const t = truncatedNormal([1003], { stddev: TRUNCATED, seed });
      words(1003, seed, 2).forEach((word, i) => {
        const z = truncatedQuantile(signed(word));
        assert.ok(Math.abs(t[i] - z) < 8 * 2 ** -24 * Math.abs(z) + 1e-11, `${t[i]}, ${z}`);
      });
    }
    assert.equal(randomNormal([50, 20], { stddev: 1, seed: 4 }), normal(50, 20, { seed: 4 }).data);
  });

  test("a longer kernel begins as a shorter one, whatever its length", () => {
    for (const draw of [randomNormal, randomUniform, truncatedNormal]) {
      const all = draw([200], { seed: 1 });
      for (let n = 0; n <= 131; n++) assert.equal(draw([n], { seed: 1 }), all.slice(0, n));
    }
  });

  test("seeds, distributions and the kernels of a separable layer are independent", () => {
    const shape = [1, 1, 512, 512];
    const drawn = (options: object) => standardize(varianceScaling(shape, options));
    const draws = [
      ...[0, 1, 2 ** 32].map((seed) => drawn({ seed })),
      drawn({ seed: 1, layer: "separable" }),
      drawn({ seed: 1, distribution: "uniform" }),
      drawn({ seed: 1, distribution: "untruncatedNormal" }),
      drawn({ seed: 1, distribution: "uniform", layer: "separable" }),
      drawn({ seed: 1, distribution: "untruncatedNormal", layer: "separable" }),
    ];
    const bound = 4.5 / 512; // standard deviations of a correlation of 512² independent pairs
    draws.forEach((a, i) => {
      draws.slice(i + 1).forEach((b) => assert.ok(Math.abs(correlation(a, b)) < bound));
      for (const lag of [1, 2, 3, 4, 8, 32, 512])
        assert.ok(Math.abs(correlation(a.subarray(0, -lag), a.subarray(lag))) < bound, `lag ${lag}`); // prettier-ignore
    });
    assert.not.equal(varianceScaling(shape), varianceScaling(shape));
  });

  test("empty kernels, and fans of zero", () => {
    assert.equal(varianceScaling([0, 5]), new Float32Array(0));
    assert.is(varianceScaling([], { seed: 1 }).length, 1);
    assert.is(randomNormal([], { seed: 1 }).length, 1);
  });

  test("errors name the argument", () => {
    const loose = varianceScaling as (shape: unknown, options?: object) => Float32Array;
    for (const scale of [0, -1, NaN, Infinity, "2", 1e39]) refused("scale", () => loose([2, 2], { scale })); // prettier-ignore
    for (const mode of ["fan_in", "in", null]) refused("mode", () => loose([2, 2], { mode }));
    for (const distribution of ["normal", 3]) refused("distribution", () => loose([2, 2], { distribution })); // prettier-ignore
    for (const layer of ["conv", 0]) refused("layer", () => loose([2, 2], { layer }));
    for (const seed of [-1, 0.5, 2 ** 53]) refused("seed", () => loose([2, 2], { seed }));
    for (const shape of [[2, -1], [NaN], "22", undefined])
      for (const make of [loose, randomNormal, truncatedNormal, randomUniform])
        refused("shape", () => make(shape as never));
    for (const stddev of [-1, NaN, "1", 1e38]) refused("stddev", () => randomNormal([2], { stddev } as never)); // prettier-ignore
    for (const [argument, value] of [
      ["scale", 0],
      ["mode", 1],
      ["distribution", 3],
      ["layer", "conv"],
      ["seed", -1],
    ] as const)
      // prettier-ignore
      refused(argument, () => loose([0, 2], { [argument]: value }));
    for (const make of [randomNormal, truncatedNormal])
      for (const [argument, value] of [
        ["mean", NaN],
        ["stddev", -1],
        ["seed", -1],
      ] as const)
        refused(argument, () => make([0], { [argument]: value }));
    for (const [argument, value] of [
      ["minval", NaN],
      ["maxval", NaN],
      ["seed", -1],
    ] as const)
      refused(argument, () => randomUniform([0], { [argument]: value }));
    refused("stddev", () => truncatedNormal([2], { mean: 3e38, stddev: 2e37 }));
    refused("mean", () => truncatedNormal([2], { mean: Infinity }));
    for (const bad of [{ minval: 1 }, { minval: 0.07 }, { maxval: -0.07 }])
      refused("maxval", () => randomUniform([2], bad));
    refused("minval", () => randomUniform([2], { minval: NaN }));
    tooLarge(() => loose([2 ** 20, 2 ** 20]));
    const widest = randomUniform([1000], { minval: -3.4e38, maxval: 3.4e38, seed: 1 });
    assert.ok(widest.every(Number.isFinite));
    assert.ok(log(variance(Float64Array.from(widest, (x) => x / 3.4e38)) * 3) < 0.2);
  });
});
