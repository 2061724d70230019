/** The union package, where stock `Orthogonal` works: with a seed, `install` gives its weights. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { install, uninstall } from "../../src/tfjs/index.ts";
import type { TensorFlow } from "../../src/tfjs/install.ts";
import { double, single } from "../support/precisions.ts";
import { afresh } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { type Factors, qr } from "../twins/qr.ts";
import { refusals, without } from "../support/refusals.ts";

await tf.setBackend("wasm");
console.warn = () => {}; // stock warns of its own slowness, at every call

/** Compiles, or `npm test` fails in its types. */
const namespace: TensorFlow = tf;
const u = single.u;

/** Kernel shapes, and how many seeds of each: 1, 2, 3, … as many as stock can do in a second or so. */
const draws: [shape: number[], seeds: number][] = [
  [[4, 4], 200], [[64, 64], 40], [[100, 20], 40], [[20, 100], 40], [[3, 3, 8, 16], 40],
  [[1, 30], 10], [[30, 1], 10], [[256, 256], 10], [[128, 512], 4],
]; // prettier-ignore

const apply = (shape: number[], options: { gain?: number; seed: number }) =>
  tf.tidy(() => tf.initializers.orthogonal(options).apply(shape).dataSync<"float32">());

/** The factors of the Gaussian matrix behind the weights of a seed, by an f64 QR that is not ours. */
function factorsOf(m: number, n: number, seed: number): Factors {
  const data = tf.tidy(() => tf.randomNormal([m, n], 0, 1, "float32", seed).dataSync<"float32">());
  return qr({ rows: m, cols: n, data });
}

/**
 * How much an error in G moves the columns of Q, each and the ones before it: max over k ≤ j of
 * ‖R⁻¹e_k‖₂.
 *
 * For G + δG with small δG, δQ = Q(L − Lᵀ) + (I − QQᵀ) δG R⁻¹, where L is the strictly lower triangle of
 * Qᵀ δG R⁻¹. So column j of Q moves by δG R⁻¹e_j, and against the columns before it by their
 * δG R⁻¹e_k. The QR of stock tfjs is backward stable: its δG has entries of some u, as the entries of G
 * are some 1. (The last column of a square Q has nothing below it and moves with the others only.)
 * Where stock passed the bar, it was off by at most 3.9 u times this, in 400 draws each of n = 32 and 64.
 */
function amplification({ q, r }: Factors): number[] {
  const n = r.cols;
  let worst = 0;
  return Array.from({ length: n }, (_, j) => {
    const x = new Float64Array(n);
    for (let i = j; i >= 0; i--) {
      let sum = i === j ? 1 : 0;
      for (let k = i + 1; k <= j; k++) sum -= r.data[i * n + k] * x[k];
      x[i] = sum / r.data[i * n + i];
    }
    if (j < q.rows - 1) worst = Math.max(worst, Math.hypot(...x));
    return worst;
  });
}

suite("tfjs/install: an engine that refuses", (test) => {
  test("keeps the LSTMs that stock builds", () => {
    afresh();
    without(refusals["code generation is forbidden"].stub, () => {
      assert.throws(() => install(tf), /wasm-unsafe-eval/);
      const layer = tf.layers.lstm({ units: 4, inputShape: [3, 2] });
      assert.is(tf.sequential({ layers: [layer] }).getWeights().length, 3);
    });
  });
});

suite("tfjs/install: a seed gives the weights of stock tfjs", (test) => {
  for (const [shape, seeds] of draws)
    test(`[${shape}]`, () => {
      const [cols, rows] = [shape.at(-1)!, shape.slice(0, -1).reduce((a, b) => a * b, 1)];
      const [m, n] = [Math.max(rows, cols), Math.min(rows, cols)];
      /** The bar: 2e-6 up to n = 64, 1e-5 above. */
      const bar = n <= 64 ? 2e-6 : 1e-5;
      const all = Array.from({ length: seeds }, (_, i) => i + 1);
      const stock = all.map((seed) => apply(shape, { seed }));
      install(namespace);
      const ours = all.map((seed) => apply(shape, { seed }));

      let [worst, beyond, sharpest] = [0, 0, 0];
      all.forEach((seed, at) => {
        const factors = factorsOf(m, n, seed);
        const moves = amplification(factors);
        let largest = 0;
        for (let j = 0; j < n; j++)
          for (let i = 0; i < m; i++) {
            const entry = rows < cols ? j * cols + i : i * cols + j;
            const [mine, exact] = [ours[at][entry], factors.q.data[i * n + j]];
            const what = `seed ${seed}, Q(${i}, ${j})`;
            // Ours is the exact value, rounded: half a last place of a number up to 1.
            const off = Math.abs(mine - exact);
            assert.ok(
              off <= u / 2 + 1e3 * double.u * moves[j],
              `${what}: ours is ${off / u} u off`,
            );
            // Stock is within the bar, or as far off as its rounding errors are magnified.
            const difference = Math.abs(mine - stock[at][entry]);
            const bound = Math.max(bar, 4 * u * moves[j]);
            assert.ok(difference <= bound, `${what}: stock is ${difference} off, not ${bound}`);
            largest = Math.max(largest, difference);
            if (difference > bar) sharpest = Math.max(sharpest, difference / (u * moves[j]));
          }
        worst = Math.max(worst, largest);
        beyond += Number(largest > bar);
      });
      const exceptions = beyond
        ? `, ${beyond} beyond it, up to ${sharpest.toFixed(1)} of 4 u‖R⁻¹e‖`
        : "";
      console.log(`\nnote: [${shape}], ${seeds} seeds: stock − ours ≤ ${worst.toExponential(1)}, bar ${bar}${exceptions}`); // prettier-ignore
      assert.ok(beyond <= seeds / 5, "the exception is the rule");
    });

  test("for a gain as well", () => {
    for (const gain of [0, -1, Math.SQRT2, 10]) {
      const stock = apply([9, 5], { gain, seed: 1 });
      install(namespace);
      apply([9, 5], { gain, seed: 1 }).forEach((x, at) =>
        assert.ok(Math.abs(x - stock[at]) <= 2e-6 * Math.abs(gain)),
      );
      uninstall(namespace);
    }
  });

  test("for seeds of any kind that stock takes", () => {
    for (const seed of [-3, 0.5, 2 ** 60, "winter" as unknown as number]) {
      const stock = apply([6, 4], { seed });
      install(namespace);
      apply([6, 4], { seed }).forEach((x, at) => assert.ok(Math.abs(x - stock[at]) <= 2e-6));
      uninstall(namespace);
    }
  });

  test("in a whole model: lstm and dense, weight by weight", () => {
    const initializer = () => tf.initializers.orthogonal({ seed: 5 });
    const weights = () => {
      const lstm = tf.layers.lstm({ units: 8, inputShape: [4, 3], kernelInitializer: initializer(), recurrentInitializer: initializer() }); // prettier-ignore
      const dense = tf.layers.dense({ units: 5, kernelInitializer: initializer() });
      const model = tf.sequential({ layers: [lstm, dense] });
      return model.getWeights().map((w) => w.dataSync());
    };
    const stock = weights();
    install(namespace);
    weights().forEach((ours, at) =>
      ours.forEach((x, i) => assert.ok(Math.abs(x - stock[at][i]) <= 2e-6)),
    );
  });

  test.after.each(() => uninstall(namespace));
});
