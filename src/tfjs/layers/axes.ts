/** The positions of the windows of convolution and pooling layers. */
import { axisOf, type Axis } from "../../linalg/conv/axis.ts";
import { attributes } from "./attributes.ts";
import type { Layer } from "./graph.ts";
import { kindOf } from "./kinds.ts";

/** The spatial axes of a convolution or pooling layer, given the sizes of its input along them. */
export function axesOf(layer: Layer, sizes: readonly number[]): Axis[] {
  const { kernelSize, poolSize, strides, padding, dilationRate = 1 } = attributes(layer);
  // tf.layers 4.22 stores the dilation rate of a depthwise layer but does not use it.
  const ignored = kindOf(layer).map === "depthwise";
  return sizes.map((size, i) => {
    const dilation = Array.isArray(dilationRate) ? dilationRate[i]! : dilationRate;
    const window = (kernelSize ?? poolSize!)[i]!;
    return axisOf(size, window, strides![i]!, ignored ? 1 : dilation, padding!);
  });
}

/** Whether a convolution is dilated, that is, has gaps between its taps. */
export function isDilated(layer: Layer): boolean {
  return [attributes(layer).dilationRate ?? 1].flat().some((dilation) => dilation !== 1);
}
