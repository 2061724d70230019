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
  type LayerGrowth,
} from "../../src/tfjs/index.ts";
import type { Weights } from "../../src/init/growth/neurons.ts";
import { groupOf, unitsAt } from "../../src/tfjs/growth/groups.ts";
import { columnsAt, runsOf } from "../../src/tfjs/growth/numbers.ts";
import { traced } from "../../src/tfjs/growth/trace.ts";
import { neuronsOf, numbersAt } from "../../src/tfjs/growth/weights.ts";
import { engine } from "../../src/tfjs/layers/graph.ts";
import {
  distance,
  graphs,
  modelOf,
  predict,
  release,
  samples,
  type Graph,
} from "../support/graphs.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Model = ReturnType<typeof modelOf>;
type Layer = InstanceType<typeof tf.layers.Layer>;
type Tensor = ReturnType<typeof tf.tensor>;
type Tensors = Tensor | Tensor[];
type Variable = ReturnType<typeof tf.variable>;
type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];

const [count, seed] = [
  Number(process.env.GROW_MODELS ?? 200),
  Number(process.env.GROW_SEED ?? Math.floor(Math.random() * 2 ** 31)),
];
/** Groups of a model that are grown. */
const EACH = 2;

/** What the method is called in messages. */
const nameOf = ({ method, side, inverse }: GrowthMethod) =>
  [method, side, inverse && "inverse"].filter(Boolean).join(" ");

const ALL =
  "split, orthogonal in, orthogonal out, orthogonal pair, random, random inverse, zero".split(", ");
const GRADIENTS = ["gradmax", "gradmax inverse"];

/** The kinds of groups that must have been grown, by every method that there is for them. */
const required = [
  ...[
    "Dense",
    "Conv1D",
    "Conv2D",
    "SeparableConv2D",
    "TimeDistributed",
    "several layers",
    "nested",
  ].flatMap((kind) => [...ALL, ...GRADIENTS].map((way) => `${kind} by ${way}`)),
  ...[
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM2D",
    "Embedding",
    "LSTM",
    "GRU",
    "SimpleRNN",
    "Bidirectional",
    "shared",
  ].flatMap((kind) => ALL.map((way) => `${kind} by ${way}`)),
];

/** The layer at an address such as "outer/inner". */
const at = (model: Model, address: string): Layer =>
  address
    .split("/")
    .reduce<Layer>((outer, name) => (outer as unknown as Model).getLayer(name), model);

/** The kinds that a group is of: the classes of the layers that make its units, and how they belong together. */
function kindsOf(model: Model, { layers }: Growable): string[] {
  return [
    ...layers.map((address) => at(model, address).getClassName()),
    ...(layers.length > 1 ? ["several layers"] : []),
    ...(layers.some((address) => address.includes("/")) ? ["nested"] : []),
    ...(layers.some((address) => at(model, address).inboundNodes.length > 1) ? ["shared"] : []),
  ];
}

/** The classes of layers that a group's units pass, and of those that read them. */
const around = (model: Model, { passengers, consumers }: Growable): string[] => [
  ...passengers.map((address) => `through ${at(model, address).getClassName()}`),
  ...consumers.map((address) => `to ${at(model, address).getClassName()}`),
];

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

/**
 * GradMax's promise, by what autodiff finds: with outgoing weights v, the singular value of a new unit is the norm of
 * the gradient of its incoming weights over ‖v‖.
 */
function checkGradients(wide: Model, layer: string, xs: Tensors, ys: Tensors, found: LayerGrowth) {
  const { singularValues = [], filled = 0, units } = found;
  const group = groupOf(traced(wide), layer);
  const k = units.after - units.before;
  /** The norms of the last k columns. */
  const norms = (parts: readonly Weights[]) =>
    Array.from({ length: k }, (_, j) =>
      Math.hypot(
        ...parts.flatMap(({ data, cols }) => [...data.filter((_, i) => i % cols === cols - k + j)]),
      ),
    );
  tf.tidy(() => {
    const kernels = group.producers.map(({ use }) => use.weight.read() as Variable);
    const targets = [ys].flat();
    const loss = () => {
      const outputs = [engine(wide).call(xs, { training: false })].flat();
      return tf.addN(outputs.map((y, i) => tf.losses.meanSquaredError(targets[i], y))) as never;
    };
    const { grads } = tf.variableGrads(loss, kernels);
    const parts = group.producers.map((place, i) =>
      columnsAt(numbersAt(grads[kernels[i].name]), place.axis, runsOf(unitsAt(place), group.block)),
    );
    const [gradients, lengths] = [norms(parts), norms([neuronsOf(group).outgoing])];
    singularValues.slice(0, k - filled).forEach((value, j) => {
      const error = Math.abs(gradients[j] / lengths[j] - value) / singularValues[0];
      assert.ok(
        error <= 1e-5,
        `singular value ${value}, but gradient ${gradients[j]} / ${lengths[j]}`,
      );
    });
  });
}

/** Growths whose error is more than 1e-6, because their graph magnifies rounding errors or has long sums. */
let magnified = 0;

/**
 * How much one rounding of the weights changes the outputs, which some random graphs magnify. Inputs may be words, which
 * cannot be rounded.
 */
function sensitivity(model: Model, xs: Tensors): number {
  const weights = model.getWeights().map((weight) => tf.clone(weight));
  const before = predict(model, xs);
  const changes = [1, -1].map((sign) => {
    const rounded = weights.map((weight, i) =>
      tf.mul(weight, 1 + (i % 2 ? sign : -sign) * 2 ** -23),
    );
    model.setWeights(rounded);
    const after = predict(model, xs);
    const change = before.map((y, i) =>
      tf.tidy(() => tf.div(tf.norm(tf.sub(y, after[i])), tf.norm(y)).dataSync()[0]),
    );
    tf.dispose([rounded, after]);
    return Math.max(...change);
  });
  model.setWeights(weights);
  tf.dispose([weights, before]);
  return Math.max(...changes);
}

/** The longest sum that a weight takes part in: its entries for one unit. */
const longest = (model: Model) =>
  Math.max(...model.weights.map(({ shape }) => tf.util.sizeFromShape(shape as number[]) / shape.at(-1)!)); // prettier-ignore

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
    if (error > 1e-6) {
      magnified++;
      // A sum of n terms in single precision errs by √n roundings (Higham & Mary 2019); growth makes it another sum.
      const rounding = sensitivity(model, many) * Math.sqrt(longest(wide));
      assert.ok(error <= rounding, `the function has changed by ${error}, rounding by ${rounding}`);
    }
    assert.equal(bits(model), before, "the old model has changed");
    assert.is(report[0].units.after, group.size + units);
    if (way.method === "gradmax") checkGradients(wide, group.layers[0], xs, ys, report[0]);
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
  const details = await fc.check(property, {
    examples: [[graph]],
    numRuns: 1,
    interruptAfterTimeLimit: 60_000,
  });
  const smaller = details.counterexample
    ? details
    : { counterexample: [graph], errorInstance: cause };
  const { message } = smaller.errorInstance as Error;
  const where = `${nameOf(way)} in ${JSON.stringify(smaller.counterexample![0])}`;
  throw new Error(`${where}: ${message}`, { cause });
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
          const kinds = kindsOf(model, group);
          const ways = group.methods.filter(({ prevents }) => !prevents);
          return ways.map((way) => {
            const pairs = kinds.map((kind) => `${kind} by ${nameOf(way)}`);
            pairs.push(...around(model, group));
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
    const missing = () => [...new Set([...required, ...open])].filter((pair) => !covered.has(pair));
    for (const graph of fc.sample(graphs, { numRuns: count, seed })) await next(graph);
    // A pair that came late may not have had its turn: as many more as it takes, within reason.
    for (const graph of fc.sample(graphs, { numRuns: 4 * count, seed: seed + 1 })) {
      if (missing().length === 0) break;
      await next(graph);
    }
    console.log(
      `note: ${grown} growths in ${made} graphs, seed ${seed}; ${covered.size} kinds and methods; ${magnified} above 1e-6`,
    );
    assert.equal(missing(), []);
    assert.ok(
      magnified <= 0.01 * grown,
      `${magnified} growths change the function by more than 1e-6`,
    );
  });
});
