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
/** What an early backend may not have. */
const late = "Conv3DBackpropInputV2";
tf.unregisterKernel(late, "wasm");
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
      late,
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

  test("NCHW is refused by name", async () => {
    await tf.setBackend("wasm");
    const before = tf.memory().numTensors;
    const [x, dy] = [draw([1, 5, 5, 5], 1), draw([1, 5, 5, 5], 2)];
    const attrs = { strides: [1, 1], pad: "same", filterShape: [3, 3, 5, 5], inputShape: x.shape };
    for (const name of names) {
      const filter = draw([3, 3, 5, name.startsWith("D") ? 1 : 5], 3);
      const wrong = { filterShape: filter.shape, dataFormat: "NCHW" };
      const inputs: tf.NamedTensorMap = name.endsWith("Filter") ? { x, dy } : { dy, filter };
      refused("dataFormat", () => run(name, inputs, { ...attrs, ...wrong }));
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

  /** A filter with zeros between its taps: on the cpu backend, which has no gradients of dilations. */
  const stuffed = (w: tf.Tensor, [dh, dw]: [number, number]): tf.Tensor4D => {
    const [kh, kw, c, k] = w.shape as [number, number, number, number];
    const apart = tf.pad(tf.reshape(w, [kh, 1, kw, 1, c * k]), [[0, 0], [0, dh - 1], [0, 0], [0, dw - 1], [0, 0]]); // prettier-ignore
    const whole = tf.reshape<tf.Rank.R4>(apart, [kh * dh, kw * dw, c, k]);
    return tf.slice(whole, [0, 0, 0, 0], [(kh - 1) * dh + 1, (kw - 1) * dw + 1, c, k]);
  };
  type Dilated = (x: tf.Tensor4D, w: tf.Tensor4D, d: [number, number], pad: "same" | "valid") => tf.Tensor; // prettier-ignore
  const dilated: Record<string, Dilated> = {
    conv2d: (x, w, d, pad) => tf.conv2d(x, w, 1, pad, "NHWC", d),
    "fused conv2d": (x, filter, dilations, pad) =>
      tf.fused.conv2d({ x, filter, strides: 1, pad, dilations, bias: draw([4], 5) }),
    // The gradient that tf.fused.conv2d has where there is no dilation fails on a single image.
    "fused conv2d of an image, without bias": (x, filter, dilations, pad) => {
      const one = tf.reshape<tf.Rank.R3>(tf.slice(x, 0, 1), x.shape.slice(1) as [number, number, number]); // prettier-ignore
      return Math.max(...dilations) === 1
        ? tf.conv2d(one, filter, 1, pad)
        : tf.fused.conv2d({ x: one, filter, strides: 1, pad, dilations });
    },
    depthwiseConv2d: (x, w, d, pad) => tf.depthwiseConv2d(x, w, 1, pad, "NHWC", d),
    "fused depthwiseConv2d": (x, filter, dilations, pad) =>
      tf.fused.depthwiseConv2d({ x, filter, strides: 1, pad, dilations, bias: draw([12], 5) }),
  }; // prettier-ignore
  for (const [name, op] of Object.entries(dilated))
    test(`dilated ${name}`, async () => {
      for (const pad of ["same", "valid"] as const)
        for (const rates of [
          [2, 2],
          [1, 3],
          [4, 2],
        ] as [number, number][])
          // prettier-ignore
          for (const which of [0, 1])
            await close(() => {
              const inputs = [[2, 11, 9, 3], [3, 2, 3, 4]].map(draw) as [tf.Tensor4D, tf.Tensor4D]; // prettier-ignore
              const wasm = tf.getBackend() === "wasm";
              const f = (x: tf.Tensor, w: tf.Tensor) =>
                tf.sum(tf.square(wasm ? op(x as tf.Tensor4D, w as tf.Tensor4D, rates, pad) : op(x as tf.Tensor4D, stuffed(w, rates), [1, 1], pad))); // prettier-ignore
              return tf.grads(f)(inputs)[which];
            });
    });

  test("a gradient of the caller's own around a dilated convolution is left alone", async () => {
    await tf.setBackend("wasm");
    const [x, w] = [draw([1, 6, 6, 2], 1), draw([2, 2, 2, 2], 2)] as [tf.Tensor4D, tf.Tensor4D];
    const doubled = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([]);
      const value = tf.sum(tf.fused.conv2d({ x: x as tf.Tensor4D, filter: w, strides: 1, pad: "valid", dilations: 2 })); // prettier-ignore
      return { value, gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.fill([1, 6, 6, 2], 7)) };
    });
    const found = tf.tidy(() =>
      tf
        .grad((x) => doubled(x))(x)
        .dataSync(),
    );
    assert.ok(found.every((value) => value === 7));
    tf.dispose([x, w]);
  });

  test("volumes: any shape, stride, padding", async () => {
    const size = fc.integer({ min: 3, max: 6 });
    const few = fc.integer({ min: 1, max: 3 });
    const pads = fc.constantFrom("same" as const, "valid" as const);
    const triple = fc.tuple(few, few, few);
    const property = fc.asyncProperty(
      fc.tuple(few, size, size, size, few), triple, few, triple, pads, fc.nat(2),
      async (shape, window, filters, strides, pad, which) => {
        const conv = (x: tf.Tensor, w: tf.Tensor) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, strides, pad);
        const make = () => [draw(shape, 1), draw([...window, shape[4], filters], 2)] as const;
        await close(() => (which === 2 ? conv(...make()) : tf.grads((x, w) => tf.sum(tf.square(conv(x, w))))([...make()])[which]));
      },
    ); // prettier-ignore
    await fc.assert(property, { seed: 1, numRuns: 80 });
  });

  test("dilated volumes", async () => {
    for (const which of [0, 1, 2])
      await close(() => {
        const [x, w] = [draw([2, 7, 6, 5, 2], 1), draw([2, 2, 2, 2, 3], 2)] as [tf.Tensor5D, tf.Tensor5D]; // prettier-ignore
        // On the cpu backend a filter of 3 x 4 x 2 with zeros.
        const apart = (w: tf.Tensor): tf.Tensor5D => {
          const depth = tf.pad(tf.reshape(w, [2, 1, 24]), [[0, 0], [0, 1], [0, 0]]); // prettier-ignore
          const rows = tf.pad(tf.reshape(depth, [4, 2, 1, 12]), [[0, 0], [0, 0], [0, 2], [0, 0]]); // prettier-ignore
          return tf.slice(tf.reshape<tf.Rank.R5>(rows, [4, 6, 2, 2, 3]), 0, [3, 4, 2, 2, 3]);
        };
        const conv = (x: tf.Tensor, w: tf.Tensor) =>
          tf.getBackend() === "wasm"
            ? tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, "same", "NDHWC", [2, 3, 1])
            : tf.conv3d(x as tf.Tensor5D, apart(w), 1, "same");
        return which === 2 ? conv(x, w) : tf.grads((x, w) => tf.sum(tf.square(conv(x, w))))([x, w])[which]; // prettier-ignore
      });
  });

  test("conv3d of other types, or by a filter of them, is refused as without this package", async () => {
    await tf.setBackend("wasm");
    const whole = tf.ones<tf.Rank.R5>([1, 1, 1, 1, 1], "int32");
    const numbers = tf.ones<tf.Rank.R5>([1, 1, 1, 1, 1]);
    for (const [x, filter] of [[whole, numbers], [numbers, whole]] as const) // prettier-ignore
      assert.throws(() => tf.conv3d(x, filter, 1, "valid"), /must have dtype float32/); // prettier-ignore
    tf.dispose([whole, numbers]);
  });

  test("conv3dTranspose and its gradients", async () => {
    for (const pad of ["same", "valid"] as const)
      for (const strides of [1, 2])
        for (const which of [0, 1, 2])
          await close(() => {
            const info = tf.backend_util.computeConv3DInfo([2, 5, 6, 4, 3], [3, 2, 2, 3, 4], strides, 1, pad); // prettier-ignore
            const inputs = [draw(info.outShape, 1), draw([3, 2, 2, 3, 4], 2)];
            const conv = (x: tf.Tensor, w: tf.Tensor) =>
              tf.conv3dTranspose(x as tf.Tensor5D, w as tf.Tensor5D, [2, 5, 6, 4, 3], strides, pad);
            if (which === 2) return conv(inputs[0], inputs[1]);
            return tf.grads((x, w) => tf.sum(tf.square(conv(x, w))))(inputs)[which];
          });
  });

  test("conv2dTranspose whose output shape does not fit its input: its first rows and columns count", async () => {
    const conv = (x: tf.Tensor, w: tf.Tensor) =>
      tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 4, 4, 3], 1, "same");
    const x = () => draw([2, 8, 8, 5], 1);
    const w = () => draw([8, 8, 3, 5], 2);
    await close(() => conv(x(), w()));
    for (const shape of [[2, 4, 6, 5], [2, 6, 4, 5]]) await close(() => conv(draw(shape, 1), w())); // prettier-ignore
    await close(() => tf.grad((w) => tf.sum(tf.square(conv(x(), w))))(w()));
    await tf.setBackend("wasm");
    const before = tf.memory().numTensors;
    refused("dy", () => tf.tidy(() => conv(tf.ones([2, 3, 4, 5]), w())));
    assert.is(tf.memory().numTensors, before);
  });
});
