/** One call of each function of the package that takes no model, to be disturbed. */
import * as tfl from "@tensorflow/tfjs-layers";
import * as door from "../../src/tfjs/index.ts";
import { calmly } from "../support/calm.ts";
import { numbers, type Deeds } from "./deeds.ts";
import { xs } from "./models.ts";

type Initializer = { apply(shape: number[]): unknown };

const of = (initializer: Initializer, ...shape: number[]) => numbers(initializer.apply(shape));
const seed = 1;

function installed(initializer: Initializer, ...shape: number[]): unknown {
  door.install(undefined, { variance: true });
  try {
    return of(initializer, ...shape);
  } finally {
    calmly(() => door.uninstall());
  }
}

/** A function of the caller's own, whose design is not kept: those of named activations are made once. */
const activation = { value: Math.abs, derivative: Math.sign, kinks: [0] };

export const others: Deeds = {
  approximate: () => door.approximate("relu", { degree: 4 }),
  decorrelated: () => of(door.decorrelated({ seed }), 5, 8),
  "decorrelated, sphere": () => of(door.decorrelated({ seed, method: "zca", base: "heNormal" }), 5, 8), // prettier-ignore
  deltaOrthogonal: () => of(door.deltaOrthogonal({ seed }), 3, 3, 2, 4),
  glorotNormal: () => of(door.glorotNormal({ seed }), 5, 3),
  glorotUniform: () => of(door.glorotUniform({ seed }), 5, 3),
  heNormal: () => of(door.heNormal({ seed }), 5, 3),
  heUniform: () => of(door.heUniform({ seed }), 5, 3),
  idInit: () => of(door.idInit(), 3, 3, 4, 4),
  identity: () => of(door.identity(), 4, 4),
  inputCovariance: () => door.inputCovariance(xs),
  install: () => installed(tfl.initializers.orthogonal({}), 3, 0),
  "install, seeded": () => installed(tfl.initializers.orthogonal({ seed }), 5, 3),
  "install, variance": () => installed(tfl.initializers.heNormal({ seed }), 5, 3),
  leCunNormal: () => of(door.leCunNormal({ seed }), 5, 3),
  leCunUniform: () => of(door.leCunUniform({ seed }), 5, 3),
  lps: () => of(door.lps({ activation, seed }).kernelInitializer, 5, 3),
  "lps, bias": () => of(door.lps({ activation, seed, degree: 3 }).biasInitializer, 7),
  lpsDesign: () => door.lpsDesign({ activation, degree: 3 }),
  mimetic: () => of(door.mimetic({ heads: 2, seed }).query, 4, 4),
  orthogonal: () => of(door.orthogonal({ seed }), 3, 3, 2, 4),
  "orthogonal, wide": () => of(door.orthogonal({ seed, gain: 2 }), 3, 7),
  randomNormal: () => of(door.randomNormal({ seed }), 5, 3),
  randomUniform: () => of(door.randomUniform({ seed }), 5, 3),
  reluOrthogonal: () => of(door.reluOrthogonal({ seed }), 6, 4),
  solveLPS: () => door.solveLPS([0, 1, 1], { rows: 3, cols: 1, data: Float64Array.of(1, 2, 3) }, [1, 0, 2]).points, // prettier-ignore
  truncatedNormal: () => of(door.truncatedNormal({ seed }), 5, 3),
  varianceScaling: () => of(door.varianceScaling({ seed, distribution: "uniform" }), 5, 3),
  zerO: () => of(door.zerO(), 4, 8),
};
