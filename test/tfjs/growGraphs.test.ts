/**
 * Growing random groups of random graphs keeps what it must: the function, the old model, training, saving.
 *
 *   GROW_MODELS=5000 GROW_SEED=1 npm test -- growGraphs
 */
import "../../src/tfjs/train.ts";
import fc from "fast-check";
import * as assert from "uvu/assert";
import {
  grow,
  growable,
  type Growable,
  type GrowOptions,
  type GrowthMethod,
} from "../../src/tfjs/index.ts";
import { distance, graphs, modelOf, release, samples, type Graph } from "../support/graphs.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Model = ReturnType<typeof modelOf>;
type Layer = InstanceType<typeof tf.layers.Layer>;
type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];

const [count, seed] = [
  Number(process.env.GROW_MODELS ?? 220),
  Number(process.env.GROW_SEED ?? Math.floor(Math.random() * 2 ** 31)),
];
/** Groups of a model that are grown. */
const EACH = 2;

/** What the method is called in messages. */
const nameOf = ({ method, side, inverse }: GrowthMethod) =>
  [method, side, inverse && "inverse"].filter(Boolean).join(" ");

/** The layer at an address such as "outer/inner". */
const at = (model: Model, address: string): Layer =>
  address
    .split("/")
    .reduce<Layer>((outer, name) => (outer as unknown as Model).getLayer(name), model);

/** Names of what a group consists of: all classes, and how its layers belong together. */
function labelsOf(model: Model, group: Growable): string[] {
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

async function saved(model: Model): Promise<Model> {
  let artifacts!: Artifacts;
  const modelArtifactsInfo = { dateSaved: new Date(0), modelTopologyType: "JSON" } as const;
  await model.save(
    tf.io.withSaveHandler(async (made) => ((artifacts = made), { modelArtifactsInfo })),
  );
  return tf.loadLayersModel(tf.io.fromMemory(artifacts as never));
}

/** Grows a group of a trained model, and checks what it must keep. */
async function check(
  model: Model,
  group: Growable,
  way: GrowthMethod,
  units: number,
): Promise<void> {
  const { xs, ys } = samples(model, 6, 2);
  const { xs: many, ys: unused } = samples(model, 64, 3);
  const before = bits(model);
  const data = way.method === "gradmax" ? { xs, ys } : {};
  const options: GrowOptions = { ...way, ...data, layer: group.layers[0], units, seed: 1 };
  const { model: wide, report } = await grow(model, options);
  try {
    const error = distance(model, wide, many);
    assert.ok(error <= 1e-6, `the function has changed by ${error}`);
    assert.equal(bits(model), before, "the old model has changed");
    assert.is(report[0].units.after, group.size + units);
    const loss = [(await wide.trainOnBatch(xs, ys)) as number].flat();
    assert.ok(loss.every(Number.isFinite), `a loss of ${loss}`);
    const loaded = await saved(wide);
    assert.is(distance(wide, loaded, many), 0, "loaded it differs");
    release(loaded);
  } finally {
    release(wide);
    tf.dispose([xs, ys, many, unused]);
  }
}

/** The model of a graph, after a step of training. */
async function trained(graph: Graph): Promise<Model> {
  const model = modelOf(graph);
  const { xs, ys } = samples(model, 6);
  await model.trainOnBatch(xs, ys);
  tf.dispose([xs, ys]);
  return model;
}

/** The number of new units: even for pairs, and a multiple where the group wants one. */
const unitsFor = ({ multiple }: Growable, { side }: GrowthMethod, turn: number) =>
  multiple * (side === "pair" ? 2 : 1 + (turn % 3));

/** Fails with the smallest graph that fast-check finds to fail as well. */
async function shrunk(graph: Graph, way: GrowthMethod, cause: unknown): Promise<never> {
  const all = async (graph: Graph) => {
    const model = await trained(graph);
    for (const group of growable(model)) {
      const same = group.methods.find((one) => nameOf(one) === nameOf(way) && !one.prevents);
      if (same) await check(model, group, same, unitsFor(group, same, 0));
    }
  };
  const property = fc.asyncProperty(graphs, all);
  const details = await fc.check(property, { examples: [[graph]], numRuns: 1 });
  const message = fc.defaultReportMessage(details) ?? JSON.stringify(graph);
  throw new Error(`${nameOf(way)}: ${message}`, { cause });
}

suite("tfjs/grow graphs", (test) => {
  test(`${count} graphs, seed ${seed}`, async () => {
    const [open, covered] = [new Set<string>(), new Set<string>()];
    let [made, grown] = [0, 0];
    const next = async (graph: Graph) => {
      const { numTensors } = tf.memory();
      const model = await trained(graph);
      made++;
      for (let i = 0; i < EACH; i++) {
        const choices = growable(model).flatMap((group) => {
          const labels = labelsOf(model, group);
          return group.methods
            .filter(({ prevents }) => !prevents)
            .map((way) => {
              const pairs = labels.map((label) => `${label}, ${nameOf(way)}`);
              pairs.forEach((pair) => open.add(pair));
              const fresh = pairs.filter((pair) => !covered.has(pair)).length;
              return { group, way, pairs, fresh };
            });
        });
        if (choices.length === 0) break;
        // What has most that is not covered yet comes first; after that, whatever the graph's numbers say.
        const best = Math.max(...choices.map(({ fresh }) => fresh));
        const equals = choices.filter(({ fresh }) => fresh === best);
        const { group, way, pairs } = equals[graph.blocks[0].variant % equals.length];
        await check(model, group, way, unitsFor(group, way, grown)).catch((error) =>
          shrunk(graph, way, error),
        );
        pairs.forEach((pair) => covered.add(pair));
        grown++;
      }
      release(model);
      assert.is(tf.memory().numTensors, numTensors, `tensors left by ${JSON.stringify(graph)}`);
    };
    const missing = () => [...open].filter((pair) => !covered.has(pair));
    for (const graph of fc.sample(graphs, { numRuns: count, seed })) await next(graph);
    // A pair that came late may not have had its turn.
    for (const graph of fc.sample(graphs, { numRuns: count, seed: seed + 1 })) {
      if (missing().length === 0) break;
      await next(graph);
    }
    console.log(`note: ${grown} growths in ${made} graphs, seed ${seed}; ${covered.size} pairs of layers and methods`); // prettier-ignore
    assert.equal(missing(), []);
  });
});
