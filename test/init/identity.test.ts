import * as assert from "uvu/assert";
import { identity, idInit, zerO } from "../../src/init/identity.ts";
import { mimetic } from "../../src/init/mimetic.ts";
import { orthogonal } from "../../src/init/orthogonal.ts";
import { reluOrthogonal } from "../../src/init/reluOrthogonal.ts";
import { haar, matmul, svd, type Matrix } from "../../src/linalg/index.ts";
import { kolmogorov, KOLMOGOROV, sphereCdf } from "../support/statistics.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

const matrix = (rows: number, cols: number, data: Float32Array): Matrix => ({ rows, cols, data });

/** The largest entry of a − b in magnitude. */
const gap = (a: ArrayLike<number>, b: (i: number) => number) =>
  Array.from(a).reduce((top, x, i) => Math.max(top, Math.abs(x - b(i))), 0);

/** ‖KᵀK − I‖ or ‖KKᵀ − I‖, whichever is the smaller matrix. */
function orthogonality({ rows, cols, data }: Matrix): number {
  const tall = rows >= cols;
  const k = { rows, cols, data };
  const product = matmul(k, k, tall ? { transposeA: true } : { transposeB: true });
  return gap(product.data, (i) => Number(i % (product.rows + 1) === 0));
}

type Conv = (x: ReturnType<typeof tf.ones>, w: ReturnType<typeof tf.ones>) => ReturnType<typeof tf.ones>; // prettier-ignore

/** Applies a kernel as a layer with stride 1 and padding "same" does. */
function applied(
  conv: Conv,
  input: number[],
  shape: number[],
  kernel: Float32Array,
): [Float32Array, Float32Array] {
  // prettier-ignore
  return tf.tidy(() => {
    const x = tf.randomNormal(input, 0, 1, "float32", 1);
    return [x.dataSync<"float32">(), conv(x, tf.tensor(kernel, shape)).dataSync<"float32">()];
  });
}

suite("init/identity", (test) => {
  test("identity: dense matrices of all shapes", () => {
    assert.equal([...identity([2, 2], { gain: 3 })], [3, 0, 0, 3]);
    assert.equal([...identity([2, 3])], [1, 0, 0, 0, 1, 0]);
    assert.equal([...identity([3, 2])], [1, 0, 0, 1, 0, 0]);
    assert.equal(identity([0, 3]), new Float32Array(0));
    assert.equal([...identity([2, 4], { groups: 2 })], [1, 0, 1, 0, 0, 1, 0, 1]);
  });

  test("identity: convolutions of every kind and rank hand on their inputs", () => {
    const same = (conv: Conv, input: number[], shape: number[], options = {}) => {
      const [x, y] = applied(conv, input, shape, identity(shape, options));
      assert.equal(y, x, `${shape}`);
    };
    for (const width of [1, 2, 3, 4, 5]) {
      same((x, w) => tf.conv1d(x as never, w as never, 1, "same"), [1, 7, 3], [width, 3, 3]);
      same((x, w) => tf.conv2d(x as never, w as never, 1, "same"), [1, 7, 6, 3], [width, 2, 3, 3]);
      same((x, w) => tf.depthwiseConv2d(x as never, w as never, 1, "same"), [1, 7, 6, 3], [width, 3, 3, 1], { layer: "depthwise" }); // prettier-ignore
      same((x, w) => tf.conv2dTranspose(x as never, w as never, [1, 7, 6, 3], 1, "same"), [1, 7, 6, 3], [width, 3, 3, 3], { layer: "transpose" }); // prettier-ignore
    }
    // Of the two kernels of a separable layer that with more than one tap has a unit for each channel.
    assert.equal([...identity([1, 1, 2, 2], { layer: "separable" })], [1, 0, 0, 1]);
    assert.equal([...identity([2, 1, 2, 2], { layer: "separable" })], [1, 0, 1, 0, 0, 0, 0, 0]);
    // Grouped channels: units of group g read the inputs of group g.
    const kernel = identity([3, 2, 4], { groups: 2 });
    assert.equal([...kernel.subarray(8, 16)], [1, 0, 1, 0, 0, 1, 0, 1]);
    assert.ok([...kernel.subarray(0, 8), ...kernel.subarray(16)].every((x) => x === 0));
    refused("shape", () => identity([3, 2, 4], { groups: 3 }));
    refused("groups", () => identity([3, 2], { groups: 0 }));
    refused("groups", () => identity([3, 2, 4], { groups: 2, layer: "transpose" }));
    refused("layer", () => identity([3, 2], { layer: "embedding" as never }));
    refused("gain", () => identity([3, 2], { gain: Infinity }));
    refused("shape", () => identity([3]));
  });

  test("zerO: identities, and Hadamard matrices where there are more units", () => {
    assert.equal(zerO([5, 3]), identity([5, 3]));
    assert.equal(zerO([4, 4], { gain: 2 }), identity([4, 4], { gain: 2 }));
    assert.equal([...zerO([2, 4])], [0.5, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, -0.5]);
    const c = Math.fround(1 / Math.sqrt(8));
    assert.equal([...zerO([3, 5])], [c, c, c, c, c, c, -c, c, -c, c, c, c, -c, -c, c]);
    for (const [inputs, units] of [
      [7, 64],
      [64, 128],
      [1, 2],
    ] as const)
      // prettier-ignore
      assert.ok(orthogonality(matrix(inputs, units, zerO([inputs, units]))) < 1e-6);
    // [taps, out, in] of a transposed convolution holds the transposes at its centre.
    const kernel = zerO([3, 4, 2], { layer: "transpose" });
    assert.equal([...kernel.subarray(8, 16)], [0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5]);
    assert.equal([...zerO([1, 2, 2], { layer: "depthwise" })], Array(4).fill(Math.fround(Math.SQRT1_2))); // prettier-ignore
  });

  test("zerO: all bits of large matrices count", () => {
    // 256 & 256 has one bit, 257 & 511 two.
    const kernel = zerO([258, 512]);
    const signs = [256 * 512 + 256, 257 * 512 + 511].map((at) => Math.sign(kernel[at]!));
    assert.equal(signs, [-1, 1]);
  });

  test("zerO: the kernels of a separable layer, one by one and together", () => {
    assert.equal(zerO([1, 3, 3], { layer: "separable" }), identity([3, 3]));
    const filters = zerO([2, 3, 2], { layer: "separable" });
    assert.equal(filters, zerO([2, 3, 2], { layer: "depthwise" }));
  });

  test("idInit: padded identities", () => {
    assert.equal(idInit([4, 4]), identity([4, 4]));
    assert.equal([...idInit([2, 5])], [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
    const h = Math.fround(Math.SQRT1_2);
    assert.equal([...idInit([3, 2])], [h, 0, 0, 1, h, 0]);
    assert.equal([...idInit([5, 2], { gain: 1e-6 })].filter((x) => x !== 0).length, 5);
    for (const [m, n] of [
      [12, 5],
      [5, 12],
      [6, 12],
      [12, 6],
    ] as const) {
      // prettier-ignore
      const { s } = svd(matrix(m, n, idInit([m, n])));
      assert.ok(s.at(-1)! > 0.99, `rank of ${m} x ${n}`);
    }
    // Repetitions look through taps farther and farther from the centre.
    const kernel = idInit([3, 1, 3]);
    assert.equal([...kernel], [0, 1, 0, 1, 0, 0, 0, 0, 1]);
    const wide = idInit([3, 3, 1, 9], { layer: "depthwise" });
    for (let unit = 0; unit < 9; unit++)
      assert.equal([...wide].filter((x, i) => i % 9 === unit && x === 1).length, 1);
    assert.equal(new Set([...wide.keys()].filter((i) => wide[i] === 1).map((i) => Math.floor(i / 9))).size, 9); // prettier-ignore
  });
});

suite("init/reluOrthogonal", (test) => {
  const shapes = [[1, 1], [1, 5], [5, 1], [2, 2], [16, 16], [40, 7], [7, 40], [3, 3, 5, 12], [129, 64]]; // prettier-ignore

  test("is orthogonal and hands the mean on", () => {
    for (const shape of shapes) {
      const cols = shape.at(-1)!;
      const data = reluOrthogonal(shape, { seed: 1 });
      const rows = data.length / cols;
      assert.ok(orthogonality(matrix(rows, cols, data)) < 2e-6, `${shape}`);
      const sums = Array.from({ length: cols }, (_, j) => { let sum = 0; for (let i = 0; i < rows; i++) sum += data[i * cols + j]; return sum; }); // prettier-ignore
      assert.ok(gap(sums, () => Math.sqrt(rows / cols)) < 2e-6 * Math.sqrt(rows), `${shape}`);
      const twice = reluOrthogonal(shape, { seed: 1, gain: 2 });
      assert.ok(gap(twice, (i) => 2 * data[i]) === 0);
    }
    assert.equal(reluOrthogonal([0, 3]), new Float32Array(0));
    refused("shape", () => reluOrthogonal([3]));
    refused("gain", () => reluOrthogonal([3, 3], { gain: NaN }));
    refused("seed", () => reluOrthogonal([3, 3], { seed: -1 }));
  });

  test("the rest is Haar distributed: a direction across the means goes to a random one", () => {
    const n = 8;
    const entries = Array.from({ length: 4000 }, (_, seed) => {
      const q = reluOrthogonal([n, n], { seed });
      // (e₀ − e₁)/√2 and (e₂ − e₃)/√2 are across 1.
      return (q[2] - q[3] - q[n + 2] + q[n + 3]) / 2;
    });
    assert.ok(kolmogorov(entries, sphereCdf(n - 1)) < KOLMOGOROV);
  });

  test("no unit is dead in 60 layers of relu, where Haar matrices kill units", () => {
    const [n, samples] = [32, 64];
    const dead = (make: typeof orthogonal) => {
      let x: Float32Array = haar(samples, n, { seed: 99 }).data.map(Math.abs);
      let count = 0;
      for (let layer = 0; layer < 60; layer++) {
        const y = matmul(matrix(samples, n, x), matrix(n, n, make([n, n], { seed: layer })));
        x = y.data.map((value) => Math.max(0, value)) as Float32Array;
        for (let j = 0; j < n; j++) if (!x.some((value, i) => i % n === j && value > 0)) count++;
      }
      return count;
    };
    assert.is(dead(reluOrthogonal), 0);
    assert.ok(dead(orthogonal) > 60);
  });
});

suite("init/orthogonal: gates", (test) => {
  test("every gate has an orthogonal matrix, and they differ", () => {
    for (const [shape, gates] of [
      [[16, 64], 4],
      [[16, 48], 3],
      [[16, 16], 1],
      [[5, 28], 4],
      [[3, 3, 4, 16], 4],
    ] as const) {
      // prettier-ignore
      const data = orthogonal(shape, { gates, gain: 1, seed: 3 });
      const cols = shape.at(-1)!;
      const [rows, units] = [data.length / cols, cols / gates];
      const parts = Array.from({ length: gates }, (_, gate) => data.filter((_, i) => Math.floor((i % cols) / units) === gate)); // prettier-ignore
      for (const part of parts) assert.ok(orthogonality(matrix(rows, units, part)) < 2e-6);
      assert.is(new Set(parts.map(String)).size, gates);
    }
    assert.equal(orthogonal([6, 6], { gates: 1, seed: 2 }), orthogonal([6, 6], { seed: 2 }));
    refused("shape", () => orthogonal([5, 7], { gates: 4 }));
    refused("gates", () => orthogonal([5, 8], { gates: 0 }));
    refused("gates", () => orthogonal([3, 5, 8], { gates: 4, layer: "depthwise" }));
  });
});

suite("init/mimetic", (test) => {
  const [d, heads] = [48, 3];
  const at = (projection: "query" | "key" | "value" | "output", options = {}) =>
    matrix(d, d, mimetic([d, d], projection, { heads, seed: 1, ...options }));
  const cut = ({ data }: Matrix, head: number) => matrix(d, d / heads, (data as Float32Array).filter((_, i) => Math.floor(((i % d) * heads) / d) === head)); // prettier-ignore
  const diagonal = ({ data }: Matrix) => Array.from({ length: d }, (_, i) => data[i * (d + 1)]).reduce((a, b) => a + b) / d; // prettier-ignore

  test("products of full width are α Z + β I", () => {
    const product = matmul(at("value"), at("output"));
    assert.ok(Math.abs(diagonal(product) + 0.4) < 4 * (0.4 / d));
    const rest = Array.from(product.data, (x, i) => x + (i % (d + 1) === 0 ? 0.4 : 0));
    const square = rest.reduce((sum, x) => sum + x * x, 0) / d;
    assert.ok(Math.abs(square / 0.16 - 1) < 0.1, `${square}`);
    const one = matmul(at("query", { heads: 1 }), at("key", { heads: 1 }), { transposeB: true });
    assert.ok(Math.abs(diagonal(one) - 0.7) < 4 * (0.7 / d));
    const plain = matmul(at("query", { heads: 1, queryKey: { alpha: 0, beta: 2 } }), at("key", { heads: 1, queryKey: { alpha: 0, beta: 2 } }), { transposeB: true }); // prettier-ignore
    assert.ok(gap(plain.data, (i) => (i % (d + 1) === 0 ? 2 : 0)) < 1e-5);
  });

  test("each head has the best approximation of its rank, and its own", () => {
    const products = [0, 1, 2].map((head) => matmul(cut(at("query"), head), cut(at("key"), head), { transposeB: true })); // prettier-ignore
    const k = d / heads;
    for (const product of products) {
      const { s } = svd(product);
      assert.ok(s[k - 1] > 0.3 && s[k] < 1e-5, `${s[k - 1]}, ${s[k]}`);
      assert.ok(diagonal(product) > 0.2);
    }
    assert.is(new Set(products.map(({ data }) => String(data))).size, heads);
    // The first columns of full width are those of a narrow value projection.
    const narrow = mimetic([d, 5], "value", { seed: 1 });
    assert.equal(narrow, Float32Array.from(narrow, (_, i) => at("value").data[Math.floor(i / 5) * d + (i % 5)])); // prettier-ignore
  });

  test("errors", () => {
    refused("shape", () => mimetic([d, d + 3], "query", { heads: 1 }));
    refused("shape", () => mimetic([d, 7], "key", { heads: 3 }));
    refused("shape", () => mimetic([d + 1, d], "output"));
    refused("shape", () => mimetic([2, d, d], "query"));
    refused("projection", () => mimetic([d, d], "q" as never));
    refused("queryKey", () => mimetic([d, d], "query", { queryKey: 3 as never }));
    refused("queryKey.alpha", () => mimetic([d, d], "query", { queryKey: { alpha: 1e38 } }));
    refused("queryKey.beta", () => mimetic([d, d], "query", { queryKey: { beta: NaN } }));
    refused("valueOutput.alpha", () => mimetic([d, d], "query", { valueOutput: { alpha: NaN } }));
    refused("valueOutput.gamma", () =>
      mimetic([d, d], "query", { valueOutput: { gamma: 1 } as {} }),
    );
    for (const heads of [0, 2 ** 20 + 1]) refused("heads", () => mimetic([d, d], "key", { heads }));
    assert.equal(mimetic([0, 0], "query"), new Float32Array(0));
    assert.equal(mimetic([0, 0], "query", { heads: 2 ** 20 }), new Float32Array(0));
  });
});

suite("init: kernels without weights", (test) => {
  type Make = (shape: readonly number[], options: object) => Float32Array;
  const makers: Record<string, [make: Make, bad: Record<string, unknown>]> = {
    identity: [identity, { gain: Infinity, groups: 0, layer: "conv" }],
    zerO: [zerO, { gain: Infinity, layer: "conv" }],
    idInit: [idInit, { gain: NaN, layer: "conv" }],
    orthogonal: [orthogonal, { gain: NaN, seed: -1, layer: "conv", gates: 0 }],
    reluOrthogonal: [reluOrthogonal, { gain: NaN, seed: -1 }],
    mimetic: [(shape, options) => mimetic(shape, "query", options), { heads: 0, seed: -1 }],
  };
  for (const [name, [make, bad]] of Object.entries(makers))
    test(`${name}: options are checked all the same`, () => {
      assert.is(make([0, 0], {}).length, 0);
      for (const [argument, value] of Object.entries(bad))
        refused(argument, () => make([0, 0], { [argument]: value }));
    });
});
