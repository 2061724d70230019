/** The bits of orthogonal and deltaOrthogonal, as a layer gets them. */
import { deltaOrthogonal, orthogonal, orthogonalFrom } from "../../src/init/orthogonal.ts";
import { normal } from "../../src/linalg/index.ts";
import { hashes, type Cases } from "../support/hash.ts";

const shapes = [
  [5, 5],
  [28, 256],
  [256, 28],
  [3, 3, 8, 16],
  [3, 2, 2, 7, 9],
];
const seeds = [0, 42, Number.MAX_SAFE_INTEGER];

const flat = (data: Float32Array) => [{ rows: 1, cols: data.length, data }];

const cases: Cases = {};
for (const shape of shapes) {
  for (const seed of seeds)
    cases[`orthogonal ${shape.join("x")} seed ${seed}`] = () => flat(orthogonal(shape, { seed }));
  cases[`orthogonal ${shape.join("x")} gain √2`] = () =>
    flat(orthogonal(shape, { seed: 1, gain: Math.SQRT2 }));
  cases[`orthogonalFrom ${shape.join("x")}`] = () =>
    flat(orthogonalFrom((m, n) => normal(m, n, { seed: 1 }).data, shape));
}
for (const shape of shapes.slice(3))
  cases[`deltaOrthogonal ${shape.join("x")}`] = () => flat(deltaOrthogonal(shape, { seed: 1 }));

export const report = () => hashes(cases);
