/** The gradients of convolutions on the wasm backend against those on the cpu backend. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { close, draw, run, type Pad } from "../support/backends.ts";

/** What a later backend may have: left alone. */
const later: tf.KernelFunc = () => tf.scalar(42);
const kept = "DepthwiseConv2dNativeBackpropFilter";
tf.registerKernel({ kernelName: kept, backendName: "wasm", kernelFunc: later });
const slow = ["Conv2DBackpropInput", "MaxPoolGrad"];
const stock = slow.map((name) => tf.getKernel(name, "wasm"));
await import("../../src/tfjs/train.ts");
const left = tf.getKernel(kept, "wasm");
tf.unregisterKernel(kept, "wasm");
await import(`../../src/tfjs/train.ts?${"again"}`);

/** The four kernels of a convolution's gradients, as jobs. */
function gradients(
  [n, h, w, c]: [number, number, number, number],
  [kh, kw]: [number, number],
  [filters, mult]: [number, number],
  strides: [number, number],
  pad: Pad,
): Record<string, () => tf.Tensor> {
  const x = [n, h, w, c] as [number, number, number, number];
  const info = tf.backend_util.computeConv2DInfo(x, [kh, kw, c, filters], strides, 1, pad);
  const out = [n, info.outHeight, info.outWidth];
  const attrs = { strides, pad, dataFormat: "NHWC", dilations: [1, 1] };
  const filter = [kh, kw, c, filters];
  const each = [kh, kw, c, mult];
  const dy = () => draw([...out, filters], 2);
  const dyEach = () => draw([...out, c * mult], 2);
  return {
    Conv2DBackpropFilter: () =>
      run("Conv2DBackpropFilter", { x: draw(x, 1), dy: dy() }, { ...attrs, filterShape: filter }),
    Conv2DBackpropInput: () =>
      run(
        "Conv2DBackpropInput",
        { dy: dy(), filter: draw(filter, 3) },
        { ...attrs, inputShape: x },
      ),
    DepthwiseConv2dNativeBackpropFilter: () =>
      run(
        "DepthwiseConv2dNativeBackpropFilter",
        { x: draw(x, 1), dy: dyEach() },
        { ...attrs, filterShape: each },
      ),
    DepthwiseConv2dNativeBackpropInput: () =>
      run(
        "DepthwiseConv2dNativeBackpropInput",
        { dy: dyEach(), filter: draw(each, 3) },
        { ...attrs, inputShape: x },
      ),
  };
}

suite("tfjs/train: registration", (test) => {
  test("kernels that the backend has are left alone, the slow ones are replaced", () => {
    assert.is(left!.kernelFunc, later);
    slow.forEach((name, at) => {
      const ours = tf.getKernel(name, "wasm");
      assert.ok(stock[at] && ours && ours.kernelFunc !== stock[at].kernelFunc, name);
    });
  });

  test("what is missing is there", () => {
    for (const name of [
      "Conv2DBackpropFilter",
      kept,
      "DepthwiseConv2dNativeBackpropInput",
      "UnsortedSegmentSum",
    ])
      // prettier-ignore
      assert.ok(tf.getKernel(name, "wasm"), name);
  });
});

suite("tfjs/train: convolutions", (test) => {
  const names = Object.keys(gradients([1, 1, 1, 1], [1, 1], [1, 1], [1, 1], "same"));

  for (const name of names)
    test(`${name}: any shape, stride and padding`, async () => {
      const zeros = fc.tuple(fc.nat(5), fc.nat(5));
      const explicit = fc.tuple(zeros, zeros).map(([rows, cols]) => [[0, 0], rows, cols, [0, 0]]);
      const size = fc.integer({ min: 1, max: 11 });
      const few = fc.integer({ min: 1, max: 5 });
      const stride = fc.integer({ min: 1, max: 3 });
      const pads = fc.oneof(fc.constantFrom("same", "valid"), explicit) as fc.Arbitrary<Pad>;
      const property = fc.asyncProperty(
        fc.tuple(few, size, size, size),
        fc.tuple(few, few),
        fc.tuple(size, few),
        fc.tuple(stride, stride),
        pads,
        async (x, filter, outputs, strides, pad) => {
          const [rows, cols] = typeof pad === "string" ? [] : [pad[1], pad[2]];
          const fits = (n: number, k: number, zeros: number[] = [0]) =>
            pad === "same" || n + zeros.reduce((a, b) => a + b) >= k;
          fc.pre(fits(x[1], filter[0], rows) && fits(x[2], filter[1], cols));
          await close(gradients(x, filter, outputs, strides, pad)[name]);
        },
      );
      await fc.assert(property, { seed: 1, numRuns: 60 });
    });

  for (const [what, ...shape] of [
    ["3 → 16, 3 x 3", [8, 32, 32, 3], [3, 3], [16, 2], [1, 1], "same"],
    ["16 → 16, 5 x 5, stride 2", [4, 17, 17, 16], [5, 5], [16, 1], [2, 2], "same"],
    ["32 → 32, 1 x 1", [8, 16, 16, 32], [1, 1], [32, 1], [1, 1], "valid"],
    ["a row of 700 pixels", [2, 1, 700, 5], [1, 7], [6, 2], [1, 3], "same"],
  ] as [string, ...Parameters<typeof gradients>][])
    test(what, async () => {
      for (const job of Object.values(gradients(...shape))) await close(job);
    });

  test("dimRoundingMode", async () => {
    for (const mode of ["floor", "round", "ceil"]) {
      const attrs = { strides: 2, pad: 1, dimRoundingMode: mode, dataFormat: "NHWC" };
      const info = tf.backend_util.computeConv2DInfo([1, 6, 6, 2], [3, 3, 2, 4], 2, 1, 1, mode as "floor"); // prettier-ignore
      const inputs = () => ({ x: draw([1, 6, 6, 2], 1), dy: draw(info.outShape, 2) });
      await close(() =>
        run("Conv2DBackpropFilter", inputs(), { ...attrs, filterShape: [3, 3, 2, 4] }),
      );
    }
  });

  test("NaN reaches what it takes part in", async () => {
    await tf.setBackend("wasm");
    const x = tf.tensor4d([NaN, 1, 1, 1], [1, 2, 2, 1]);
    const attrs = { strides: 1, pad: "valid", dataFormat: "NHWC", filterShape: [2, 2, 1, 1] };
    const dw = run("Conv2DBackpropFilter", { x, dy: tf.ones([1, 1, 1, 1]) }, attrs);
    assert.equal(Array.from(dw.dataSync()), [NaN, 1, 1, 1]);
  });

  test("an empty batch", async () => {
    const jobs = gradients([0, 5, 5, 2], [3, 3], [4, 2], [1, 1], "same");
    for (const name of names.filter((name) => name.endsWith("Filter"))) await close(jobs[name]);
  });

  test("NCHW and dilations are refused by name", async () => {
    await tf.setBackend("wasm");
    const before = tf.memory().numTensors;
    const [x, dy] = [draw([1, 5, 5, 5], 1), draw([1, 5, 5, 5], 2)];
    const attrs = { strides: [1, 1], pad: "same", filterShape: [3, 3, 5, 5], inputShape: x.shape };
    for (const name of names) {
      const filter = draw([3, 3, 5, name.startsWith("D") ? 1 : 5], 3);
      const wrong = { filterShape: filter.shape, dataFormat: "NCHW" };
      const inputs: tf.NamedTensorMap = name.endsWith("Filter") ? { x, dy } : { dy, filter };
      refused("dataFormat", () => run(name, inputs, { ...attrs, ...wrong }));
      refused("dilations", () =>
        run(name, inputs, { ...attrs, ...wrong, dataFormat: "NHWC", dilations: [2, 1] }),
      );
      filter.dispose();
    }
    tf.dispose([x, dy]);
    assert.is(tf.memory().numTensors, before);
  });

  test("tf.grads, under a tidy, of ops and their gradients", async () => {
    type F = (x: tf.Tensor4D, w: tf.Tensor4D) => tf.Tensor;
    const shapes = [[2, 7, 6, 3], [3, 3, 3, 4]]; // prettier-ignore
    const ops: Record<string, F> = {
      conv2d: (x, w) => tf.conv2d(x, w, 2, "same"),
      "fused conv2d": (x, filter) =>
        tf.fused.conv2d({ x, filter, strides: 1, pad: "same", activation: "relu" }),
      depthwiseConv2d: (x, w) => tf.depthwiseConv2d(x, w, 1, "valid"),
      separableConv2d: (x, w) => tf.separableConv2d(x, w, draw([1, 1, 12, 5], 9) as tf.Tensor4D, 1, "same"), // prettier-ignore
      conv2dTranspose: (x, w) => tf.conv2dTranspose(x, tf.transpose(w, [0, 1, 3, 2]), [2, 14, 12, 4], 2, "same"), // prettier-ignore
    };
    for (const op of Object.values(ops))
      for (const which of [0, 1])
        await close(() => {
          const inputs = shapes.map(draw) as [tf.Tensor4D, tf.Tensor4D];
          return tf.grads((...args) => tf.sum(tf.square(op(...(args as typeof inputs)))))(inputs)[which]; // prettier-ignore
        });
  });
});
