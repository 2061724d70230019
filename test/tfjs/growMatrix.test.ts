/** The growth matrix against its definition and against what autodiff makes of a grown network. */
import "../../src/tfjs/train.ts";
import * as assert from "uvu/assert";
import { columns } from "../../src/linalg/columns.ts";
import { matmul } from "../../src/linalg/matmul.ts";
import { arrivals, factors } from "../../src/tfjs/growth/flow.ts";
import { groupOf, unitsAt } from "../../src/tfjs/growth/groups.ts";
import { growthMatrix } from "../../src/tfjs/growth/matrix.ts";
import { columnsAt, runsOf } from "../../src/tfjs/growth/numbers.ts";
import { traced } from "../../src/tfjs/growth/trace.ts";
import { waking } from "../../src/tfjs/growth/waking.ts";
import { neuronsOf, numbersAt } from "../../src/tfjs/growth/weights.ts";
import { engine } from "../../src/tfjs/layers/graph.ts";
import { grow, growable } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { batch, build, dilated, drawn, kinds, pairs, undilated } from "../support/chains.ts";
import { batchFor, models } from "../support/groups.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;
type Layer = Parameters<typeof build>[0][number];
type Model = ReturnType<typeof build>;
type Tensor = ReturnType<typeof tf.tensor>;

/** Rounding errors of sums over a batch of images, relative to the largest entry. */
const THRESHOLD = 3e-6;

const largest = (data: ArrayLike<number>) => Math.max(...Array.from(data, Math.abs));

function close(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const error = largest(Array.from(found, (x, at) => x - expected[at])) / largest(expected);
  assert.ok(error <= THRESHOLD, `${what}: ${error}`);
}

function matrixOf(model: Model, xs: Tensor, ys: Tensor, batchSize = 4) {
  const group = groupOf(traced(model), "a");
  const given = { model, xs, ys, batchSize, statistics: "moving" } as const;
  return growthMatrix(given, group, waking(group, "in").slopes).matrix;
}

const lossOf = (model: Model, xs: Tensor, ys: Tensor) =>
  tf.losses.meanSquaredError(ys, (engine(model).call([xs], { training: false }) as Tensor[])[0]);

/** M·v is the gradient of the incoming weights of units that have outgoing v and incoming zero. */
async function againstAutodiff(layers: () => Parameters<typeof build>[0], kind: string) {
  const model = build(layers());
  const { xs, ys } = batch(model, 6);
  const matrix = matrixOf(model, xs, ys);
  const { model: wide } = await grow(model, { layer: "a", units: 3, method: "random", seed: 1 });
  const { outgoing } = neuronsOf(groupOf(traced(wide), "a"));
  const first = outgoing.cols - 3;
  const expected = matmul(matrix, columns(outgoing, first));
  // The twin has the same function, and gradients that TensorFlow.js knows.
  const twin = undilated(wide);
  const kernel = twin.getLayer("a").weights[0].read() as ReturnType<typeof tf.variable>;
  const { grads } = tf.variableGrads(() => lossOf(twin, xs, ys) as never, [kernel]);
  const { dilationRate = [] } = wide.getLayer("a") as unknown as { dilationRate?: number[] };
  const taps = tf.stridedSlice(grads[kernel.name], kernel.shape.map(() => 0), kernel.shape, [...dilationRate, 1, 1].slice(-kernel.rank)); // prettier-ignore
  const gradient = { rows: matrix.rows, cols: outgoing.cols, data: taps.dataSync<"float32">() };
  close(expected.data, columns(gradient, first).data, kind);
  twin.dispose();
  taps.dispose();
  wide.dispose();
  model.dispose();
  tf.dispose([xs, ys, grads]);
}

/** The same for all layers of a group. */
async function groupAgainstAutodiff(model: Model, name: string, what: string) {
  const { xs, ys } = batchFor(model, 6);
  const group = groupOf(traced(model), name);
  const given = { model, xs, ys, batchSize: 6, statistics: "moving" } as const;
  const { matrix } = growthMatrix(given, group, waking(group, "in").slopes);
  const { model: wide } = await grow(model, { layer: name, units: 3, method: "random", seed: 1 });
  const grown = groupOf(traced(wide), name);
  const { outgoing } = neuronsOf(grown);
  const expected = matmul(matrix, columns(outgoing, outgoing.cols - 3));
  const kernels = grown.producers.map(
    ({ use }) => use.weight.read() as ReturnType<typeof tf.variable>,
  );
  const loss = () => {
    const found = [engine(wide).call(xs, { training: false })].flat() as Tensor[];
    return tf.addN(found.map((y, i) => tf.losses.meanSquaredError(ys[i], y))) as never;
  };
  const { grads } = tf.variableGrads(loss, kernels);
  const found = grown.producers.flatMap((place, i) => {
    const { data, shape } = numbersAt(grads[kernels[i].name]);
    const all = columnsAt({ data, shape }, place.axis, runsOf(unitsAt(place), grown.block));
    return [...columns(all, all.cols - 3).data];
  });
  close(expected.data, found, what);
}

suite("tfjs/grow matrix", (test) => {
  test("of every group, however its units go, it is what autodiff finds", async () => {
    let count = 0;
    for (const [kind, make] of Object.entries(models)) {
      const model = drawn(make());
      for (const { layers, methods } of growable(model)) {
        if (methods.find(({ method }) => method === "gradmax")!.prevents) continue;
        await groupAgainstAutodiff(model, layers[0], `${kind}: ${layers.join("+")}`);
        count++;
      }
    }
    assert.ok(count >= 20, `${count}`);
  });

  test("new units meet in merges as units do, and are read with the factor between", () => {
    const x = tf.input({ shape: [6] });
    type Wire = typeof x;
    const join = (layer: Layer, ...ins: Wire[]) => layer.apply(ins) as Wire;
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => L.dense({ units: 4, activation: "tanh", name }).apply(x) as Wire); // prettier-ignore
    const mean = join(L.average(), a, b, c);
    const least = join(L.minimum(), join(L.maximum(), a, b, c), d);
    const wide = join(L.concatenate(), join(L.multiply(), a, b), c);
    const long = join(L.concatenate({ axis: 0 }), a, b);
    const ends = [mean, least, wide, join(L.add(), a, b, c), long];
    const outputs = ends.map((end, i) => L.dense({ units: 2, name: `out${i}` }).apply(end) as Wire);
    const group = groupOf(traced(drawn(tf.model({ inputs: x, outputs }))), "a");
    const given = ["a", "b", "c", "d"].map((_, i) => tf.randomNormal([5, 2], 0, 1, "float32", i + 1)); // prettier-ignore
    const arrived = (made: readonly (Tensor | undefined)[]) => {
      const found = arrivals(group, ({ name }) => made["abcd".indexOf(name)], 2, undefined);
      return new Map([...found].map(([{ layer }, value]) => [layer.name, value]));
    };
    const [p, q, r, s] = given.map((z) => tf.tanh(z));
    const most = tf.maximum(tf.maximum(p, q), r);
    const expected = [
      tf.div(tf.addN([p, q, r]), 3),
      tf.minimum(most, s),
      tf.concat([tf.mul(p, q), r], 1),
      tf.addN([p, q, r]),
      tf.concat([p, q], 0),
    ];
    const all = arrived(given);
    expected.forEach((value, i) => close(all.get(`out${i}`)!.dataSync(), value.dataSync(), `out${i}`)); // prettier-ignore
    const one = arrived([undefined, undefined, given[2], undefined]).get("out2")!;
    close(one.dataSync(), tf.concat([tf.zeros([5, 2]), r], 1).dataSync(), "zeros beside c");
    const slopes = new Map(group.producers.map(({ use }) => [use.layer, 0.5]));
    const from = group.producers.find(({ use }) => use.layer.name === "c")!.use.layer;
    const between = [...factors(group, from, slopes)].map(([{ layer }, by]) => [layer.name, by]);
    assert.equal(between.sort(), [["out0", 0.5 / 3], ["out1", NaN], ["out2", 0.5], ["out3", 0.5]]); // prettier-ignore
  });

  test("both ways of a Bidirectional are joined on the axis of the units", () => {
    const rnn = L.simpleRNN({ units: 4, returnSequences: true, recurrentInitializer: "glorotUniform" }); // prettier-ignore
    const layer = rnn as Parameters<typeof L.bidirectional>[0]["layer"];
    const both = L.bidirectional({ layer, mergeMode: "concat", inputShape: [3, 2] });
    const model = drawn(tf.sequential({ layers: [both, L.flatten(), L.dense({ units: 2 })] }));
    const group = groupOf(traced(model), growable(model)[0].layers[0]);
    const makers = [...new Set(group.producers.map(({ use }) => use.layer))];
    const made = new Map(makers.map((one, i) => [one, tf.randomNormal([5, 3, 2], 0, 1, "float32", i)])); // prettier-ignore
    const [found] = arrivals(group, (one) => made.get(one), 2, undefined).values();
    const parts = [...made.values()].map((z) => tf.tanh(z));
    assert.is(parts.length, 2);
    close(found.dataSync(), tf.concat(parts, 2).dataSync(), "both");
  });

  test("through every kind of layer it is what autodiff finds", async () => {
    for (const [kind, layers] of Object.entries(kinds)) await againstAutodiff(layers, kind);
  });

  test("for every pair of convolutions it is what autodiff finds", async () => {
    for (const [kind, layers] of Object.entries(pairs)) await againstAutodiff(layers, kind);
  });

  test("for dilated convolutions it is what autodiff finds with zeros between the taps", async () => {
    for (const [kind, layers] of Object.entries(dilated)) await againstAutodiff(layers, kind);
  });

  test("for two convolutions it is im2col(x)ᵀ col(dz), by its definition", () => {
    // Two images of 5 x 4 with 2 channels, kernels 3 x 3 to 3 and to 2 channels, strides 1 and 2, "same".
    const [n, h, w] = [2, 5, 4];
    const model = build([
      tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", name: "a", inputShape: [h, w, 2] }), // prettier-ignore
      tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: "same", strides: 2, name: "b" }),
      tf.layers.flatten(),
    ]);
    const { xs, ys } = batch(model, n);
    const { rows, cols, data } = matrixOf(model, xs, ys);
    // ∂L/∂z of b by hand: behind it come flatten and the dense layer out.
    const [z, kernel, bias] = [
      tf.model({ inputs: model.inputs, outputs: model.getLayer("b").output }).predict(xs) as Tensor,
      ...model.getLayer("out").getWeights(),
    ];
    const f = (z: Tensor) =>
      tf.losses.meanSquaredError(ys, tf.add(tf.matMul(tf.reshape(z, [n, -1]), kernel as never), bias)); // prettier-ignore
    const dz = tf.grad(f)(z).arraySync() as number[][][][];
    const x = xs.arraySync() as number[][][][];
    const [p, q] = [dz[0].length, dz[0][0].length];
    // "same" puts the odd zero behind: 5 → 3 with zeros 1 and 1, 4 → 2 with zeros 0 and 1.
    const expected = new Float64Array(rows * cols);
    for (let image = 0; image < n; image++)
      for (let i = 0; i < h; i++)
        for (let j = 0; j < w; j++)
          for (let a = 0; a < 9; a++)
            for (let b = 0; b < 9; b++) {
              const [y0, x0] = [i + Math.floor(a / 3) - 1, j + (a % 3) - 1];
              const [y1, x1] = [(i + 1 - Math.floor(b / 3)) / 2, (j - (b % 3)) / 2];
              if (y0 < 0 || y0 >= h || x0 < 0 || x0 >= w) continue;
              if (!Number.isInteger(y1) || !Number.isInteger(x1)) continue;
              if (y1 < 0 || y1 >= p || x1 < 0 || x1 >= q) continue;
              for (let c = 0; c < 2; c++)
                for (let d = 0; d < 2; d++)
                  expected[(a * 2 + c) * cols + b * 2 + d] += x[image][y0][x0][c] * dz[image][y1][x1][d]; // prettier-ignore
            }
    assert.is(rows * cols, 18 * 18);
    close(data, expected, "definition");
  });

  test("with statistics of the batch, batch normalization divides by them as by constants", () => {
    const make = () =>
      build([
        tf.layers.dense({ units: 5, activation: "tanh", name: "a", inputShape: [6] }),
        tf.layers.dense({ units: 4, name: "b" }),
        tf.layers.batchNormalization({ name: "bn" }),
      ]);
    const [model, twin] = [make(), make()];
    const { xs, ys } = batch(model, 16);
    // The twin's moving averages are the statistics of the batch.
    const before = tf.model({ inputs: twin.inputs, outputs: twin.getLayer("b").output });
    const { mean, variance } = tf.moments(before.predict(xs) as Tensor, 0);
    const [gamma, beta] = twin.getLayer("bn").getWeights();
    twin.getLayer("bn").setWeights([gamma, beta, mean, variance]);
    const of = (one: Model, statistics: "batch" | "moving") => {
      const group = groupOf(traced(one), "a");
      const given = { model: one, xs, ys, batchSize: 16, statistics };
      return growthMatrix(given, group, waking(group, "in").slopes).matrix.data;
    };
    const weights = model.getWeights().map((weight) => weight.dataSync().slice());
    close(of(model, "batch"), of(twin, "moving"), "batch");
    assert.equal(
      model.getWeights().map((weight) => weight.dataSync().slice()),
      weights,
    );
    assert.ok(largest(of(model, "batch").map((x, i) => x - of(model, "moving")[i])) > 1e-4);
  });

  test("does not depend on how the batch is cut", () => {
    const model = build(kinds["average pooling"]());
    const { xs, ys } = batch(model, 7);
    const whole = matrixOf(model, xs, ys, 7).data;
    for (const size of [1, 3, 100]) close(matrixOf(model, xs, ys, size).data, whole, `by ${size}`);
  });

  test("a regularizer adds nothing, dropout drops nothing, moving averages stay", () => {
    const layers = (extra: object) => [
      tf.layers.dense({ units: 5, activation: "tanh", name: "a", inputShape: [6] }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 4, ...extra }),
    ];
    const [plain, regular] = [{}, { kernelRegularizer: tf.regularizers.l2({ l2: 1 }) }].map((one) => build(layers(one))); // prettier-ignore
    const { xs, ys } = batch(plain, 8);
    const before = regular.getWeights().map((weight) => weight.dataSync().slice());
    assert.equal(matrixOf(regular, xs, ys).data, matrixOf(plain, xs, ys).data);
    assert.equal(
      regular.getWeights().map((weight) => weight.dataSync().slice()),
      before,
    );
  });

  test("a large batch of images stays within 500 MB", async () => {
    // Patches of 64 images of 32 x 32 with 9·32 numbers would be 75 MB, and twice that with copies.
    const model = build([
      tf.layers.conv2d({ filters: 32, kernelSize: 3, padding: "same", inputShape: [32, 32, 3] }),
      tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: "same", name: "a" }),
      tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: "same" }),
      tf.layers.globalAveragePooling2d({}),
    ]);
    const { xs, ys } = batch(model, 64);
    let most = 0;
    const { startScope } = tf.engine();
    tf.engine().startScope = function (name) {
      most = Math.max(most, tf.memory().numBytes);
      return startScope.call(this, name);
    };
    const before = tf.memory().numBytes;
    try {
      await grow(model, { layer: "a", units: 2, method: "gradmax", xs, ys, batchSize: 16 });
    } finally {
      tf.engine().startScope = startScope;
    }
    // 32 MB of patches, copied by concatenation and padding, beside 16 images forward and back.
    assert.ok(most - before < 160e6, `${(most - before) / 1e6} MB`);
  });
});
