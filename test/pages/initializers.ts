/** The bits of the initializers besides those of their own pages, as a layer gets them. */
import { identity, idInit, zerO } from "../../src/init/identity.ts";
import { mimetic, projections } from "../../src/init/mimetic.ts";
import { orthogonal } from "../../src/init/orthogonal.ts";
import { reluOrthogonal } from "../../src/init/reluOrthogonal.ts";
import {
  randomNormal,
  randomUniform,
  rules,
  truncatedNormal,
  varianceScaling,
  type Rule,
} from "../../src/init/variance.ts";
import { hashes, type Cases } from "../support/hash.ts";

const flat = (data: Float32Array) => [{ rows: 1, cols: data.length, data }];
const seeds = [0, 42, Number.MAX_SAFE_INTEGER];

const cases: Cases = {};
for (const seed of seeds) {
  cases[`randomNormal seed ${seed}`] = () => flat(randomNormal([1003], { mean: 1, seed }));
  cases[`randomUniform seed ${seed}`] = () => flat(randomUniform([1003], { maxval: 2, seed }));
  cases[`truncatedNormal seed ${seed}`] = () => flat(truncatedNormal([1003], { stddev: 2, seed }));
}
for (const rule of Object.keys(rules) as Rule[])
  cases[rule] = () => flat(varianceScaling([3, 5, 7, 11], { ...rules[rule], seed: 1 }));
for (const layer of ["transpose", "depthwise", "separable"] as const)
  for (const shape of [
    [3, 3, 8, 2],
    [1, 1, 16, 5],
  ])
    cases[`varianceScaling ${layer} ${shape.join("x")}`] = () =>
      flat(varianceScaling(shape, { layer, distribution: "untruncatedNormal", seed: 1 }));
for (const [name, make] of Object.entries({ identity, idInit, zerO }))
  for (const shape of [
    [12, 5],
    [3, 3, 5, 12],
  ])
    cases[`${name} ${shape.join("x")}`] = () => flat(make(shape, { gain: Math.SQRT2 }));
for (const shape of [
  [28, 256],
  [256, 28],
  [3, 3, 8, 16],
]) {
  cases[`reluOrthogonal ${shape.join("x")}`] = () => flat(reluOrthogonal(shape, { seed: 1 }));
  cases[`orthogonal, 4 gates ${shape.join("x")}`] = () =>
    flat(orthogonal(shape, { seed: 1, gates: 4 }));
}
for (const projection of projections)
  cases[`mimetic ${projection}`] = () => flat(mimetic([40, 40], projection, { heads: 4, seed: 1 }));

export const report = () => hashes(cases);
