/** Sparse kernels: a few weights, placed by input, unit and tap. */
import { float32 } from "../arrays.ts";
import { checkOneOf } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import { centreOf, checkShape, size } from "./shape.ts";

export const placedLayers = ["dense", "transpose", "depthwise", "separable"] as const;
export type PlacedLayer = (typeof placedLayers)[number];

export interface PlacedOptions {
  /**
   * The kind of layer, which the shape of a kernel does not tell: `"dense"` (default) for […, in, out], `"transpose"` for
   * […, out, in], `"depthwise"` for […, in, multiplier], `"separable"` for both kernels of a separable convolution.
   */
  layer?: PlacedLayer;
}

/** Sets the weight from an input to a unit, at the tap that is the `near`-th nearest to the centre (0 is the centre). */
export type Put = (input: number, unit: number, value: number, near?: number) => void;

export function checkPlaced({ layer = "dense" }: PlacedOptions): void {
  checkOneOf("layer", layer, placedLayers);
}

/**
 * Makes a kernel that is zero but for the weights that `place` puts, which is called once for each group of units with
 * the numbers of its inputs, units and taps. A depthwise kernel has a group of one input for each channel; a dense kernel
 * […, in / groups, out] of grouped channels has one for each run of out / groups units.
 */
export function placed(
  shape: readonly number[],
  layer: PlacedLayer,
  place: (inputs: number, units: number, taps: number, put: Put) => void,
  groups = 1,
): Float32Array {
  checkShape(shape, layer === "dense" || layer === "transpose" ? 2 : 3, Infinity);
  const [rows, cols] = shape.slice(-2) as [number, number];
  const spatial = shape.slice(0, -2);
  if (cols % groups !== 0) {
    throw new ArgumentError("shape", `a last axis that ${groups} groups divide`, show(shape));
  }
  const kernel = float32(size(shape));
  if (kernel.length === 0) return kernel;
  const taps = size(spatial);
  const order = byDistance(spatial);
  const matrix = rows * cols;
  const alone = layer === "depthwise" || (layer === "separable" && taps > 1);
  if (alone) {
    for (let channel = 0; channel < rows; channel++) {
      const at = channel * cols;
      place(1, cols, taps, (_, unit, value, near = 0) => {
        kernel[order(near) * matrix + at + unit] = value;
      });
    }
  } else if (layer === "transpose") {
    place(cols, rows, taps, (input, unit, value, near = 0) => {
      kernel[order(near) * matrix + unit * cols + input] = value;
    });
  } else {
    const units = cols / groups;
    for (let group = 0; group < groups; group++) {
      const at = group * units;
      place(rows, units, taps, (input, unit, value, near = 0) => {
        kernel[order(near) * matrix + input * cols + at + unit] = value;
      });
    }
  }
  return kernel;
}

/** From the rank of a tap by its distance from the centre to its number; taps of equal distance keep their order. */
function byDistance(spatial: readonly number[]): (near: number) => number {
  const centre = centreOf(spatial);
  let taps: number[] | undefined;
  const distance = (tap: number) => {
    let [sum, rest] = [0, tap];
    for (const length of [...spatial].reverse()) {
      sum += ((rest % length) - Math.floor((length - 1) / 2)) ** 2;
      rest = Math.floor(rest / length);
    }
    return sum;
  };
  return (near) => {
    if (near === 0) return centre;
    taps ??= Array.from({ length: size(spatial) }, (_, tap) => tap).sort(
      (a, b) => distance(a) - distance(b) || a - b,
    );
    return taps[near]!;
  };
}
