/** The bits of decorrelated, as a layer gets them, and of spread. */
import { decorrelated } from "../../src/init/diversity/decorrelated.ts";
import { normal, spread } from "../../src/linalg/index.ts";
import { hashes, type Cases } from "../support/hash.ts";

// Fewer units than inputs, as many, more.
const shapes = [[28, 16], [12, 12], [3, 3, 2, 24], [64, 65]]; // prettier-ignore

const cases: Cases = {};
for (const shape of shapes) {
  const cols = shape.at(-1)!;
  const flat = (data: Float32Array) => [{ rows: data.length / cols, cols, data }];
  const name = (what: string) => `decorrelated ${shape.join("x")} ${what}`;
  for (const method of ["zca", "qr", "gradient"] as const)
    cases[name(method)] = () => flat(decorrelated(shape, { method, seed: 1 }).values);
  cases[name("heNormal, centred")] = () =>
    flat(decorrelated(shape, { base: "heNormal", centred: true, seed: 2 }).values);
}
cases["decorrelated 28x16 cholesky"] = () => {
  const { values } = decorrelated([28, 16], { method: "cholesky", seed: 1 });
  return [{ rows: 28, cols: 16, data: values }];
};
for (const dtype of ["float32", "float64"] as const)
  for (const [m, n] of [[7, 5], [33, 64], [600, 9], [9, 600]]) {
    cases[`spread ${m}x${n} ${dtype}`] = () => [spread(normal(m, n, { seed: 1, dtype }))];
    cases[`spread columns ${m}x${n} ${dtype}`] = () => [
      spread(normal(m, n, { seed: 1, dtype }), { step: 0.25, units: "columns" }),
    ];
  } // prettier-ignore

export const report = () => hashes(cases);
