/**
 * Random weights whose units do not repeat each other: directions are decorrelated, while row lengths and the Haar
 * direction of the whole matrix stay as drawn. Our formulation throughout.
 */
import { float32 } from "../../arrays.ts";
import { checkFlag, checkSeed } from "../../arguments.ts";
import type { Matrix } from "../../linalg/index.ts";
import { checkDecorrelateOptions, decorrelate, type DecorrelateOptions } from "./decorrelate.ts"; // prettier-ignore
import { checkBase, draw, type Base } from "./draw.ts";
import { diversityOf, leastMeanCos2, type Diversity } from "./metrics.ts";
import { kernelOf, layoutOf } from "../units.ts";

export interface DecorrelatedOptions extends DecorrelateOptions {
  /** The rule for the random draw, which gives the row lengths; default `"glorotUniform"`, that of tf.layers. */
  base?: Base;
  /** Whether the kernel is that of a depthwise convolution: then only filters on the same channel are decorrelated. */
  depthwise?: boolean;
  /** Integer from 0 to 2^53 − 1; without a seed every call gives other weights. */
  seed?: number;
}

/** Diversity before and after; for a depthwise kernel, that of the group with the largest mean cos². */
export interface DecorrelatedReport {
  readonly units: number;
  readonly inputs: number;
  readonly iterations: number;
  /** The least possible mean cos² for this number of units and inputs. */
  readonly leastMeanCos2: number;
  /** Diversity of the draw; `after` is that of the float32 weights made from it. */
  readonly before: Diversity;
  readonly after: Diversity;
}

/**
 * Makes a kernel […, in, out] whose units are decorrelated: drawn by the rule `base`, then changed by `decorrelate`. A
 * unit is an output channel with all its inputs. Where there are more units than inputs, the optimum that `decorrelate`
 * documents is reached instead; a single unit stays as drawn.
 *
 * @param shape rank ≥ 2 (depthwise: ≥ 3); a zero gives an empty kernel
 * @returns the values, and `report()`, which measures the diversity
 * @throws ArgumentError for a bad shape or option, and every error of `decorrelate`; MemoryError
 */
export function decorrelated(
  shape: readonly number[],
  options: DecorrelatedOptions = {},
): { values: Float32Array; report: () => DecorrelatedReport } {
  checkDecorrelatedOptions(options);
  const { base = "glorotUniform", depthwise, seed, ...how } = options;
  const layout = layoutOf(shape, depthwise);
  const { units, inputs } = layout;
  const drawn = draw(layout, base, seed);
  const found = drawn.map((w) => decorrelate(w, how));
  const rounded = found.map(({ weights }): Matrix => ({ ...weights, data: float32(weights.data) })); // prettier-ignore
  return {
    values: kernelOf(rounded, layout),
    report() {
      const reports = drawn.map((w, g) => ({
        units,
        inputs,
        iterations: found[g]!.iterations,
        leastMeanCos2: leastMeanCos2(units, inputs),
        before: diversityOf(w),
        after: diversityOf(rounded[g]!),
      }));
      return reports.reduce((a, b) => (b.after.meanCos2 > a.after.meanCos2 ? b : a));
    },
  };
}

/** Throws an ArgumentError for options that are invalid whatever the shape. */
export function checkDecorrelatedOptions(options: DecorrelatedOptions): void {
  const { base = "glorotUniform", depthwise = false, seed, ...how } = options;
  checkDecorrelateOptions(how);
  checkFlag("depthwise", depthwise);
  checkBase(base);
  checkSeed(seed);
}
