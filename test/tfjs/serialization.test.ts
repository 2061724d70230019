import * as assert from "uvu/assert";
import { ArgumentError } from "../../src/errors.ts";
import { deltaOrthogonal as deltaValues, orthogonal as values } from "../../src/init/orthogonal.ts";
import { deltaOrthogonal, orthogonal } from "../../src/tfjs/index.ts";
import { Initializer } from "../../src/tfjs/initializer.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Model = ReturnType<typeof tf.sequential>;
type Layer = Model["layers"][number];
type Cloner = { fromConfig(kind: unknown, config: object): Layer };
type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];

const delta = { gain: 0.5, seed: 11 };
const recurrent = { gain: 1.1, seed: 12 };
const dense = { gain: Math.SQRT2, seed: Number.MAX_SAFE_INTEGER };

/** Every kernel ours: stock Orthogonal, the LSTM's default, would throw here. */
function build(): Model {
  return tf.sequential({
    layers: [
      tf.layers.conv1d({
        kernelSize: 3,
        filters: 6,
        inputShape: [9, 4],
        kernelInitializer: deltaOrthogonal(delta),
      }),
      tf.layers.lstm({
        units: 5,
        kernelInitializer: orthogonal(recurrent),
        recurrentInitializer: orthogonal(recurrent),
      }),
      tf.layers.dense({ units: 3, kernelInitializer: orthogonal(dense) }),
    ],
  });
}

const expected = [
  deltaValues([3, 4, 6], delta),
  values([6, 20], recurrent),
  values([5, 20], recurrent),
  values([5, 3], dense),
];

function kernels(model: Pick<Model, "getWeights">) {
  const matrices = model.getWeights().filter(({ rank }) => rank > 1);
  return matrices.map((weight) => weight.dataSync());
}

const topologyOf = (model: Model) => model.toJSON(null, false) as object;
const load = (modelTopology: object) =>
  tf.loadLayersModel({ load: async () => ({ modelTopology }) });

/** A model of one dense layer as it lies in a file, its initializer's entry as given. */
const saved = (kernel_initializer: unknown) => ({
  class_name: "Sequential",
  config: {
    name: "saved",
    layers: [
      {
        class_name: "Dense",
        config: { units: 4, batch_input_shape: [null, 6], kernel_initializer, name: "only" },
      },
    ],
  },
});

/** How often an initializer of ours was asked for values while the job ran. */
async function countApplies(job: () => Promise<unknown>): Promise<number> {
  const { apply } = Initializer.prototype;
  let count = 0;
  Initializer.prototype.apply = function (...values) {
    count++;
    return apply.apply(this, values);
  };
  await job().finally(() => (Initializer.prototype.apply = apply));
  return count;
}

async function rejection(job: Promise<unknown>): Promise<Error> {
  return job.then(
    () => assert.unreachable("loaded") as never,
    (error) => error,
  );
}

suite("tfjs/serialization", (test) => {
  test("the saved names and options are ours, in the style of Keras", () => {
    const { config } = topologyOf(build()) as any;
    const [conv, lstm, last] = config.layers.map((layer: any) => layer.config);
    const entry = (class_name: string, config: object) => ({ class_name, config });
    assert.equal(conv.kernel_initializer, entry("TfjsInitializersDeltaOrthogonal", delta));
    assert.equal(lstm.kernel_initializer, entry("TfjsInitializersOrthogonal", recurrent));
    assert.equal(lstm.recurrent_initializer, entry("TfjsInitializersOrthogonal", recurrent));
    assert.equal(last.kernel_initializer, entry("TfjsInitializersOrthogonal", dense));
  });

  test("a loaded topology has the same bits, through text as well", async () => {
    const model = build();
    assert.equal(kernels(model), expected);
    const topology = topologyOf(model);
    assert.equal(kernels(await load(topology)), expected);
    const loaded = await load(JSON.parse(JSON.stringify(topology)));
    assert.equal(kernels(loaded), expected);
    assert.equal(kernels(await load(topologyOf(loaded as Model))), expected);
    assert.equal(topologyOf(loaded as Model), topology);
  });

  test("modelFromJSON", async () => {
    const model = await tf.models.modelFromJSON(topologyOf(build()) as never);
    assert.equal(kernels(model), expected);
  });

  test("without a seed the loaded weights are drawn anew", async () => {
    const layer = tf.layers.dense({ units: 4, inputShape: [6], kernelInitializer: orthogonal() });
    const model = tf.sequential({ layers: [layer] });
    const topology = topologyOf(model);
    assert.not.equal(kernels(await load(topology)), kernels(model));
    assert.not.equal(kernels(await load(topology)), kernels(await load(topology)));
  });

  test("saved weights come back and no initializer runs for them", async () => {
    const model = build();
    const zeros = model.getWeights().map((w) => tf.zerosLike(w));
    model.setWeights(zeros);
    let artifacts!: Artifacts;
    await model.save(
      tf.io.withSaveHandler(async (made) => {
        artifacts = made;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
      }),
    );
    const text = JSON.stringify(artifacts.modelTopology);
    const modelTopology = JSON.parse(text) as object;
    let loaded!: Awaited<ReturnType<typeof tf.loadLayersModel>>;
    const applies = await countApplies(async () => {
      loaded = await tf.loadLayersModel(tf.io.fromMemory({ ...artifacts, modelTopology }));
    });
    assert.is(applies, 0);
    assert.equal(
      kernels(loaded),
      expected.map((kernel) => new Float32Array(kernel.length)),
    );
    assert.is(await countApplies(() => load(modelTopology)), 4);
  });

  test("layers cloned from their configurations", () => {
    const clones = build().layers.map((layer) => {
      const Kind = layer.constructor as typeof layer.constructor & Cloner;
      return Kind.fromConfig(Kind, layer.getConfig());
    });
    assert.equal(kernels(tf.sequential({ layers: clones })), expected);
  });

  test("files of other hands: no seed, null, snake case", async () => {
    const class_name = "TfjsInitializersOrthogonal";
    const plain = [values([6, 4], { seed: 3 })];
    for (const config of [{ seed: 3 }, { seed: 3, gain: null }, { seed: 3, gain: 1 }])
      assert.equal(kernels(await load(saved({ class_name, config }))), plain);
    for (const config of [{}, { seed: null }, { gain: 1, seed: null }])
      assert.is(kernels(await load(saved({ class_name, config }))).length, 1);
  });

  test("an unknown or bad option in a file is refused by its name", async () => {
    const class_name = "TfjsInitializersOrthogonal";
    const bad: [object, string][] = [
      [{ gain: 1, mode: "fast" }, "config.mode"],
      [{ in_axis: 1 }, "config.inAxis"],
      [{ gain: "NaN" }, "gain"],
      [{ gain: "2" }, "gain"],
      [{ seed: -1 }, "seed"],
      [{ seed: 2 ** 53 }, "seed"],
    ];
    for (const [config, argument] of bad) {
      const error = await rejection(load(saved({ class_name, config })));
      assert.instance(error, ArgumentError, String(error));
      assert.is((error as ArgumentError).argument, argument);
    }
    assert.is(kernels(await load(saved({ class_name, config: {} }))).length, 1);
  });
});
