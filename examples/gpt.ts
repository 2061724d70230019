/**
 * A small GPT learns to spell on the wasm backend: 4 blocks of width 128 over 64 characters, 0.8 million
 * weights, on some of Shakespeare's sonnets.
 *
 *   npm run example:gpt
 *   npm run example:gpt -- --steps 500 --text FILE
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import "tfjs-initializers/train";
import { surprise, transformer } from "./transformer.ts";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "200" },
    text: { type: "string", default: new URL("sonnets.txt", import.meta.url).pathname },
  },
});
const CONTEXT = 64;
const BATCH = 16;

const text = readFileSync(options.text, "utf8");
const alphabet = [...new Set(text)].sort();
const codes = Int32Array.from(text, (letter) => alphabet.indexOf(letter));

/** Pieces of the text that start at random, and what follows each of their characters, 1 among zeros. */
function batch(step: number): tf.Tensor[] {
  return tf.tidy(() => {
    const starts = tf.randomUniform([BATCH], 0, codes.length - CONTEXT - 1, "int32", step);
    const pieces = (shift: number) =>
      Array.from(starts.dataSync(), (at) => [...codes.subarray(at + shift, at + shift + CONTEXT)]);
    const xs = tf.tensor2d(pieces(0), [BATCH, CONTEXT], "int32");
    return [xs, tf.oneHot(tf.tensor2d(pieces(1), [BATCH, CONTEXT], "int32"), alphabet.length)];
  });
}

/** What the model would write after a beginning: always the likeliest character. */
function write(model: tf.LayersModel, beginning: string, length: number): string {
  let written = beginning;
  while (written.length < length) {
    const seen = written.slice(-CONTEXT);
    const xs = Array.from({ length: CONTEXT }, (_, i) => Math.max(0, alphabet.indexOf(seen[i] ?? ""))); // prettier-ignore
    const next = tf.tidy(() => {
      const scores = model.predict(tf.tensor2d([xs], [1, CONTEXT], "int32")) as tf.Tensor3D;
      return tf.argMax(scores.slice([0, seen.length - 1, 0], [1, 1, -1]), 2).dataSync()[0]!;
    });
    written += alphabet[next];
  }
  return written;
}

await tf.setBackend("wasm");
const model = transformer({ vocabulary: alphabet.length, context: CONTEXT, width: 128, heads: 4, blocks: 4 }); // prettier-ignore
model.compile({ optimizer: tf.train.adam(1e-3), loss: surprise });
console.log(
  `${model.countParams()} weights, ${text.length} characters of ${alphabet.length} kinds`,
);

const start = performance.now();
for (let step = 0; step <= Number(options.steps); step++) {
  const [xs, ys] = batch(step) as [tf.Tensor, tf.Tensor];
  const loss = (await model.trainOnBatch(xs, ys)) as number;
  tf.dispose([xs, ys]);
  if (step % 20 === 0) {
    const seconds = (performance.now() - start) / 1000;
    console.log(`step ${String(step).padStart(4)}   loss ${loss.toFixed(3)}   ${seconds.toFixed(0)} s`);
  }
} // prettier-ignore
console.log(`\n${write(model, "Shall I ", 200)}`);
