/** The bits of lps: what is decided in TypeScript, with exp and tanh of our own, must be the same everywhere. */
import { activations, type ActivationName } from "../../src/init/lps/activations.ts";
import { approximate } from "../../src/init/lps/approximate.ts";
import { lpsBias, lpsKernel } from "../../src/init/lps/lps.ts";
import { lpsDesign } from "../../src/init/lps/lpsDesign.ts";
import { solveLPS } from "../../src/init/lps/solveLPS.ts";
import { normal } from "../../src/linalg/index.ts";
import { hashes, type Cases } from "../support/hash.ts";

const row = (values: ArrayLike<number>) => {
  const data = Float64Array.from(values);
  return { rows: 1, cols: data.length, data };
};
const flat = (data: Float32Array) => ({ rows: 1, cols: data.length, data });

const cases: Cases = {};
for (const name of Object.keys(activations) as ActivationName[]) {
  const interval = name === "thresholdedRelu" ? 2 : 1;
  for (const norm of ["legendre", "chebyshev"] as const)
    cases[`${norm} of ${name}`] = () => [row(approximate(name, { degree: 7, interval, norm }))];
  cases[`design for ${name}`] = () => {
    const { roots, biases, variance, chi } = lpsDesign({
      activation: name,
      interval,
      variance: "backward",
    });
    return [row(roots), row(biases), row([variance, chi])];
  };
}
for (const name of ["relu", "selu", "tanh"] as const)
  cases[`minimax of ${name}`] = () => [row(approximate(name, { degree: 7, norm: "minimax" }))];

for (const layer of ["dense", "transpose", "depthwise", "separable"] as const)
  for (const weights of ["gaussian", "orthogonal"] as const)
    cases[`${weights} ${layer} kernel`] = () => [
      flat(lpsKernel([3, 2, 5, 7], { variance: 1.7, weights, layer, strides: [2, 1], seed: 3 })),
    ];
cases["biases"] = () => [flat(lpsBias([50], { biases: [0.25, 0.5, 1], seed: 3 }))];

cases["stationary points"] = () => {
  const x = normal(9, 1, { seed: 1, dtype: "float64" });
  const { points } = solveLPS([3 / 32, 1 / 2, 15 / 32], x, x.data.map(Math.abs), { seed: 2 });
  return points.flatMap(({ re, im, loss }) => [row(re), row(im), row([loss])]);
};

export const report = () => hashes(cases);
