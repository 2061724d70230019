/**
 * Memory that the engine refuses, at each place where the package asks for an array: always a MemoryError, and
 * the next call has the bits of the first.
 */
import { fileURLToPath } from "node:url";
import type { Tensor } from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import * as linalg from "../src/linalg/index.ts";
import * as door from "../src/tfjs/index.ts";
import { MemoryError } from "../src/errors.ts";
import { suite } from "./support/suite.ts";
import { tf } from "./support/wasm.ts";

/** At most so many of a job's arrays are refused, evenly spread over them. */
const PLACES = 150;

/** The package's arrays so far, and which of them is refused. */
let asked = 0;
let refused = -1;

const src = fileURLToPath(new URL("../src/", import.meta.url));

/** Is the line of code that makes an array the package's? Not this file's or TensorFlow.js's. */
function ours(): boolean {
  const [, , ...frames] = new Error().stack!.split("\n").slice(1); // after this one and the proxy's
  return frames.find((line) => /[/\\]/.test(line))?.includes(src) ?? false;
}

for (const name of ["Float32Array", "Float64Array", "Int32Array"] as const) {
  const real = globalThis[name] as Float64ArrayConstructor;
  const watched: Float64ArrayConstructor = new Proxy(real, {
    construct(_, args, target) {
      if (!(args[0] instanceof ArrayBuffer) && ours() && asked++ === refused) {
        throw new RangeError("Array buffer allocation failed");
      }
      return Reflect.construct(real, args, target === watched ? real : target);
    },
  });
  globalThis[name] = watched as never;
  // Where `map`, `slice` and their like look for what they make.
  real.prototype.constructor = watched;
}

const a = linalg.normal(5, 3, { seed: 1, dtype: "float64" });
const symmetric = linalg.matmul(a, a, { transposeA: true });
const square = linalg.normal(3, 3, { seed: 2, dtype: "float64" });
const kernel = (initializer: { apply(shape: number[]): Tensor }, shape: number[]) =>
  tf.tidy(() => initializer.apply(shape).dataSync().slice());

/** A model to be set, and what its weights became. */
async function set(method: "sylvester" | "lsuv" | "orthogonal-lsuv") {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, activation: "relu", inputShape: [3], kernelInitializer: "ones" }),
      tf.layers.dense({ units: 2, kernelInitializer: "ones" }),
    ],
  });
  const [xs, ys] = [tf.randomNormal([20, 3], 0, 1, "float32", 1), tf.randomNormal([20, 2], 0, 1, "float32", 2)]; // prettier-ignore
  try {
    await door.initializeFromData(model, xs, method === "sylvester" ? { method, ys } : { method });
    return model.getWeights().map((weight) => weight.dataSync().slice());
  } finally {
    model.dispose();
    tf.dispose([xs, ys]);
  }
}

/** What a model's weights became; if an array is refused, they stay as they were. */
function initialized() {
  const [kernelInitializer, activation] = ["ones", "relu"] as const;
  const conv = { filters: 4, kernelSize: 2, activation, kernelInitializer } as const;
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ ...conv, inputShape: [4, 4, 2] }),
      tf.layers.conv2d(conv),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, kernelInitializer }),
    ],
  });
  const values = () => model.getWeights().map((weight) => weight.dataSync().slice());
  const before = values();
  try {
    door.initialize(model, { seed: 1 });
    return values();
  } catch (error) {
    assert.equal(values(), before);
    throw error;
  } finally {
    model.dispose();
  }
}

const onTensors = (job: (x: Tensor) => Tensor | { s: Tensor }) =>
  tf.tidy(() => {
    const found = job(tf.randomNormal([2, 5, 3], 0, 1, "float32", 1));
    return ("s" in found ? found.s : found).dataSync().slice();
  });

const jobs: Record<string, () => unknown> = {
  cholesky: () => linalg.cholesky(symmetric),
  cond: () => linalg.cond(a),
  det: () => linalg.det(square),
  eigenvalues: () => linalg.eigenvalues(square),
  eigh: () => linalg.eigh(symmetric),
  eig: () => linalg.eig(square),
  expm: () => linalg.expm(square),
  logm: () => linalg.logm(linalg.expm(square)),
  sqrtm: () => linalg.sqrtm(linalg.expm(square)),
  haar: () => linalg.haar(5, 3, { seed: 1 }),
  inverse: () => linalg.inverse(square),
  lu: () => linalg.lu(a),
  lstsq: () => linalg.lstsq(a, a),
  lyapunov: () => linalg.lyapunov(square, symmetric),
  matmul: () => linalg.matmul(a, a, { transposeB: true }),
  normal: () => linalg.normal(5, 3, { seed: 1 }),
  nullSpace: () => linalg.nullSpace(linalg.matmul(a, a, { transposeB: true })),
  pinv: () => linalg.pinv(a),
  polar: () => linalg.polar(a),
  polyfromroots: () => linalg.polyfromroots([1, 2, 3]),
  polyval: () => linalg.polyval([1, 2, 3], [4, 5]),
  qr: () => linalg.qr(a, { mode: "complete" }),
  rank: () => linalg.rank(a),
  ridge: () => linalg.ridge(a, a, 0),
  roots: () => linalg.roots([6, -5, 1]),
  schur: () => linalg.schur(square),
  solve: () => linalg.solve(symmetric, square, { assume: "posdef" }),
  slogdet: () => linalg.slogdet(square),
  spread: () => linalg.spread(a, { step: 0.1 }),
  svd: () => linalg.svd(a, { mode: "complete" }),
  svdBatch: () => linalg.svdBatch({ count: 2, rows: 2, cols: 2, data: symmetric.data.subarray(0, 8) }), // prettier-ignore
  "sylvester, symmetric": () => linalg.sylvester(symmetric, symmetric, symmetric),
  "sylvester, general": () => linalg.sylvester(square, symmetric, square),
  triangularSolve: () => linalg.triangularSolve(square, square),
  topSvd: () => linalg.topSvd(linalg.normal(60, 40, { seed: 1 }), 2, { seed: 1 }),

  orthogonal: () => kernel(door.orthogonal({ seed: 1 }), [3, 3, 2, 4]),
  "orthogonal, wide": () => kernel(door.orthogonal({ seed: 1, gain: 2 }), [3, 7]),
  deltaOrthogonal: () => kernel(door.deltaOrthogonal({ seed: 1 }), [3, 3, 2, 4]),
  decorrelated: () => kernel(door.decorrelated({ seed: 1 }), [5, 8]),
  "install, seeded": () => {
    door.install();
    try {
      return kernel(tfl.initializers.orthogonal({ seed: 1 }), [5, 3]);
    } finally {
      door.uninstall();
    }
  },
  // A function of the caller's own: the designs of named activations are kept, and the second is for nothing.
  lps: () => kernel(door.lps({ activation: { value: Math.abs, derivative: Math.sign, kinks: [0] }, seed: 1 }).kernelInitializer, [5, 3]), // prettier-ignore
  approximate: () => door.approximate("relu", { degree: 4 }),
  solveLPS: () => {
    const x = { rows: 3, cols: 1, data: Float64Array.of(1, 2, 3) };
    return door.solveLPS([0, 1, 1], x, [1, 0, 2]).points;
  },
  initialize: initialized,
  "initializeFromData, sylvester": () => set("sylvester"),
  "initializeFromData, lsuv": () => set("lsuv"),
  "initializeFromData, orthogonal-lsuv": () => set("orthogonal-lsuv"),
  "linalg.svd of tensors": () => onTensors((x) => door.linalg.svd(x)),
  "linalg.pinv of tensors": () => onTensors((x) => door.linalg.pinv(x)),
};

suite("arrays", (test) => {
  for (const [what, job] of Object.entries(jobs))
    test(`${what}: every array that it asks for may be refused`, async () => {
      refused = -1;
      asked = 0;
      const first = await job();
      const total = asked;
      const tensors = tf.memory().numTensors;
      assert.ok(total > 0, "asks for none");
      const step = Math.ceil(total / PLACES);
      for (let place = 0; place < total; place += step) {
        [asked, refused] = [0, place];
        let error: unknown;
        try {
          await job();
        } catch (caught) {
          error = caught;
        }
        refused = -1;
        assert.instance(
          error,
          MemoryError,
          `array ${place} of ${total}: ${(error as Error)?.stack}`,
        );
        assert.match((error as Error).message, "cannot be had");
      }
      assert.equal(await job(), first);
      assert.is(tf.memory().numTensors, tensors);
    });
});
