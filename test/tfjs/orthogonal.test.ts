import * as assert from "uvu/assert";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Initializer } from "@tensorflow/tfjs-layers/dist/initializers.js";
import { deltaOrthogonal as deltaValues, orthogonal as values } from "../../src/init/orthogonal.ts";
import { deltaOrthogonal, orthogonal } from "../../src/tfjs/index.ts";
import { Family, orthogonality } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

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

  const energy = (x: Tensor) =>
    tf.tidy(() => tf.sum(tf.square(x)).dataSync()[0] / tf.util.sizeFromShape(x.shape));

  test("depthwise layers keep the signal, however many channels there are", () => {
    for (const [channels, depthMultiplier] of [
      [1, 1],
      [32, 1],
      [7, 3],
      [5, 9],
    ])
      // prettier-ignore
      tf.tidy(() => {
        const depthwiseInitializer = orthogonal({ layer: "depthwise", seed: 4 });
        const layer = tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier, depthwiseInitializer }); // prettier-ignore
        const x = tf.randomNormal([4, 24, 24, channels], 0, 1, "float32", 1);
        const y = energy(layer.apply(x) as Tensor);
        assert.ok(Math.abs(y - 1) < 0.1, `${channels} x ${depthMultiplier}: ${y}`);
        const data = layer.getWeights()[0].dataSync<"float32">();
        for (let c = 0; c < channels; c++) {
          const own = Float32Array.from({ length: 9 * depthMultiplier }, (_, i) => {
            const [tap, j] = [Math.floor(i / depthMultiplier), i % depthMultiplier];
            return data[(tap * channels + c) * depthMultiplier + j];
          });
          family.check(orthogonality({ rows: 9, cols: depthMultiplier, data: own }), `channel ${c}`);
        }
      });
    const apart = orthogonal({ layer: "depthwise", seed: 1 }).apply([9, 1, 2, 1]).dataSync();
    assert.not.equal(apart[0], apart[1], "channels differ");
  });

  test("separable layers: both kernels from the one initializer that tf.layers asks", () =>
    tf.tidy(() => {
      const depthwiseInitializer = orthogonal({ layer: "separable", seed: 4 });
      const layer = tf.layers.separableConv2d({ kernelSize: 3, filters: 16, depthwiseInitializer });
      const x = tf.randomNormal([4, 24, 24, 16], 0, 1, "float32", 1);
      const y = energy(layer.apply(x) as Tensor);
      assert.ok(Math.abs(y - 1) < 0.1, `${y}`);
    }));

  test("deltaOrthogonal for transposed convolutions: norms are kept at any stride, narrowing is refused", () => {
    for (const strides of [1, 2, 3])
      for (const kernelSize of [1, 2, 3, 4, 5])
        for (const padding of ["same", "valid"] as const)
          tf.tidy(() => {
            const kernelInitializer = deltaOrthogonal({ layer: "transpose", seed: 2 });
            const layer = tf.layers.conv2dTranspose({ filters: 7, kernelSize, strides, padding, kernelInitializer }); // prettier-ignore
            const x = tf.randomNormal([2, 5, 6, 4], 0, 1, "float32", 1);
            const [before, after] = [x, layer.apply(x) as Tensor].map((t) => tf.norm(t).dataSync()[0]); // prettier-ignore
            const at = `kernel ${kernelSize}, strides ${strides}, ${padding}`;
            assert.ok(Math.abs(after / before - 1) < 1e-6, `${at}: ${after / before}`);
          });
    const narrow = tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, kernelInitializer: deltaOrthogonal({ layer: "transpose" }) }); // prettier-ignore
    assert.match(refused("shape", () => narrow.build([null, 9, 9, 4])).message, "in-channels");
    const untold = tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, kernelInitializer: deltaOrthogonal() }); // prettier-ignore
    assert.match(refused("shape", () => untold.build([null, 9, 9, 2])).message, '"transpose"');
    refused("layer", () => orthogonal({ layer: "transpose" as "dense" }));
    refused("layer", () => deltaOrthogonal({ layer: "depthwise" as "dense" }));
  });

  test("a factor that single precision has not is refused, in a loaded model as well", async () => {
    for (const gain of [1e39, -1e39, Number.MAX_VALUE]) {
      refused("gain", () => orthogonal({ gain }));
      refused("gain", () => deltaOrthogonal({ gain }));
    }
    const kernelInitializer = orthogonal({ gain: 2 });
    const layers = [tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer })];
    const file = JSON.stringify(tf.sequential({ layers }).toJSON(null, false));
    const modelTopology = { model_config: JSON.parse(file.replace('"gain":2', '"gain":1e39')) };
    const load = tf.loadLayersModel({ load: async () => ({ modelTopology }) });
    const error = await load.catch((e: unknown) => e);
    assert.match(String(error), "gain: expected a finite number in single precision, got 1e+39");
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
