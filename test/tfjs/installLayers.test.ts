/** Core + layers + backend-wasm alone, where stock TensorFlow.js cannot build a recurrent layer. */
import * as assert from "uvu/assert";
import { install, uninstall } from "../../src/tfjs/index.ts";
import { Family, orthogonality } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { thrown } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

type Layer = InstanceType<typeof tf.layers.Layer>;
type Tensor = ReturnType<typeof tf.ones>;
type Rnn = ReturnType<typeof tf.layers.rnn>;

const GAIN = 2;
const recurrent = { units: 6, inputShape: [4, 3] };

/** Code that asks for the stock initializer, in all its ways. */
const places: Record<string, () => Layer> = {
  lstm: () => tf.layers.lstm(recurrent),
  gru: () => tf.layers.gru(recurrent),
  simpleRNN: () => tf.layers.simpleRNN(recurrent),
  convLstm2d: () => tf.layers.convLstm2d({ filters: 4, kernelSize: 3, inputShape: [2, 6, 6, 3] }),
  bidirectional: () =>
    tf.layers.bidirectional({ layer: tf.layers.gru(recurrent) as Rnn, inputShape: [4, 3] }),
  "'orthogonal'": () =>
    tf.layers.dense({ units: 5, inputShape: [7], kernelInitializer: "orthogonal" }),
  "'Orthogonal'": () =>
    tf.layers.dense({ units: 5, inputShape: [7], kernelInitializer: "Orthogonal" as "orthogonal" }),
  "initializers.orthogonal": () => {
    const kernelInitializer = tf.initializers.orthogonal({});
    return tf.layers.dense({ units: 5, inputShape: [7], kernelInitializer });
  },
  "conv2d, gain and seed": () => {
    const kernelInitializer = tf.initializers.orthogonal({ gain: GAIN, seed: 1 });
    return tf.layers.conv2d({
      filters: 5,
      kernelSize: 3,
      inputShape: [9, 9, 2],
      kernelInitializer,
    });
  },
};
const message = "rMat.flatten is not a function";
const fails = (job: () => unknown) => assert.is(thrown(TypeError, job).message, message);

type Model = ReturnType<typeof tf.sequential>;
const model = (make: () => Layer): Model => tf.sequential({ layers: [make()] });

const load = (modelTopology: object) =>
  tf.loadLayersModel({ load: async () => ({ modelTopology }) });

/** The weights that the stock initializer makes: recurrent kernels, where there are any. */
function kernels(made: Model) {
  const matrices = made.weights.filter(({ shape }) => shape.length > 1);
  const states = matrices.filter(({ originalName }) => originalName.includes("recurrent"));
  return (states.length > 0 ? states : matrices).map((weight) => ({
    shape: weight.shape as number[],
    data: weight.read().dataSync<"float32">(),
  }));
}

suite("tfjs/install: the layers", (test) => {
  const family = new Family("installed ‖I − QᵀQ/g²‖");

  const verify = (made: Model, what: string) => {
    const found = kernels(made);
    assert.ok(found.length > 0);
    for (const { shape, data } of found) {
      const [cols, rows] = [shape.at(-1)!, data.length / shape.at(-1)!];
      const gain = what.includes("gain") ? GAIN : 1;
      const q = { rows, cols, data: data.map((x) => x / gain) };
      family.check(orthogonality(q), `${what} [${shape}]`);
    }
  };

  for (const [name, make] of Object.entries(places)) {
    test(`${name}: stock throws, before install and after uninstall`, () => {
      fails(() => model(make));
      install();
      model(make);
      uninstall();
      fails(() => model(make));
    });

    test(`${name}: builds and predicts`, () => {
      install();
      const made = model(make);
      verify(made, name);
      const [, ...input] = made.inputs[0].shape as number[];
      const output = tf.tidy(() => made.predict(tf.ones([2, ...input])) as Tensor);
      assert.equal(output.shape.slice(1), made.outputs[0].shape.slice(1));
      assert.ok(output.dataSync().every(Number.isFinite));
    });

    test(`${name}: saves as stock does, and loads from topology alone`, async () => {
      install();
      const text = JSON.stringify(model(make).toJSON(null, false));
      assert.match(text, `"class_name":"Orthogonal"`);
      assert.not.match(text, "TfjsInitializers");
      verify((await load(JSON.parse(text))) as Model, name);
      uninstall();
      assert.is(await load(JSON.parse(text)).catch((error) => error.message), message);
    });

    // The gradient of a convolution's kernel is missing in tfjs's wasm backend.
    if (name.startsWith("conv")) continue;
    test(`${name}: trains`, async () => {
      install();
      const made = model(make);
      made.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
      const shape = (of: number[]) => [16, ...of.slice(1)];
      const xs = tf.randomNormal(shape(made.inputs[0].shape as number[]), 0, 1, "float32", 1);
      const ys = tf.ones(shape(made.outputs[0].shape as number[]));
      const losses: number[] = [];
      for (let step = 0; step < 5; step++) losses.push((await made.trainOnBatch(xs, ys)) as number);
      assert.ok(losses[4] < losses[0], losses.join());
    });
  }

  test.after.each(() => uninstall());
  test.after(() => family.note());
});
