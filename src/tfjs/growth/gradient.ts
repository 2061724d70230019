/** The gradients that growth needs: ∂L/∂z of the layers that read new units, and the inputs of those that make them. */
import {
  add,
  clone,
  concat,
  customGrad,
  dispose,
  div,
  keep,
  mean,
  moments,
  mul,
  reshape,
  scalar,
  slice,
  sqrt,
  sub,
  tidy,
  valueAndGrad,
  zerosLike,
  type Tensor,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError, MemoryError } from "../../errors.ts";
import { engine, type Layer } from "../layers/graph.ts";
import { attributes } from "../layers/attributes.ts";
import { channelsOf } from "../layers/channels.ts";
import { differentiating } from "../layers/undone.ts";
import type { Group } from "./groups.ts";
import { plain } from "./rebuild.ts";
import { onCall, onPreActivation, onRecurrent, type Undo } from "./hooks.ts";

export type Tensors = Tensor | Tensor[];

/** The gradients of one piece of the batch; deltas and loss are weighted by the piece's share of the batch. */
export interface Gradients {
  /** The inputs of the layers that make new units. */
  readonly inputs: ReadonlyMap<Layer, Tensor>;
  /** ∂L/∂z of the layers that read them, where z is what their kernels make of their input. */
  readonly deltas: ReadonlyMap<Layer, Tensor>;
  /** The loss L of the piece. */
  readonly loss: number;
}

/** A batch, and how to differentiate on it. */
export interface Batch {
  readonly model: LayersModel;
  readonly xs: Tensors;
  readonly ys: Tensors;
  readonly batchSize: number;
  /** What batch normalization normalizes by: moving averages, or the statistics of the batch, held fixed. */
  readonly statistics: "moving" | "batch";
}

/** Properties of compiled models that tf.layers' types omit. */
interface Compiled {
  lossFunctions: ((truth: Tensor, prediction: Tensor) => Tensor)[];
  standardizeUserDataXY(xs: Tensors, ys: Tensors, checkBatch: boolean): [Tensor[], Tensor[]];
}

/**
 * Runs `job` on the gradients of every piece of `batchSize` samples.
 *
 * The model is run in inference mode, because a run in training mode would write moving averages and drop units. L is
 * the loss without regularization. The model is unchanged when this function returns or throws.
 *
 * @returns the loss of the batch
 * @throws ArgumentError for xs and ys that do not fit the model, or a loss that is not finite
 */
export function withGradients(
  batch: Batch,
  group: Group,
  job: (gradients: Gradients) => void,
): number {
  return tidy(() => {
    const compiled = engine(batch.model) as unknown as Compiled;
    let data: [Tensor[], Tensor[]];
    try {
      data = compiled.standardizeUserDataXY(batch.xs, batch.ys, true);
    } catch (error) {
      throw new ArgumentError("xs, ys", "a batch as model.fit takes it", (error as Error).message);
    }
    const samples = data[0][0]!.shape[0]!;
    if (samples === 0) throw new ArgumentError("xs", "at least one sample", "none");
    let loss = 0;
    for (let at = 0; at < samples; at += batch.batchSize) {
      const size = Math.min(batch.batchSize, samples - at);
      tidy(() => {
        const [x, y] = data.map((all) => all.map((t) => part(t, at, size))) as typeof data;
        const gradients = record(batch, group, x, y, size / samples);
        loss += gradients.loss;
        job(gradients);
      });
    }
    return loss;
  });
}

/** The samples from `at` to `at + size` − 1 of a tensor. */
export function part(t: Tensor, at: number, size: number): Tensor {
  const rest = t.shape.length - 1;
  return slice(t, [at, ...Array(rest).fill(0)], [size, ...Array(rest).fill(-1)]);
}

function record(
  { model, statistics }: Batch,
  group: Group,
  xs: Tensor[],
  ys: Tensor[],
  share: number,
): Gradients {
  const inner = engine(model);
  const { lossFunctions } = inner as unknown as Compiled;
  const makers = new Set(group.producers.map(({ use }) => use.layer));
  const readers = new Set(group.consumers.map(({ use }) => use.layer));
  // Wrappers call a layer once for every time step.
  const inputs = new Map<Layer, Tensor[]>();
  const deltas = new Map<Layer, Tensor[]>();
  const put = (all: Map<Layer, Tensor[]>, layer: Layer, at: number, x: Tensor) => {
    if (!all.has(layer)) all.set(layer, []);
    all.get(layer)![at] = keep(clone(x));
  };
  const probed = (probe: Tensor) => {
    const through = (layer: Layer) => {
      let calls = 0;
      return (z: Tensor) => {
        const at = calls++;
        const probing = customGrad((z) => ({
          value: clone(z as Tensor),
          gradFunc: (dz: Tensor) => {
            put(deltas, layer, at, dz);
            return dz;
          },
        }));
        return probing(add(z, probe));
      };
    };
    const restore: Undo[] = [
      ...[...makers].map((layer) => {
        let calls = 0;
        return onCall(layer, (x, call) => {
          put(inputs, layer, calls++, x);
          return call(x);
        });
      }),
      ...[...readers].map((layer) =>
        channelsOf(layer).gates
          ? onRecurrent(layer, through(layer))
          : onPreActivation(layer, through(layer)),
      ),
      ...(statistics === "batch"
        ? [...new Set(plain(inner))].filter(isNormalized).map(normalizedByBatch)
        : []),
    ];
    try {
      const predictions = inner.call(xs, { training: false }) as Tensor[];
      const losses = lossFunctions.map((f, i) => mean(f(ys[i]!, predictions[i]!)));
      return mul(
        losses.reduce((sum, one) => add(sum, one)),
        share,
      );
    } finally {
      restore.reverse().forEach((undo) => undo());
    }
  };
  try {
    const value = differentiated(probed);
    const loss = value.dataSync()[0]!;
    if (!Number.isFinite(loss)) {
      throw new ArgumentError("xs, ys", "a batch with a finite loss", `loss ${loss}`);
    }
    const whole = (all: ReadonlyMap<Layer, Tensor[]>) =>
      new Map(
        [...all].map(([layer, parts]) => [
          layer,
          parts.length === 1 ? clone(parts[0]!) : concat(parts, 0),
        ]),
      );
    return { inputs: whole(inputs), deltas: whole(deltas), loss };
  } finally {
    dispose([...inputs.values(), ...deltas.values()].flat());
  }
}

const isNormalized = (layer: Layer) => layer.getClassName() === "BatchNormalization";

/** Normalizes by the statistics of the batch, as in training, but takes them for constants in gradients. */
function normalizedByBatch(layer: Layer): Undo {
  const { epsilon, gamma, beta, axis } = attributes(layer);
  return onCall(layer, (x) => {
    const own = [axis ?? -1].flat().map((one) => (one < 0 ? one + x.rank : one));
    const others = x.shape.map((_, at) => at).filter((at) => !own.includes(at));
    const { mean: centre, variance } = moments(x, others, true);
    const shape = centre.shape;
    const [a, b] = [gamma, beta].map((weight) => weight && reshape(weight.read(), shape));
    const [fixed, root] = [centre, sqrt(add(variance, epsilon!))].map(constant);
    const y = div(sub(x, fixed!), root!);
    const scaled = a ? mul(y, a) : y;
    return b ? add(scaled, b) : scaled;
  });
}

/** A copy through which no gradient passes. */
const constant = (x: Tensor): Tensor =>
  customGrad((x) => ({ value: clone(x as Tensor), gradFunc: (dx: Tensor) => zerosLike(dx) }))(x);

/** Returns the value of f at 0. Its gradient is computed too, so that the probes inside of f record the deltas. */
function differentiated(f: (probe: Tensor) => Tensor): Tensor {
  try {
    return differentiating(() => valueAndGrad(f)(scalar(0)).value);
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    const expected = "layers and a loss that TensorFlow.js can differentiate";
    throw new ArgumentError("model", expected, (error as Error).message);
  }
}
