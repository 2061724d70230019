/**
 * Random weights whose units do not repeat each other: directions are decorrelated, while row lengths and the Haar
 * direction of the whole matrix stay as drawn. Our formulation throughout.
 */
import { float32, float64 } from "../../arrays.ts";
import { checkFlag, checkOneOf, checkSeed } from "../../arguments.ts";
import type { Matrix } from "../../linalg/index.ts";
import { checkDecorrelateOptions, decorrelate, type DecorrelateOptions } from "./decorrelate.ts"; // prettier-ignore
import { diversityOf, leastMeanCos2, type Diversity } from "./metrics.ts";
import { kernelOf, layoutOf, unitsOf } from "../units.ts";
import { rules, varianceScaling, type Rule } from "../variance.ts";

export interface DecorrelatedOptions extends DecorrelateOptions {
  /** The rule for the random draw, which gives the row lengths; default `"glorotUniform"`, that of tf.layers. */
  base?: Rule;
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
 * Makes a kernel […, in, out] whose units are decorrelated: drawn by the rule `base` (its normals
 * not truncated), then changed by `decorrelate`. A
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
  const kernel = draw(shape, base, depthwise, seed);
  // An empty kernel may have any number of groups, so one group stands for all of them.
  const empty = { rows: 0, cols: 0, data: float64(0) };
  const drawn = kernel.length === 0 ? [empty] : unitsOf(kernel, layout);
  const found = drawn.map((w) => decorrelate(w, how));
  return {
    values: kernelOf(
      found.map(({ weights }) => weights),
      layout,
    ),
    report() {
      const reports = drawn.map((w, g) => ({
        units,
        inputs,
        iterations: found[g]!.iterations,
        leastMeanCos2: leastMeanCos2(units, inputs),
        before: diversityOf(w),
        after: diversityOf(rounded(found[g]!.weights)),
      }));
      return reports.reduce((a, b) => (b.after.meanCos2 > a.after.meanCos2 ? b : a));
    },
  };
}

const rounded = ({ rows, cols, data }: Matrix): Matrix => ({ rows, cols, data: float32(data) });

/** The kernel of a rule, but normals are not truncated, so that the direction of the whole kernel is Haar distributed. */
function draw(
  shape: readonly number[],
  base: Rule,
  depthwise = false,
  seed?: number,
): Float32Array {
  const { scale, mode, distribution: usual } = rules[base];
  const distribution = usual === "uniform" ? usual : "untruncatedNormal";
  const layer = depthwise ? "depthwise" : "dense";
  return varianceScaling(shape, { scale, mode, distribution, layer, seed });
}

/** Throws an ArgumentError for options that are invalid whatever the shape. */
export function checkDecorrelatedOptions(options: DecorrelatedOptions): void {
  const { base = "glorotUniform", depthwise = false, seed, ...how } = options;
  checkDecorrelateOptions(how);
  checkFlag("depthwise", depthwise);
  checkOneOf("base", base, Object.keys(rules));
  checkSeed(seed);
}
