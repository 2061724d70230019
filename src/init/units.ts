/**
 * Kernels as units. A unit is the weights of one output channel: a row of the m x n matrix that the functions of
 * src/init work on, m units of n inputs each.
 *
 * A kernel […, in, out] has m = out units, each of which sees all axes before the last: n = size / out. In a depthwise
 * kernel […, in, multiplier] only filters on the same input channel can duplicate each other; it is `in` groups of
 * m = multiplier units with n = (product of the spatial axes) inputs each.
 */
import { float32, float64 } from "../arrays.ts";
import { checkFlag } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import type { Data, Matrix } from "../linalg/index.ts";
import { checkShape, size } from "./shape.ts";

export interface Layout {
  readonly groups: number;
  /** Number of units m in every group; `inputs` is the number n of inputs of each unit. */
  readonly units: number;
  readonly inputs: number;
  /** Product of the spatial axes. */
  readonly positions: number;
}

/** The layout of a kernel shape; entry k of unit j of group g is number (k·groups + g)·units + j of the kernel. */
export function layoutOf(shape: readonly number[], depthwise = false): Layout {
  checkFlag("depthwise", depthwise);
  checkShape(shape, depthwise ? 3 : 2, Infinity);
  const units = shape.at(-1)!;
  const groups = depthwise ? shape.at(-2)! : 1;
  const positions = size(shape.slice(0, -2));
  return { groups, units, inputs: depthwise ? positions : positions * shape.at(-2)!, positions };
}

/** The units of every group, as rows in f64. */
export function unitsOf(kernel: Data, layout: Layout): Matrix<Float64Array>[] {
  const { groups, units, inputs } = layout;
  if (kernel.length !== groups * units * inputs) {
    const expected = `length ${groups * units * inputs}`;
    throw new ArgumentError("kernel", expected, show(kernel));
  }
  return Array.from({ length: groups }, (_, g) => {
    const data = float64(units * inputs);
    for (let k = 0; k < inputs; k++) {
      const from = (k * groups + g) * units;
      for (let j = 0; j < units; j++) data[j * inputs + k] = kernel[from + j]!;
    }
    return { rows: units, cols: inputs, data };
  });
}

/** The kernel made of these units, one matrix for each group. */
export function kernelOf(matrices: readonly Matrix[], layout: Layout): Float32Array {
  const { groups, units, inputs } = layout;
  const kernel = float32(groups * units * inputs);
  if (kernel.length === 0) return kernel;
  matrices.forEach(({ data }, g) => {
    for (let k = 0; k < inputs; k++) {
      const to = (k * groups + g) * units;
      for (let j = 0; j < units; j++) kernel[to + j] = data[j * inputs + k]!;
    }
  });
  return kernel;
}

/** The lengths of the rows, and the rows divided by their lengths; a row of zeros stays zero. */
export function normalised({ rows, cols, data }: Matrix): {
  lengths: Float64Array;
  u: Matrix<Float64Array>;
} {
  const lengths = float64(rows);
  const u = float64(rows * cols);
  for (let i = 0; i < rows; i++) {
    // Entries are divided by the largest one first, so that no square over- or underflows.
    let [top, sum] = [0, 0];
    for (let k = i * cols; k < (i + 1) * cols; k++) top = Math.max(top, Math.abs(data[k]!));
    if (top === 0) continue;
    for (let k = i * cols; k < (i + 1) * cols; k++) sum += (u[k] = data[k]! / top) ** 2;
    const length = Math.sqrt(sum);
    for (let k = i * cols; k < (i + 1) * cols; k++) u[k]! /= length;
    lengths[i] = top * length;
  }
  return { lengths, u: { rows, cols, data: u } };
}

/** Throws an ArgumentError for a NaN or an infinity. */
export function checkFinite(name: string, data: Data): void {
  // 0 · x is 0 for finite x, and NaN otherwise.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += 0 * data[i]!;
  if (sum !== 0) throw new ArgumentError(name, "finite entries", "a NaN or an infinity");
}

/** The largest magnitude. */
export function largest(data: Data): number {
  let top = 0;
  for (const x of data) top = Math.max(top, Math.abs(x));
  return top;
}
