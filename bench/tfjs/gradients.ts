import * as tf from "@tensorflow/tfjs";
import { filterGradient as twin } from "../../test/twins/convolution.ts";
import { convolutionOf } from "../../src/tfjs/train/geometry.ts";
import { type Accuracy, distance } from "../accuracy.ts";
import { type Case, type Contender, job } from "../harness.ts";
import { stockKernel } from "../registry.ts";

const draw = (shape: number[], seed: number) =>
  tf.randomNormal<tf.Rank.R4>(shape as [number, number, number, number], 0, 1, "float32", seed);

const dispose = (tensor: tf.Tensor) => tensor.dispose();

/** The original kernel of the backend as a peer, if ours replaces one; it must be at least `bar` times slower. */
function stockPeers(
  name: string,
  bar: number,
  start: () => [inputs: object, attrs: object],
): Contender[] {
  const kernel = stockKernel(name);
  if (!kernel) return [];
  const backend = tf.backend();
  const run = (inputs: object, attrs: object) =>
    kernel.kernelFunc({ inputs, attrs, backend } as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
  return [
    {
      name: `stock ${name}`,
      bar,
      start() {
        const [inputs, attrs] = start();
        return {
          ...job(
            () => run(inputs, attrs),
            undefined,
            ({ dataId }) => backend.disposeData(dataId),
          ),
          stop: () => tf.dispose(inputs as tf.NamedTensorMap),
        };
      },
    },
  ];
}

/** tf.maxPool of 2 x 2 on images h x h, in units of tf.maxPool. */
function pooling(h: number, channels: number): Case {
  const tensors = () => ({
    dy: draw([32, h / 2, h / 2, channels], 1),
    input: draw([32, h, h, channels], 2),
  });
  const attrs = { filterSize: 2, strides: 2, pad: "valid" };
  return {
    name: `max pool ${channels} @${h}`,
    start() {
      const inputs = tensors();
      const run = () => tf.engine().runKernel<tf.Tensor>("MaxPoolGrad", inputs, attrs);
      return { ...job(run, undefined, dispose), stop: () => tf.dispose(inputs) };
    },
    unit: {
      name: "tf.maxPool, forward",
      start() {
        const { dy, input } = tensors();
        const run = () => tf.maxPool(input, 2, 2, "valid");
        return { ...job(run, undefined, dispose), stop: () => tf.dispose([dy, input]) };
      },
    },
    peers: stockPeers("MaxPoolGrad", 1.5, () => [tensors(), attrs]),
  };
}

/** The gradient to measure; images are h x h, `from` → `to` channels, batch 32, padding "same". */
type Which = "filter" | "input" | "depthwise filter" | "depthwise input";

/** A gradient, in units of its convolution, which takes the same flops. */
function gradient(
  which: Which,
  h: number,
  from: number,
  to: number,
  k: number,
  stride: number,
  bar?: number,
): Case {
  const [n, strides] = [32, [stride, stride] as [number, number]];
  const depthwise = which.startsWith("depthwise");
  const filterShape = [k, k, from, depthwise ? to / from : to] as [number, number, number, number];
  const info = tf.backend_util.computeConv2DInfo([n, h, h, from], filterShape, strides, 1, "same", undefined, depthwise); // prettier-ignore
  const attrs = {
    strides,
    pad: "same",
    dataFormat: "NHWC",
    dilations: [1, 1],
    filterShape,
    inputShape: info.inShape,
  };
  const flops = 2 * n * info.outHeight * info.outWidth * k * k * to * (depthwise ? 1 : from);
  const tensors = () => ({
    x: draw(info.inShape, 1),
    w: draw(filterShape, 2),
    dy: draw(info.outShape, 3),
  });
  const name = `${depthwise ? "DepthwiseConv2dNative" : "Conv2D"}Backprop${which.endsWith("filter") ? "Filter" : "Input"}`;
  return {
    name: `${which} ${from}→${to} ${k}x${k}${stride > 1 ? ` /${stride}` : ""} @${h}`,
    flops,
    bar,
    start() {
      const { x, w, dy } = tensors();
      const inputs = which.endsWith("filter") ? { x, dy } : { dy, filter: w };
      const run = () =>
        tf
          .engine()
          .runKernel<tf.Tensor>(
            name,
            inputs as unknown as tf.NamedTensorMap,
            attrs as tf.NamedAttrMap,
          );
      const accuracy = (dw: tf.Tensor): Accuracy =>
        distance(
          dw.dataSync(),
          twin(
            convolutionOf(
              info.inShape,
              filterShape,
              attrs as { strides: number[]; pad: "same" },
              depthwise,
            ),
            x.dataSync(),
            dy.dataSync(),
            depthwise,
          ).value,
        );
      return {
        ...job(run, which.endsWith("filter") ? accuracy : undefined, dispose),
        stop: () => tf.dispose([x, w, dy]),
      };
    },
    unit: {
      name: `tf.${depthwise ? "depthwiseConv2d" : "conv2d"}, forward`,
      start() {
        const { x, w, dy } = tensors();
        const run = () =>
          depthwise ? tf.depthwiseConv2d(x, w, strides, "same") : tf.conv2d(x, w, strides, "same");
        return { ...job<tf.Tensor>(run, undefined, dispose), stop: () => tf.dispose([x, w, dy]) };
      },
    },
    peers: stockPeers(name, 4, () => {
      const { x, w, dy } = tensors();
      x.dispose();
      return [{ dy, filter: w }, attrs];
    }),
  };
}

export default [
  // The bar is the rate of the forward convolution, with an allowance for packing and rounding once more.
  gradient("filter", 32, 3, 64, 3, 1),
  gradient("filter", 32, 64, 64, 3, 1, 1.25),
  gradient("filter", 32, 64, 128, 3, 1, 1.25),
  gradient("filter", 32, 64, 64, 1, 1, 1.25),
  gradient("filter", 32, 64, 64, 5, 2, 1.25),
  gradient("input", 32, 64, 64, 3, 1, 1.25),
  gradient("input", 32, 64, 64, 5, 2),
  gradient("depthwise filter", 32, 64, 64, 3, 1),
  gradient("depthwise filter", 32, 64, 128, 3, 1),
  gradient("depthwise input", 32, 64, 64, 3, 1),
  gradient("depthwise input", 32, 64, 128, 3, 1),
  pooling(32, 128),
] satisfies Case[];
