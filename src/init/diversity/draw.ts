/** Random kernels by the usual rules for variances, drawn with the package's own generator. */
import { float64 } from "../../arrays.ts";
import { checkOneOf } from "../../arguments.ts";
import { normal, type Matrix } from "../../linalg/index.ts";
import type { Layout } from "../units.ts";

/** One over the variance of a weight, given the number of inputs of a unit and of units that an input feeds. */
const rules = {
  glorot: (fanIn: number, fanOut: number) => (fanIn + fanOut) / 2,
  he: (fanIn: number) => fanIn / 2,
  leCun: (fanIn: number) => fanIn,
};

/** The names of the rules in tf.layers. */
export type Base = `${keyof typeof rules}${"Normal" | "Uniform"}`;

export function checkBase(base: Base): void {
  const names = Object.keys(rules).flatMap((name) => [`${name}Normal`, `${name}Uniform`]);
  checkOneOf("base", base, names);
}

/**
 * Draws the units of every group: independent weights of mean 0 and variance 2/(in + out) (Glorot and Bengio 2010),
 * 2/in (He et al. 2015) or 1/in (LeCun et al. 1998). The normals are not truncated, in contrast to those of tf.layers.
 */
export function draw(layout: Layout, base: Base, seed?: number): Matrix<Float64Array>[] {
  const { groups, units, inputs, positions } = layout;
  const [, rule, shape] = /^(.*)(Normal|Uniform)$/.exec(base)!;
  const deviation = 1 / Math.sqrt(rules[rule as keyof typeof rules](inputs, positions * units));
  const count = units * inputs;
  // An empty kernel may have any number of groups, so one group stands for all of them.
  if (groups * count === 0) return [{ rows: 0, cols: 0, data: float64(0) }];
  const values = (shape === "Uniform" ? uniforms : normals)(groups * count, seed);
  return Array.from({ length: groups }, (_, g) => {
    const data = float64(values.subarray(g * count, (g + 1) * count), (x) => x * deviation);
    return { rows: units, cols: inputs, data };
  });
}

function normals(count: number, seed?: number): Float64Array {
  return normal(count, 1, { seed, dtype: "float64" }).data;
}

/**
 * Uniform numbers within ±√3, which have variance 1. For four normals, (a² + b²) / (a² + b² + c² + d²) is exactly
 * uniform from 0 to 1, and takes arithmetic that is the same on every machine.
 */
function uniforms(count: number, seed?: number): Float64Array {
  const z = normals(4 * count, seed);
  const out = float64(count);
  for (let i = 0; i < count; i++) {
    const p = z[4 * i]! ** 2 + z[4 * i + 1]! ** 2;
    const q = z[4 * i + 2]! ** 2 + z[4 * i + 3]! ** 2;
    out[i] = (Math.sqrt(3) * (p - q)) / (p + q);
  }
  return out;
}
