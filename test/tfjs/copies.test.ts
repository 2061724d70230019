/** Two copies of TensorFlow.js on one page: what users meet as "Unknown initializer". */
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { orthogonal as values } from "../../src/init/orthogonal.ts";
import { deltaOrthogonal, install, orthogonal, uninstall } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";
import { copies } from "../support/copies.ts";

await core.setBackend("wasm");

type Core = typeof core;
type Layers = typeof layers;

const expected = values([6, 4], { seed: 1 });

/**
 * Copies share one engine but count their layers apart, so their variables would have the same names:
 * each job gives its variables back.
 */
function alone<T>(job: () => T): T {
  try {
    return job();
  } finally {
    core.disposeVariables();
  }
}

const dense = ({ sequential, layers: { dense } }: Layers) =>
  sequential({
    layers: [dense({ units: 4, inputShape: [6], kernelInitializer: orthogonal({ seed: 1 }) })],
  });

const lstm = ({ sequential, layers: { lstm } }: Layers) =>
  sequential({ layers: [lstm({ units: 4, inputShape: [3, 2] })] });

const bits = (model: layers.LayersModel) => model.getWeights()[0].dataSync();

/** An instance of ours has the seed's bits in a new model, and in one made of its JSON. */
async function works(tfl: Layers): Promise<void> {
  const modelTopology = alone(() => {
    const model = dense(tfl);
    assert.equal(bits(model), expected);
    return model.toJSON(null, false) as object;
  });
  const loaded = await tfl.loadLayersModel({ load: async () => ({ modelTopology }) });
  alone(() => assert.equal(bits(loaded), expected));
}

const repaired = (tfl: Layers) => alone(() => assert.is(lstm(tfl).getWeights().length, 3));
const stock = (tfl: Layers) =>
  assert.match(thrown(TypeError, () => alone(() => lstm(tfl))).message, "rMat.flatten is not");

const secondLayers = (): Layers => copies("@tensorflow/tfjs-layers")[0];
const secondCore = (): Core => copies("@tensorflow/tfjs-core")[0];
const secondPair = () =>
  copies("@tensorflow/tfjs-core", "@tensorflow/tfjs-layers") as [Core, Layers];

suite("tfjs/copies", (test) => {
  test("the second copies are copies", () => {
    const tfl = secondLayers();
    assert.is.not(tfl.Sequential, layers.Sequential);
    // An instance that is nothing but an instance is not recognized by the other copy.
    const Initializer = Object.getPrototypeOf(layers.initializers.zeros().constructor);
    const bare = Object.assign(new Initializer(), { apply: () => core.ones([6, 4]) });
    const refuses = () => tfl.layers.dense({ units: 4, kernelInitializer: bare });
    assert.throws(refuses, /Improper config format/);
    assert.is.not(secondCore().serialization.SerializationMap, core.serialization.SerializationMap);
  });

  test("one core, two tf.layers: an instance works in both", async () => {
    for (const tfl of [layers, secondLayers(), layers]) await works(tfl);
  });

  test("one core, two tf.layers: install reaches the one loaded last", () => {
    const second = secondLayers();
    stock(second);
    install();
    repaired(second);
    const third = secondLayers();
    stock(third);
    install();
    repaired(third);
    repaired(second);
    uninstall();
    stock(third);
  });

  test("two cores: one without tf.layers is told so", () => {
    const tf = secondCore();
    assert.match(refused("tf", () => install(tf)).message, "tfjs-layers");
    assert.match(refused("tf", () => uninstall(tf)).message, "tfjs-layers");
  });

  test("two cores, two tf.layers: install(tf) makes everything work there, and only there", async () => {
    const [tf, tfl] = secondPair();
    assert.throws(() => dense(tfl), /Unknown initializer/);
    install(tf);
    await works(tfl);
    repaired(tfl);
    stock(layers);
    const kernelInitializer = deltaOrthogonal();
    const conv = tfl.layers.conv2d({ kernelSize: 3, filters: 4, kernelInitializer });
    alone(() => conv.build([null, 5, 5, 3]));
    uninstall(tf);
    stock(tfl);
    // The classes stay, so that models which name them can be loaded.
    await works(tfl);
  });

  test("two cores: a model of the second trains with ours", async () => {
    const [tf, tfl] = secondPair();
    install(tf);
    const model = dense(tfl);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
    const batch = () => model.trainOnBatch(tf.ones([8, 6]), tf.zeros([8, 4])) as Promise<number>;
    const before = await batch();
    assert.ok((await batch()) < before);
    uninstall(tf);
  });

  test("a tensor of ours is one of theirs", () => {
    const tf = secondCore();
    const tensor = orthogonal({ seed: 1 }).apply([6, 4]);
    assert.instance(tensor, tf.Tensor);
    assert.equal(tf.mul(tensor, 2).shape, [6, 4]);
  });

  test.after.each(() => core.disposeVariables());
});
