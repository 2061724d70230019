/**
 * How do activations and gradients fare through 50 layers, and what does that mean for training? The mean square of
 * activations (of inputs with mean square 1) and of gradients (of outputs with mean square 1) for the schemes of
 * `initialize` and the default of tf.layers, on networks of 50 layers or blocks: the median over the seeds, and in
 * brackets the farthest seed. Then training curves of a shallow and a deep network on digits.
 *
 *   npm run example:initialize                                   a few minutes on one core
 *   npm run example:initialize -- --seeds 9 --only "relu|tanh"
 *   npm run example:initialize -- --data DIR --epochs 8          MNIST instead of digits drawn by the example
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import Table from "cli-table3";
import { median } from "simple-statistics";
import { initialize } from "tfjs-initializers";
import "tfjs-initializers/train";
import { CLASSES, SIDE, loadDigits, type Images } from "./data.ts";
import { DEPTH, nets, type Net } from "./deepNets.ts";
import { BATCH, learn, SCHEMES, start, type Scheme } from "./schemeTraining.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    epochs: { type: "string", default: "4" },
    only: { type: "string", default: "" },
    seeds: { type: "string", default: "5" },
  },
});
const seeds = Number(options.seeds);
const only = new RegExp(options.only);

/** Inputs whose activations and gradients are looked at. */
const INPUTS = 16;
const meanSquare = (x: tf.Tensor) => tf.tidy(() => tf.mean(tf.square(x)).dataSync()[0]!);

/**
 * Mean squares behind the first layer and layer `DEPTH`, the quotient of these, and that of the gradients there. A head
 * of zeros (Fixup) passes no gradient and is left out.
 */
function measure({ shape, ...net }: Net, seed: number): number[] {
  return tf.tidy(() => {
    const [kernel] = net.stages[DEPTH]!.getWeights() as [tf.Tensor];
    const stages = net.stages.slice(0, meanSquare(kernel) > 0 ? DEPTH + 1 : DEPTH);
    const x = tf.randomNormal([INPUTS, ...shape], 0, 1, "float32", seed + 1);
    const forward: number[] = [];
    // The gradient with respect to a zero that is added somewhere is the gradient there.
    const run = (...zeros: tf.Tensor[]) =>
      stages.reduce((h, stage, i) => {
        const y = tf.add(stage.apply(h) as tf.Tensor, zeros[i]!);
        forward.push(meanSquare(y));
        return y;
      }, x as tf.Tensor);
    const zeros = stages.map(({ outputs }) => tf.zeros([INPUTS, ...(outputs[0]!.shape.slice(1) as number[])])); // prettier-ignore
    const outer = zeros.at(-1)!;
    const dy = tf.randomNormal(outer.shape, 0, 1, "float32", seed + 2);
    const backward = tf.grads(run)(zeros, dy).map(meanSquare);
    const last = DEPTH - 1;
    return [forward[0]!, forward[last]!, forward[last]! / forward[0]!, backward[0]! / backward[last]!]; // prettier-ignore
  });
}

const show = (x: number) => (x > 0.01 && x < 100 ? x.toPrecision(2) : x.toExponential(0));
const farthest = (ratios: readonly number[]) =>
  ratios.reduce((far, x) => (Math.abs(Math.log(x)) > Math.abs(Math.log(far)) ? x : far));
const across = (ratios: readonly number[]) => `${show(median([...ratios]))} (${show(farthest(ratios))})`; // prettier-ignore

function propagation(): string {
  const table = new Table({
    head: ["network", "scheme", "activations:\nfirst layer", `layer ${DEPTH}`, "last / first\n(farthest seed)", "gradients:\nfirst / last\n(farthest seed)", "within\nfactor 2"], // prettier-ignore
    colAligns: ["left", "left", ...Array<"right">(5).fill("right")],
    style: { head: [], border: [] },
  });
  for (const [name, build] of Object.entries(nets).filter(([name]) => only.test(name))) {
    for (const scheme of SCHEMES) {
      const runs = Array.from({ length: seeds }, (_, seed) => {
        const net = build();
        start(net.model, scheme, seed);
        const found = measure(net, seed);
        net.model.dispose();
        return found;
      });
      const [first, last, forward, backward] = [0, 1, 2, 3].map((i) => runs.map((run) => run[i]!));
      const ratios = [...forward!, ...backward!];
      const held = ratios.every((x) => x >= 0.5 && x <= 2);
      table.push([name, scheme, show(median(first!)), show(median(last!)), across(forward!), across(backward!), held ? "yes" : "no"]); // prettier-ignore
    }
  }
  return table.toString();
}

function tensors({ count, pixels, labels }: Images): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const classes = tf.tensor1d(Array.from(labels), "int32");
  return {
    xs: tf.tensor2d(pixels, [count, SIDE * SIDE]),
    ys: tf.oneHot(classes, CLASSES).toFloat() as tf.Tensor2D,
  };
}

/** Accuracies on test images after each epoch, in per cent. */
async function train(widths: readonly number[], scheme: Scheme, seed: number): Promise<number[]> {
  const hidden = widths.map((units) => tf.layers.dense({ units, activation: "relu" }));
  const model = tf.sequential({
    layers: [tf.layers.inputLayer({ inputShape: [SIDE * SIDE] }), ...hidden, tf.layers.dense({ units: CLASSES, activation: "softmax" })], // prettier-ignore
  });
  start(model, scheme, seed);
  const { accuracy } = await learn(model, samples, { rate: 1e-3, epochs: Number(options.epochs) });
  model.dispose();
  return accuracy.map((share) => 100 * share);
}

async function curves(): Promise<string> {
  const epochs = Array.from({ length: Number(options.epochs) }, (_, i) => `after ${i + 1}`);
  const table = new Table({
    head: ["accuracy, %", "scheme", ...epochs],
    colAligns: ["left", "left", ...epochs.map(() => "right" as const)],
    style: { head: [], border: [] },
  });
  const shapes = { "2 layers of 128": [128, 128], "20 layers of 64": Array<number>(20).fill(64) };
  for (const [name, widths] of Object.entries(shapes)) {
    for (const scheme of SCHEMES) {
      const runs: number[][] = [];
      for (let seed = 0; seed < Math.min(seeds, 3); seed++) runs.push(await train(widths, scheme, seed)); // prettier-ignore
      table.push([name, scheme, ...epochs.map((_, i) => median(runs.map((run) => run[i]!)).toFixed(1))]); // prettier-ignore
    }
  }
  return table.toString();
}

const require = createRequire(import.meta.url);
const data = loadDigits(options.data); // before the backend, whose error handlers print its whole source
setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist")}/`); // prettier-ignore
await tf.setBackend("wasm");
const samples = { training: tensors(data.train), test: tensors(data.test) };

{
  const { model } = nets["residual"]!();
  console.log("The report of initialize, first and last lines:");
  const lines = String(initialize(model, { seed: 0 })).split("\n");
  console.log([...lines.slice(0, 5), "…", ...lines.slice(-2)].join("\n"));
}
console.log(`\nMean squares through ${DEPTH} layers or blocks, ${seeds} seeds`);
console.log(propagation());
console.log(`\nRelu networks on ${data.name}, Adam 1e-3, batches of ${BATCH}, median of ${Math.min(seeds, 3)} seeds`); // prettier-ignore
console.log(await curves());
