/**
 * Growing random groups of random graphs keeps what it must: the function, the old model, training, saving.
 *
 *   GROW_MODELS=5000 GROW_SEED=1 npm test -- growGraphs
 */
import "../../src/tfjs/train.ts";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { grow, growable, type GrowOptions, type Group } from "../../src/tfjs/index.ts";
import { graphs, modelOf, samples, type Graph } from "../support/graphs.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Model = ReturnType<typeof modelOf>;
type Layer = InstanceType<typeof tf.layers.Layer>;
type Tensor = ReturnType<typeof tf.tensor>;
type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];

const [count, seed] = [
  Number(process.env.GROW_MODELS ?? 220),
  Number(process.env.GROW_SEED ?? Math.floor(Math.random() * 2 ** 31)),
];
/** Groups of a model that are grown. */
const EACH = 2;

const variants: Record<string, Partial<GrowOptions>> = {
  gradmax: { method: "gradmax" },
  "gradmax, inverse": { method: "gradmax", inverse: true },
  "orthogonal in": { method: "orthogonal" },
  "orthogonal out": { method: "orthogonal", side: "out" },
  "orthogonal pair": { method: "orthogonal", side: "pair" },
  split: { method: "split" },
  random: { method: "random" },
  "random, inverse": { method: "random", inverse: true },
  zero: { method: "zero" },
};

/** The layer at an address such as "outer/inner". */
const at = (model: Model, address: string): Layer =>
  address
    .split("/")
    .reduce<Layer>((outer, name) => (outer as unknown as Model).getLayer(name), model);

/** Names of what a group consists of: all classes, and how its layers belong together. */
function labelsOf(model: Model, group: Group): string[] {
  const { layers, passengers, consumers } = group;
  const named = (role: string, addresses: readonly string[]) =>
    addresses.map((address) => `${role} ${at(model, address).getClassName()}`);
  return [
    ...named("grown", layers),
    ...named("passed", passengers),
    ...named("consumed by", consumers),
    ...(layers.length > 1 ? ["several layers"] : []),
    ...(layers.some((address) => address.includes("/")) ? ["nested"] : []),
    ...(layers.some((address) => at(model, address).inboundNodes.length > 1) ? ["shared"] : []),
  ];
}

/** Bits, as NaN is not equal to itself. */
const bits = (model: Model) =>
  model.getWeights().map((weight) => new Int32Array(weight.dataSync().slice().buffer));

const predict = (model: Model, xs: Tensor) => [model.predict(xs) as Tensor | Tensor[]].flat();

/** The largest ‖f − g‖ / ‖f‖ of all outputs. */
const distance = (f: Model, g: Model, xs: Tensor): number =>
  tf.tidy(() => {
    const [a, b] = [f, g].map((model) => predict(model, xs));
    return Math.max(...a.map((x, i) => tf.div(tf.norm(tf.sub(x, b[i])), tf.norm(x)).dataSync()[0]));
  });

async function saved(model: Model): Promise<Model> {
  let artifacts!: Artifacts;
  const modelArtifactsInfo = { dateSaved: new Date(0), modelTopologyType: "JSON" } as const;
  await model.save(
    tf.io.withSaveHandler(async (made) => ((artifacts = made), { modelArtifactsInfo })),
  );
  return tf.loadLayersModel(tf.io.fromMemory(artifacts as never));
}

/** Grows a group of a trained model, and checks what it must keep. */
async function check(model: Model, group: Group, variant: string, units: number): Promise<void> {
  const { xs, ys } = samples(model, 6, 2);
  const targets = ys.length > 1 ? ys : ys[0];
  const { xs: many, ys: unused } = samples(model, 64, 3);
  const before = bits(model);
  const data = variant.startsWith("gradmax") ? { xs, ys: targets } : {};
  const options = { ...variants[variant], ...data, layer: group.layers[0], units, seed: 1 };
  const { model: wide } = await grow(model, options as GrowOptions);
  try {
    const error = distance(model, wide, many);
    assert.ok(error <= 1e-6, `the function has changed by ${error}`);
    assert.equal(bits(model), before, "the old model has changed");
    assert.is(wide.countParams() > model.countParams(), true, "the new model is not wider");
    const loss = [(await wide.trainOnBatch(xs, targets as Tensor)) as number].flat();
    assert.ok(loss.every(Number.isFinite), `a loss of ${loss}`);
    const loaded = await saved(wide);
    assert.is(distance(wide, loaded, many), 0, "loaded it differs");
    loaded.dispose();
  } finally {
    wide.dispose();
    tf.dispose([xs, ys, many, unused]);
  }
}

async function trained(graph: Graph): Promise<Model> {
  const model = modelOf(graph);
  const { xs, ys } = samples(model, 6);
  await model.trainOnBatch(xs, ys.length > 1 ? ys : ys[0]);
  tf.dispose([xs, ys]);
  return model;
}

/** Whether a method can be used for a group. */
const possible = (group: Group, variant: string) =>
  group.methods[variants[variant].method as keyof typeof group.methods] === true;

suite("tfjs/grow graphs", (test) => {
  test(`${count} graphs, seed ${seed}`, async () => {
    const covered = new Map<string, number>();
    const seen = (pairs: string[]) =>
      pairs.forEach((pair) => covered.set(pair, (covered.get(pair) ?? 0) + 1));
    const open = new Set<string>();
    let grown = 0;
    for (const graph of fc.sample(graphs, { numRuns: count, seed })) {
      const { numTensors } = tf.memory();
      const model = await trained(graph);
      for (let i = 0; i < EACH; i++) {
        // What has been covered least comes first.
        const choices = growable(model).flatMap((group) => {
          const labels = labelsOf(model, group);
          return Object.keys(variants)
            .filter((variant) => possible(group, variant))
            .map((variant) => {
              const pairs = labels.map((label) => `${label}, ${variant}`);
              pairs.forEach((pair) => open.add(pair));
              const least = Math.min(...pairs.map((pair) => covered.get(pair) ?? 0));
              return { group, variant, pairs, least };
            });
        });
        if (choices.length === 0) break;
        const { group, variant, pairs } = choices.reduce((a, b) => (b.least < a.least ? b : a));
        const where = `${variant} of ${group.layers.join(" + ")} in ${JSON.stringify(graph)}`;
        try {
          await check(model, group, variant, group.size);
        } catch (error) {
          throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
        }
        seen(pairs);
        grown++;
      }
      model.optimizer.dispose();
      model.dispose();
      assert.is(tf.memory().numTensors, numTensors, `tensors left by ${JSON.stringify(graph)}`);
    }
    const missing = [...open].filter((pair) => !covered.has(pair));
    console.log(`note: ${grown} growths, seed ${seed}, ${covered.size} of ${open.size} pairs covered`); // prettier-ignore
    assert.equal(missing, []);
  });
});
