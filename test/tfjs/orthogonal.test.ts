import * as assert from "uvu/assert";
import type { Initializer } from "@tensorflow/tfjs-layers/dist/initializers.js";
import { deltaOrthogonal as deltaValues, orthogonal as values } from "../../src/init/orthogonal.ts";
import { deltaOrthogonal, orthogonal } from "../../src/tfjs/index.ts";
import { Family, orthogonality } from "../ratios.ts";
import { suite } from "../suite.ts";
import { refused } from "../thrown.ts";
import { tf } from "./wasm.ts";

type Layer = InstanceType<typeof tf.layers.Layer>;
type Orthogonal = ReturnType<typeof orthogonal>;
type Place = (initializer: Orthogonal) => Layer;

/** A layer that adds its weight itself, as users write them. */
class Bilinear extends tf.layers.Layer {
  static readonly className = "Bilinear";

  constructor(private readonly initializer: Initializer) {
    super({});
  }

  override build([, width]: [null, number]): void {
    this.addWeight("form", [width, width], "float32", this.initializer);
    super.build([null, width]);
  }
}

const size = { kernelSize: 3, filters: 6 };

/** Everywhere in tf.layers where an initializer goes, with the shape of the layer's input. */
const places: Record<string, [Place, (number | null)[]]> = {
  dense: [(i) => tf.layers.dense({ units: 5, kernelInitializer: i }), [7]],
  conv1d: [(i) => tf.layers.conv1d({ ...size, kernelInitializer: i }), [9, 4]],
  conv2d: [(i) => tf.layers.conv2d({ ...size, kernelInitializer: i }), [9, 9, 4]],
  conv3d: [(i) => tf.layers.conv3d({ ...size, kernelInitializer: i }), [5, 5, 5, 4]],
  conv2dTranspose: [(i) => tf.layers.conv2dTranspose({ ...size, kernelInitializer: i }), [5, 5, 4]],
  depthwiseConv2d: [
    (i) =>
      tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, depthwiseInitializer: i }),
    [5, 5, 4],
  ],
  separableConv2d: [
    (i) => tf.layers.separableConv2d({ ...size, depthwiseInitializer: i, pointwiseInitializer: i }),
    [5, 5, 4],
  ],
  embedding: [
    (i) => tf.layers.embedding({ inputDim: 11, outputDim: 6, embeddingsInitializer: i }),
    [3],
  ],
  prelu: [(i) => tf.layers.prelu({ alphaInitializer: i }), [6, 4]],
  lstm: [(i) => tf.layers.lstm({ units: 5, ...recurrent(i) }), [4, 3]],
  gru: [(i) => tf.layers.gru({ units: 5, ...recurrent(i) }), [4, 3]],
  simpleRNN: [(i) => tf.layers.simpleRNN({ units: 5, ...recurrent(i) }), [4, 3]],
  convLstm2d: [(i) => tf.layers.convLstm2d({ ...size, ...recurrent(i) }), [2, 6, 6, 3]],
  rnn: [
    (i) => {
      const cell = [4, 5].map((units) => tf.layers.lstmCell({ units, ...recurrent(i) }));
      return tf.layers.rnn({ cell });
    },
    [4, 3],
  ],
  bidirectional: [
    (i) => {
      const layer = tf.layers.gru({ units: 5, ...recurrent(i) }) as ReturnType<
        typeof tf.layers.rnn
      >;
      return tf.layers.bidirectional({ layer });
    },
    [4, 3],
  ],
  timeDistributed: [
    (i) =>
      tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 5, kernelInitializer: i }) }),
    [4, 3],
  ],
  "a layer with addWeight": [(i) => new Bilinear(i), [7]],
};

function recurrent(initializer: Orthogonal) {
  return { kernelInitializer: initializer, recurrentInitializer: initializer };
}

/** The weights of a layer that an initializer made; biases are vectors. */
function kernels([make, input]: [Place, (number | null)[]], initializer: unknown) {
  const layer = make(initializer as Orthogonal);
  layer.build([null, ...input]);
  const weights = layer.getWeights().filter(({ rank }) => rank > 1);
  return weights.map((w) => ({ shape: w.shape, data: w.dataSync<"float32">() }));
}

suite("tfjs/orthogonal: everywhere in tf.layers", (test) => {
  const family = new Family("orthogonal in layers ‖I − QᵀQ/g²‖");
  const config = Object.freeze({ gain: 1.5, seed: 3 });

  for (const [name, place] of Object.entries(places)) {
    test(`${name}: as an instance`, () => {
      const found = kernels(place, orthogonal(config));
      assert.ok(found.length > 0);
      for (const { shape, data } of found) {
        const [cols, rows] = [shape.at(-1)!, data.length / shape.at(-1)!];
        const q = { rows, cols, data: data.map((x) => x / config.gain) };
        family.check(orthogonality(q), `${name} [${shape}]`);
        assert.equal(data, values(shape, config), "the bits of the seed");
      }
    });

    if (name === "a layer with addWeight") continue;
    test(`${name}: by class name, by configuration`, () => {
      const className = "TfjsInitializersOrthogonal";
      assert.equal(
        kernels(place, { className, config: { ...config } }),
        kernels(place, orthogonal(config)),
      );
      for (const { shape, data } of kernels(place, className)) {
        const [cols, rows] = [shape.at(-1)!, data.length / shape.at(-1)!];
        family.check(orthogonality({ rows, cols, data }), `${name} [${shape}] by name`);
      }
    });
  }

  for (const name of ["conv1d", "conv2d", "conv3d"])
    test(`${name}: deltaOrthogonal`, () => {
      const className = "TfjsInitializersDeltaOrthogonal";
      for (const initializer of [deltaOrthogonal(config), { className, config: { ...config } }])
        for (const { shape, data } of kernels(places[name], initializer))
          assert.equal(data, deltaValues(shape, config));
      assert.ok(kernels(places[name], className).length > 0);
    });

  test("deltaOrthogonal refuses a layer that narrows", () => {
    const narrow = tf.layers.conv2d({
      kernelSize: 3,
      filters: 2,
      kernelInitializer: deltaOrthogonal(),
    });
    const error = refused("shape", () => narrow.build([null, 9, 9, 4]));
    assert.match(error.message, "in-channels");
  });

  test("a bias has no orthogonal matrix", () => {
    const layer = tf.layers.dense({ units: 5, biasInitializer: orthogonal() });
    refused("shape", () => layer.build([null, 7]));
  });

  test("a model with it trains", async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 16, inputShape: [4], activation: "tanh", kernelInitializer: orthogonal({ seed: 1 }) }),
        tf.layers.dense({ units: 1, kernelInitializer: orthogonal({ seed: 2 }) }),
      ],
    }); // prettier-ignore
    model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
    const xs = tf.randomNormal([64, 4], 0, 1, "float32", 1);
    const { history } = await model.fit(xs, tf.sum(xs, 1, true), { epochs: 5, verbose: 0 });
    assert.ok((history["loss"][4] as number) < (history["loss"][0] as number));
  });

  test.after(() => family.note());
});

/** Compiles, or `npm test` fails in its types: what users assign it to. */
export const typed: [typeof tf.initializers.orthogonal, Initializer] = [orthogonal, orthogonal()];
