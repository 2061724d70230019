import * as tf from "@tensorflow/tfjs";
import { filterGradient as twin } from "../../test/twins/convolution.ts";
import type { Convolution } from "../../src/linalg/filterGradient.ts";
import type { Accuracy } from "../accuracy.ts";
import { type Case, type Contender, job } from "../harness.ts";
import "../peers/tfjs.ts";

/** The kernels of the backend that are about to be replaced. */
const stock = ["Conv2DBackpropInput", "MaxPoolGrad"].flatMap((name) => tf.getKernel(name, "wasm")!);
await import("../../src/tfjs/train.ts");

const U = 2 ** -24;

/** max |x − y| / (max |y| u) */
function distance(x: ArrayLike<number>, y: ArrayLike<number>): Accuracy {
  let [error, largest] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    error = Math.max(error, Math.abs(x[i] - y[i]));
    largest = Math.max(largest, Math.abs(y[i]));
  }
  return { residual: error / (largest * U) };
}

const draw = (shape: number[], seed: number) =>
  tf.randomNormal<tf.Rank.R4>(shape as [number, number, number, number], 0, 1, "float32", seed);

const dispose = (tensor: tf.Tensor) => tensor.dispose();

/** A kernel of the backend as it was, if it was replaced; to be at least `bar` times slower. */
function stockPeers(
  name: string,
  bar: number,
  start: () => [inputs: object, attrs: object],
): Contender[] {
  const kernel = stock.find(({ kernelName }) => kernelName === name);
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

/** Which gradient, of images h x h x from → to channels, batch 32, padding "same". */
type Which = "filter" | "input" | "depthwise filter" | "depthwise input";

/** A gradient in units of the convolution that it belongs to: the flops are the same. */
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
          twin(convolution(info), x.dataSync(), dy.dataSync(), depthwise).value,
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

function convolution(info: tf.backend_util.Conv2DInfo): Convolution {
  const { padInfo, batchSize: images, inHeight: height, inWidth: width, inChannels: channels, outChannels: filters, ...rest } = info; // prettier-ignore
  return {
    ...rest,
    images,
    height,
    width,
    channels,
    filters,
    top: padInfo.top,
    left: padInfo.left,
  };
}

/** h x h x 3 → conv 64 → conv 64 → conv 128 → pool → dense. */
function net(h: number): tf.Sequential {
  const conv = (filters: number, first?: tf.Shape) => tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", kernelInitializer: tf.initializers.heNormal({ seed: filters }), inputShape: first }); // prettier-ignore
  const model = tf.sequential({
    layers: [
      conv(64, [h, h, 3]),
      conv(64),
      conv(128),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({
        units: 10,
        activation: "softmax",
        kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
      }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: "categoricalCrossentropy" });
  return model;
}

const images = (batch: number, h: number) => draw([batch, h, h, 3], 1);
const labels = (batch: number) =>
  tf.tidy(() => tf.oneHot(tf.range(0, batch, 1, "int32"), 10) as tf.Tensor2D);

/** Steps of model.trainOnBatch on a backend. */
function step(
  backend: string,
  batch: number,
  h: number,
  accuracy?: () => Promise<Accuracy>,
): Contender["start"] {
  return async () => {
    await tf.setBackend(backend);
    const [model, xs, ys] = [net(h), images(batch, h), labels(batch)];
    await tf.setBackend("wasm");
    return {
      async time(reps) {
        await tf.setBackend(backend);
        const start = performance.now();
        for (let i = 0; i < reps; i++) await model.trainOnBatch(xs, ys);
        const time = (performance.now() - start) / reps;
        await tf.setBackend("wasm");
        return time;
      },
      accuracy,
      stop() {
        model.dispose();
        tf.dispose([xs, ys]);
      },
    };
  };
}

/** The gradients of all weights of one step on the two backends; the worst of them. */
async function agreement(batch: number, h: number): Promise<Accuracy> {
  const found: Float32Array[][] = [];
  for (const backend of ["wasm", "cpu"]) {
    await tf.setBackend(backend);
    const model = net(h);
    const loss = (): tf.Scalar =>
      tf.mean(
        tf.metrics.categoricalCrossentropy(
          labels(batch),
          model.apply(images(batch, h)) as tf.Tensor,
        ),
      ) as tf.Scalar;
    const grads = tf.tidy(() =>
      Object.values(tf.variableGrads(loss).grads).map((grad) => grad.dataSync<"float32">()),
    );
    found.push(grads);
    model.dispose();
  }
  await tf.setBackend("wasm");
  const [ours, cpu] = found;
  return { residual: Math.max(...ours.map((grad, at) => distance(grad, cpu[at]).residual!)) };
}

function training(batch: number, h: number, { units, cpu }: { units: number; cpu?: number }): Case {
  return {
    name: `train ${h}x${h}x3 → 64 → 64 → 128, batch ${batch}`,
    start: step("wasm", batch, h, cpu ? () => agreement(batch, h) : undefined),
    bar: units,
    unit: {
      name: "predict",
      start() {
        const [model, xs] = [net(h), images(batch, h)];
        const run = () => model.predictOnBatch(xs) as tf.Tensor;
        return { ...job(run, undefined, dispose), stop: () => (model.dispose(), xs.dispose()) };
      },
    },
    peers: cpu
      ? [{ name: "tfjs, cpu backend", slow: true, bar: cpu, start: step("cpu", batch, h) }]
      : [],
  };
}

export default [
  // The rate of the forward convolution, and what packing and rounding once more may cost.
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
  training(32, 32, { units: 4.5 }),
  training(1, 32, { units: 6, cpu: 40 }),
] satisfies Case[];
