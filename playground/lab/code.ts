/** Settings as a program that runs in an empty project. */
import digitsCode from "../../examples/digits.ts?code";
import setsCode from "./sets.ts?code";
import { calls, print } from "./nets.ts";
import { schemes } from "./schemes.ts";
import type { Settings } from "./settings.ts";

const optimizers = {
  adam: (rate: number) => `tf.train.adam(${rate})`,
  sgd: (rate: number) => `tf.train.sgd(${rate})`,
  momentum: (rate: number) => `tf.train.momentum(${rate}, 0.9)`,
};

/** A module's text without its imports and the word export. */
const inlined = (code: string) =>
  code
    .replaceAll(/^import .*\n/gm, "")
    .replaceAll(/^export (?=const|function)/gm, "")
    .trim();

const pictures = `const { pixels, labels: digits } = drawDigits(2000, SEED);
const samples = { inputs: pixels, shape: [SIDE, SIDE, 1], labels: Int32Array.from(digits), classes: CLASSES };`;

export function codeOf(settings: Settings, name: string): string {
  const scheme = schemes[name]!;
  const flat = !["digits", "file"].includes(settings.set);
  const list = calls(settings, flat ? [2] : [28, 28, 1], flat ? 2 : 10);
  const { code, imports } = print(settings, list, scheme);
  const used = [...new Set([...imports, ...(scheme.then ? [scheme.then.call] : [])])];
  const options = JSON.stringify({
    ...scheme.then?.options,
    ...(scheme.then?.seed && { seed: settings.seed }),
  });
  const { then } = scheme;
  const args = [
    "model",
    ...(then?.data ? ["xs"] : []),
    then?.data && !then.options?.method ? options.replace("{", "{ ys, ") : options,
  ];
  return [
    `// ${name}: ${scheme.why}`,
    `import * as tf from "@tensorflow/tfjs";`,
    `import "@tensorflow/tfjs-backend-wasm";`,
    ...(used.length ? [`import { ${used.join(", ")} } from "tfjs-initializers";`] : []),
    ...(flat ? [] : [`import { normal } from "tfjs-initializers/linalg";`]),
    `import "tfjs-initializers/train";`,
    "",
    `await tf.setBackend("wasm");`,
    "",
    inlined(flat ? setsCode : digitsCode),
    "",
    ...(settings.set === "file"
      ? ["// The page read your own files; this program draws digits instead."]
      : []),
    flat
      ? `const samples = ${settings.set}(512, ${settings.seed});`
      : pictures.replace("SEED", String(settings.seed)),
    `const xs = tf.tensor(samples.inputs, [samples.labels.length, ...samples.shape]);`,
    `const ys = tf.oneHot(tf.tensor1d(samples.labels, "int32"), samples.classes).toFloat();`,
    "",
    code,
    ...(then ? [`await ${then.call}(${args.join(", ")});`] : []),
    `model.compile({ optimizer: ${optimizers[settings.optimizer](settings.rate)}, loss: "categoricalCrossentropy", metrics: ["accuracy"] });`,
    "",
    `await model.fit(xs, ys, {`,
    `  epochs: 20,`,
    `  batchSize: ${settings.batch},`,
    `  verbose: 0,`,
    `  callbacks: { onEpochEnd: (epoch, logs) => console.log(epoch + 1, logs.loss.toFixed(4), logs.acc.toFixed(3)) },`,
    `});`,
    "",
  ].join("\n");
}
