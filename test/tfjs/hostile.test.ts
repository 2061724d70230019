/**
 * Arguments that nobody should give. Every function that the package exports gets them, in every place, and answers
 * with a result or with an error of its own, soon, with no tensor left behind; the next call works.
 */
import { readFileSync } from "node:fs";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import * as assert from "uvu/assert";
import {
  ArgumentError,
  ConvergenceError,
  MemoryError,
  show,
  SingularError,
} from "../../src/errors.ts";
import * as arrays from "../../src/linalg/index.ts";
import * as door from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Loose = (...values: unknown[]) => unknown;
/** Good arguments, made anew for each call; the last may be options. */
type Call = () => unknown[];

const matrix = (rows: number, cols: number, data = new Float64Array(rows * cols)) => ({
  rows,
  cols,
  data: data.map((_, at) => Math.fround(Math.sin(at + 1)) + (at % (cols + 1) === 0 ? 3 : 0)),
});
const square = matrix(3, 3);
const symmetric = { ...square, data: Float64Array.of(4, 1, 2, 1, 5, 0, 2, 0, 6) };
const tall = matrix(4, 3);

const binary = new WebAssembly.Module(readFileSync("dist/orthogonal.f32.wasm"));
const provideKernels: Call = () => [binary];
const method = door.linalg.jacobi;

const ofArrays: Record<string, Call> = {
  provideKernels,
  cholesky: () => [symmetric],
  cond: () => [tall],
  det: () => [square],
  eig: () => [square],
  expm: () => [square],
  inverse: () => [square],
  logm: () => [symmetric],
  lu: () => [tall],
  ridge: () => [tall, matrix(4, 2), 0.5],
  slogdet: () => [square],
  solve: () => [symmetric, matrix(3, 2), { assume: "posdef" }],
  sqrtm: () => [symmetric],
  triangularSolve: () => [square, matrix(3, 2), { lower: false, transpose: true, unit: true }],
  eigenvalues: () => [square, { balance: true }],
  eigh: () => [symmetric, { vectors: true }],
  haar: () => [4, 3, { seed: 1, dtype: "float32" }],
  lstsq: () => [tall, matrix(4, 2), { tolerance: 0.1, method, weights: [1, 2, 3, 4] }],
  lyapunov: () => [square, symmetric, { symmetric: false, backwardError: true, separation: true }],
  matmul: () => [tall, tall, { transposeA: true, transposeB: false }],
  normal: () => [4, 3, { seed: 1, dtype: "float64" }],
  nullSpace: () => [tall, { tolerance: 0.1, method }],
  pinv: () => [tall, { tolerance: 0.1, method }],
  polar: () => [tall],
  polyfromroots: () => [[1, 2]],
  polyval: () => [[1, 2], [3, 4]], // prettier-ignore
  qr: () => [tall, { mode: "complete", positive: true }],
  rank: () => [tall, { tolerance: 0.1, method }],
  roots: () => [[1, 2, 3], { polish: true }],
  schur: () => [square],
  spread: () => [tall, { step: 0.1, units: "rows" }],
  svd: () => [tall, { vectors: true, mode: "reduced", method }],
  svdBatch: () => [
    { ...tall, count: 2, rows: 2 },
    { vectors: true, method },
  ],
  sylvester: () => [square, symmetric, square, { symmetric: false, backwardError: true, separation: true }], // prettier-ignore
  topSvd: () => [tall, 2, { seed: 1, tolerance: 0.1 }],
};

const tensor = (...shape: number[]) => tf.randomNormal(shape, 0, 1, "float32", 1);
const ofTensors: Record<string, Call> = {
  cholesky: () => [tf.tensor2d([[2, 1], [1, 3]])], // prettier-ignore
  cond: () => [tensor(2, 3, 3)],
  det: () => [tensor(2, 3, 3)],
  eig: () => [tensor(3, 3)],
  expm: () => [tensor(2, 3, 3)],
  inverse: () => [tensor(2, 3, 3)],
  logm: () => [tf.tensor2d([[2, 1], [1, 3]])], // prettier-ignore
  lu: () => [tensor(4, 3)],
  ridge: () => [tensor(4, 3), tensor(4, 2), 0.5],
  slogdet: () => [tensor(3, 3)],
  solve: () => [tf.tensor2d([[2, 1], [1, 3]]), tensor(2, 3), { assume: "posdef" }], // prettier-ignore
  sqrtm: () => [tf.tensor2d([[2, 1], [1, 3]])], // prettier-ignore
  triangularSolve: () => [
    tensor(3, 3),
    tensor(3, 2),
    { lower: false, transpose: true, unit: true },
  ],
  eigh: () => [tf.tensor2d([[2, 1], [1, 3]]), { vectors: true }], // prettier-ignore
  lstsq: () => [tensor(4, 3), tensor(4, 2), { tolerance: 0.1, method, weights: [1, 2, 3, 4] }],
  nullSpace: () => [tensor(2, 3), { tolerance: 0.1, method }],
  pinv: () => [tensor(2, 3), { tolerance: 0.1, method }],
  polar: () => [tensor(3, 3)],
  qr: () => [tensor(3, 2), { mode: "reduced", positive: true }],
  rank: () => [tensor(3, 2), { tolerance: 0.1, method }],
  svd: () => [tensor(3, 2), { vectors: true, mode: "reduced", method }],
  sylvester: () => [tensor(2, 2), tensor(3, 3), tensor(2, 3)],
  topSvd: () => [tensor(3, 2), 1, { seed: 1, tolerance: 0.1 }],
};

const model = tf.sequential({
  layers: [
    tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], activation: "relu" }),
    tf.layers.dense({ name: "out", units: 2 }),
  ],
});
model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
const relu1Model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], activation: door.relu1 }),
    ],
  });
const [xs, ys] = [tensor(8, 3), tensor(8, 2)];
const weights = model.getWeights().map((one) => one.clone());

const ofDoor: Record<string, Call> = {
  provideKernels,
  approximate: () => ["relu", { degree: 2, interval: 1, norm: "legendre" }],
  decorrelated: () => [{ method: "zca", base: "heNormal", centred: true, depthwise: false, seed: 1 }], // prettier-ignore
  deltaOrthogonal: () => [{ gain: 1, layer: "transpose", seed: 1 }],
  diversity: () => [model, xs, { spectrum: true }],
  diversityHistory: () => [model, { metrics: ["coherence"], xs }],
  diversityPenalty: () => [{ penalty: "ncl", lambda: 1, epochs: 2, cap: 1, name: "penalty" }],
  diversityRegularizer: () => [{ penalty: "cos2", lambda: 1, epochs: 2, power: 2, epsilon: 1, depthwise: false }], // prettier-ignore
  diversitySchedule: () => [model],
  fitGrowing: () => [model, xs, ys, { schedule: { layers: "hidden", unit: "steps", every: 1, from: 1, events: 0, units: 1, order: "all", samples: 4, method: "zero", seed: 1 }, onGrow: () => {} }], // prettier-ignore
  grow: () => [model, { layer: "hidden", units: 1, method: "gradmax", xs, ys, batchSize: 4, gain: 1, norm: "fixed", inverse: false, statistics: "batch", seed: 1 }], // prettier-ignore
  growable: () => [model],
  glorotNormal: () => [{ layer: "dense", seed: 1 }],
  glorotUniform: () => [{ layer: "transpose", seed: 1 }],
  heNormal: () => [{ layer: "depthwise", seed: 1 }],
  heUniform: () => [{ layer: "separable", seed: 1 }],
  leCunNormal: () => [{ layer: "embedding", seed: 1 }],
  leCunUniform: () => [{ layer: "dense", seed: 1 }],
  identity: () => [{ gain: 2, groups: 1, layer: "dense" }],
  idInit: () => [{ gain: 2, layer: "transpose" }],
  zerO: () => [{ gain: 2, layer: "depthwise" }],
  mimetic: () => [{ heads: 2, queryKey: { alpha: 1, beta: 1 }, valueOutput: { alpha: 1 }, seed: 1 }], // prettier-ignore
  reluOrthogonal: () => [{ gain: 1, seed: 1 }],
  randomNormal: () => [{ mean: 1, stddev: 2, seed: 1 }],
  randomUniform: () => [{ minval: 1, maxval: 2, seed: 1 }],
  truncatedNormal: () => [{ mean: 1, stddev: 2, seed: 1 }],
  varianceScaling: () => [{ scale: 2, mode: "fanAvg", distribution: "uniform", layer: "dense", seed: 1 }], // prettier-ignore
  initialize: () => [model, { scheme: "lps", degree: 2, interval: 1, norm: "legendre", biasScale: 1, variance: "he", moment: 1, weights: "orthogonal", seed: 1 }], // prettier-ignore
  initializeFromData: () => [model, xs, { ys, method: "sylvester", code: "pca", alpha: 1, beta: 1, ridge: "auto", rescale: "he", samples: 8, seed: 1, layers: ["hidden"], skip: [], branches: true, worker: false, onProgress() {}, signal: new AbortController().signal }], // prettier-ignore
  inputCovariance: () => [xs],
  inspect: () => [model, xs, { ys, gradients: true }],
  install: () => [tf, { variance: false }],
  knnClassifier: () => [{ lambda: 1, prior: "data", memory: 1e6, removable: true }],
  lps: () => [{ activation: "relu", degree: 2, interval: 1, norm: "legendre", biasScale: 1, variance: "he", moment: 1, weights: "gaussian", layer: "dense", strides: 1, seed: 1 }], // prettier-ignore
  lpsDesign: () => [{ activation: { value: Math.abs, derivative: Math.sign, kinks: [0] }, degree: 2, biasScale: 1, variance: "he", moment: 1 }], // prettier-ignore
  orthogonal: () => [{ gain: 1, gates: 1, layer: "depthwise", seed: 1 }],
  replaceRedundant: () => [model, { layer: "hidden", threshold: 0.9, xs, seed: 1 }],
  ridgeHead: () => [{ base: model, task: "classification", lambda: 1, prior: [1, 2], memory: 1e6, removable: true, randomFeatures: 9, seed: 1 }], // prettier-ignore
  settle: () => [relu1Model(), { xs, layers: ["hidden"] }],
  solveLPS: () => [[0, 1], { rows: 3, cols: 1, data: Float64Array.of(1, 2, 4) }, [1, 2, 3], { seed: 1, mostPaths: 10 }], // prettier-ignore
  spreading: () => [model, { step: 0.1, layers: ["hidden"], epochs: 2, every: "batch" }],
  spreadUnits: () => [model, { step: 0.1, layers: ["hidden"] }],
  uninstall: () => [tf, { variance: false }],
};

const learnt = door.ridgeHead({ memory: 1e6 });
await learnt.add(xs, ["a", "b", "a", "b", "a", "b", "a", "b"]);
const json = learnt.toJSON();
const numbers = door.ridgeHead({ task: "regression" });
await numbers.add(xs, ys);
const regression = numbers.toJSON();
const knn = () => {
  const classifier = door.knnClassifier();
  classifier.setClassifierDataset({ a: xs as Tensor2D, b: xs as Tensor2D });
  return classifier;
};
const afresh = (state: typeof json) => door.ridgeHead().fromJSON(state);

/** Methods of heads, each on a head of its own. */
const heads = {
  add: (...values: [never]) => afresh(json).add(...values),
  addTargets: (...values: [never]) => afresh(regression).add(...values),
  remove: (...values: [never]) => afresh(json).remove(...values),
  removeTargets: (...values: [never]) => afresh(regression).remove(...values),
  removeClass: (...values: [never]) => afresh(json).removeClass(...values),
  predict: (...values: [never]) => afresh(json).predict(...values),
  evaluate: (...values: [never]) => afresh(json).evaluate(...values),
  evaluateTargets: (...values: [never]) => afresh(regression).evaluate(...values),
  fromJSON: (...values: [never]) => void door.ridgeHead().fromJSON(...values),
  addExample: (...values: [never, never]) => knn().addExample(...values),
  predictClass: (...values: [never]) => knn().predictClass(...values),
  clearClass: (...values: [never]) => knn().clearClass(...values),
  setClassifierDataset: (...values: [never]) => knn().setClassifierDataset(...values),
};
const eight = ["a", "b", "a", "b", "a", "b", "a", "b"];
const ofHeads: Record<keyof typeof heads, Call> = {
  add: () => [xs, eight],
  addTargets: () => [xs, ys],
  remove: () => [xs, eight],
  removeTargets: () => [xs, ys],
  removeClass: () => ["a"],
  predict: () => [xs],
  evaluate: () => [xs, eight],
  evaluateTargets: () => [xs, ys],
  fromJSON: () => [{ ...json }],
  addExample: () => [tensor(3), "a"],
  predictClass: () => [tensor(3), 3],
  clearClass: () => ["a"],
  setClassifierDataset: () => [{ a: xs, b: xs }],
};

const throwing = new Error("the caller's own");
const cyclic: unknown[] = [1];
cyclic.push(cyclic);
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const none = { rows: 0, cols: 2 ** 53 - 1, data: new Float32Array(0) };
const disposed = tensor(2, 2);
disposed.dispose();
// prettier-ignore
const hostile: unknown[] = [
  undefined, null, NaN, Infinity, -Infinity, -1, 0, -0, 0.5, 3, 1e39, -1e308, 5e-324, 2 ** 31, 2 ** 53 - 1, 2 ** 53,
  true, false, 5n, "", "x", "1", "toString", "constructor", "x".repeat(1e5), Symbol("s"), [], [[]], [null], [Symbol("in")],
  [undefined], [, 1], ["hidden", , "out"], ["hidden", 3], ["nobody"], Array(3), {}, Object.create(null), { constructor: 1 }, { length: 1e9 },
  { length: -1 }, { length: 2 ** 53 - 1 }, { [Symbol("key")]: 1 }, { toString: null }, () => 0, async () => NaN,
  new Map([[1, 2]]), new Date(NaN), /x/, new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), cyclic,
  Int32Array.of(1, 2), new BigInt64Array(2), new Float32Array(0), Float32Array.of(NaN), Float64Array.of(Infinity, 1),
  none, { rows: 2 ** 53 - 1, cols: 0, data: new Float64Array(0) }, { ...none, rows: 0.5 }, { ...none, rows: none.cols },
  { count: 2 ** 53 - 1, rows: 0, cols: 3, data: new Float32Array(0) }, { ...tall, data: tall.data.map(() => 1e308) },
  { ...square, data: square.data.map(() => NaN) }, { ...square, data: new Float64Array(9) }, { ...square, data: [] },
  { re: [1], im: [] }, { re: { length: 1e9 }, im: { length: 1e9 } }, { value: 1 }, { value: () => NaN, kinks: {} },
  { layers: [] }, { layers: {} }, { layers: [null] }, { layers: [], outputs: [1], inputs: [1] }, { xs: 1, ys: 1 }, { shape: [2], dtype: "float32" },
  disposed, tf.tensor1d([1, 2], "int32"), tf.tensor2d([["a"]]), tf.zeros([0, 3]), tf.fill([2, 2], NaN), tf.scalar(1), [disposed],
  { get rows() { throw throwing; }, get length() { throw throwing; } },
];

/** The arguments with one of them, or one of the options in one of them, exchanged. */
function spoilt(values: unknown[], place: number, key: number, bad: unknown): unknown[] {
  const at = place % values.length;
  const own = values[at];
  const plain = typeof own === "object" && Object.getPrototypeOf(own) === Object.prototype;
  const keys = plain ? [...Object.keys(own as object), "constructor", "sede"] : [];
  // Every other time the whole argument.
  const name = keys[key >> 1];
  const one = key % 2 && name ? { ...(own as object), [name]: bad } : bad;
  return values.map((value, i) => (i === at ? one : value));
}

const typed = [ArgumentError, ConvergenceError, MemoryError, SingularError];

async function attempt(call: Loose, values: unknown[]): Promise<void> {
  const start = performance.now();
  const before = tf.memory().numTensors;
  let after = before;
  try {
    const result = await call(...values);
    const given = values.flat() as unknown[];
    const made = tf.engine().state.numTensors - before;
    if (made > 0) tf.dispose(given.includes(result) ? [] : (result as Tensor[]));
  } catch (error) {
    after = tf.memory().numTensors;
    const known = error === throwing || typed.some((kind) => error instanceof kind);
    if (!known) throw error;
    assert.ok(String(error).length < 1000, "a long message");
  }
  assert.ok(after <= before, "left a tensor");
  assert.ok(performance.now() - start < 3000, `took ${performance.now() - start} ms`);
}

const places = fc.record({
  place: fc.nat(3),
  key: fc.nat(25),
  bad: fc.constantFrom(...hostile),
});

for (const [name, exported, calls] of [
  ["arrays", arrays, ofArrays],
  ["tensors", door.linalg, ofTensors],
  ["door", door, ofDoor],
  ["heads", heads, ofHeads],
] as [string, Record<string, unknown>, Record<string, Call>][])
  suite(`hostile: ${name}`, (test) => {
    test("every function that is exported is here", () => {
      const functions = Object.keys(exported).filter(
        (key) => typeof exported[key] === "function" && !/Error$/.test(key),
      );
      const missing = functions.filter((key) => !(key in calls));
      assert.equal(missing, []);
    });

    for (const [key, good] of Object.entries(calls))
      test(key, async () => {
        const call = exported[key] as Loose;
        const property = fc.asyncProperty(places, async ({ place, key: option, bad }) => {
          const values = good();
          await attempt(call, spoilt(values, place, option, bad));
          tf.dispose(values.filter((value): value is Tensor => value instanceof tf.Tensor && value !== xs && value !== ys)); // prettier-ignore
        });
        await fc.assert(property, { seed: 1, numRuns: 60 });
        await call(...good());
        model.setWeights(weights);
      });
  });

suite("hostile: messages", (test) => {
  test("whatever it is can be shown, shortly", () => {
    const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000));
    const getters = { get a() { throw throwing; } }; // prettier-ignore
    const keys = new Proxy({}, { ownKeys() { throw throwing; } }); // prettier-ignore
    for (const value of [
      ...hostile,
      deep,
      getters,
      keys,
      revoked.proxy,
      [revoked.proxy],
      Object.create(null),
    ])
      assert.ok(show(value).length < 400, show(value));
    assert.is(show(["a", 1, [null]]), '["a", 1, [null]]');
    assert.is(show(disposed), "a tensor of shape [2,2]");
    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true, withTypedArray: true, withDate: true, withMap: true }), (value) => show(value).length < 1000), { seed: 1, numRuns: 1000 }); // prettier-ignore
  });
});
