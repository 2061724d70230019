import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { countOf } from "../../arrays.ts";
import { checkFlag, checkFunction, checkSignal, known } from "../../arguments.ts";
import { effectiveRank, likenessOf } from "../../init/diversity/metrics.ts";
import { Variances } from "../../init/data/variances.ts";
import { matmul } from "../../linalg/matmul.ts";
import { activationOf } from "../layers/activation.ts";
import { checkAlive, engine, steps, type Layer } from "../layers/graph.ts";
import { outside } from "../outside.ts";
import { gradientNorms } from "./gradients.ts";
import { activated, linear, type Linear } from "./plan.ts";
import { table } from "../layers/table.ts";
import { vectorsOf } from "./setLayer.ts";
import type { Samples } from "./source.ts";
import type { Stage } from "./stages.ts";
import { Stream, type Activations, type Watcher } from "./stream.ts";

/** The health of one kernel on data. */
export interface LayerHealth {
  /** Name of the layer. */
  readonly layer: string;
  /** Class name of the layer. */
  readonly kind: string;
  /** Name of the kernel; a separable convolution has two. */
  readonly weight: string;
  /** Fraction of the units whose output, after the activation, is the same number for all samples. */
  readonly dead: number;
  /** Mean of the pre-activation over data and units. */
  readonly mean: number;
  /** Variance of the pre-activation over the data, mean over the units. */
  readonly variance: number;
  /**
   * Mean |cos| of the angle between the weights of two units. For a depthwise kernel, the mean in the channel whose
   * units are most alike.
   */
  readonly cos: number;
  /** Effective rank of the same weights: exp of the entropy of σ²/Σσ², from 1 to min(units, inputs). */
  readonly rank: number;
  /** ‖∂L/∂W‖ (Frobenius) of the compiled loss, mean over all samples; on request only, not for frozen layers. */
  readonly gradient?: number;
}

/** The result of `inspect`. */
export interface Health {
  readonly layers: readonly LayerHealth[];
  /** A table with a line for each kernel. */
  toString(): string;
}

export interface InspectOptions {
  /** Labels as `fit` takes them, needed for gradients; in a Dataset they come with the samples. */
  ys?: Tensor | readonly Tensor[];
  /** Whether to compute gradients too; default false. */
  gradients?: boolean;
  /** Called after every batch, with the number of samples measured and that of all; with gradients each counts twice. */
  onProgress?: (done: number, total: number) => void;
  /** Aborts the run: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Measures the health of a model's layers on samples: dead units, mean and variance of pre-activations, likeness of
 * units, effective rank, and gradients on request.
 *
 * Every Dense, Conv1D, Conv2D, DepthwiseConv2D and SeparableConv2D layer is measured, in forward order. The model is
 * not changed. It is run in inference mode, once on all samples; layers that contain an activation are run twice. The
 * samples are walked twice, or three times with gradients.
 *
 * If `inspect` is called in tf.tidy, it starts after the tidy has ended. The model may therefore be made in the tidy,
 * but xs and ys may not.
 *
 * @param model Sequential or Functional; compiled if gradients are requested
 * @param xs samples, as `initializeFromData` takes them
 * @param options.ys labels as `fit` takes them, needed for gradients; in a Dataset they come with the samples
 * @param options.gradients whether to compute gradients too; default false
 * @param options.onProgress called after every batch, with the number of samples measured and that of all
 * @param options.signal aborts the run
 * @returns the figures; `String(health)` is a table
 * @throws ArgumentError for samples that do not fit the model or cannot be walked again, for NaN in weights, and for
 *   gradients without labels or of a model that is not compiled or has several outputs
 * @throws the signal's reason if the run is aborted
 *
 * @example
 * console.log(String(await inspect(model, xs)));
 */
export async function inspect(
  model: LayersModel,
  xs: Samples,
  options: InspectOptions = {},
): Promise<Health> {
  await outside();
  const keys = ["ys", "gradients", "onProgress", "signal"] as const;
  const { ys, gradients = false, onProgress, signal } = known(options, keys);
  checkFlag("gradients", gradients);
  checkFunction("onProgress", onProgress);
  checkSignal("signal", signal);
  const inner = engine(model);
  checkAlive(inner);
  const graph = steps(inner);
  const charts = new Map<Layer, Chart>();
  for (const step of graph) {
    const task = linear(inner, graph, step);
    if (!task || charts.has(task.layer)) continue;
    charts.set(task.layer, new Chart(task, step.outputs[0]!, activated(graph, step)));
  }
  const all = { ys, samples: Infinity, memory: 0, signal };
  const halts = [...charts.values()].flatMap((chart) => chart.halts);
  const samples = new Stream(inner, xs, all, halts);
  await samples.survey(false);
  let done = 0;
  const passed = (count: number) =>
    onProgress?.((done += count), (gradients ? 2 : 1) * samples.total);
  const norms = gradients ? await gradientNorms(inner, samples, passed) : undefined;
  const watchers = [...charts.values()].flatMap((chart) => chart.watchers(samples.total));
  await samples.show(watchers, passed);
  signal?.throwIfAborted();
  const layers: LayerHealth[] = [];
  for (const chart of charts.values()) layers.push(...(await chart.rows(norms)));
  return { layers, toString: () => text(layers) };
}

/** Statistics of one layer, gathered while the samples run through the model. */
class Chart {
  /** Every unit's output, after the activation. */
  private readonly outputs: Variances;
  /** Every unit's pre-activation. */
  private readonly units: Variances;
  /** Pre-activations of each stage before the last one, by group. */
  private readonly inner: Map<Stage, Variances[]>;

  /**
   * @param own the layer's own output
   * @param output the output after activation and normalization, which may be layers of their own
   */
  constructor(
    readonly task: Linear,
    private readonly own: SymbolicTensor,
    private readonly output: SymbolicTensor,
  ) {
    const { units, groups } = task.stages.at(-1)!.layout;
    this.outputs = new Variances(units * groups);
    this.units = new Variances(units * groups);
    this.inner = new Map(
      task.stages.slice(0, -1).map((stage) => {
        const { units, groups } = stage.layout;
        return [stage, Array.from({ length: groups }, () => new Variances(units))];
      }),
    );
  }

  get halts(): SymbolicTensor[] {
    return [this.task.input, this.own, this.output];
  }

  /** The watchers that gather the statistics of all samples, of which there are `total`. */
  watchers(total: number): Watcher[] {
    const { layer, input, channelsFirst, stages } = this.task;
    const see = ({ data }: Activations) => this.units.add(data, 1);
    const parts = async (batch: Activations) => {
      for (const [stage, units] of this.inner) {
        const weights = await stage.read();
        vectorsOf(stage, batch, total).vectors.forEach((x, g) => {
          units[g]!.add(matmul(x, weights[g]!, { transposeB: true }).data, 1);
        });
      }
    };
    return [
      activationOf(layer) === undefined
        ? { tensor: this.own, channelsFirst, see }
        : {
            tensor: input,
            channelsFirst,
            see,
            through: (x) => bare(layer).call([x], {}) as Tensor,
          },
      { tensor: this.output, channelsFirst, see: ({ data }) => this.outputs.add(data, 1) },
      ...(stages.length > 1 ? [{ tensor: input, channelsFirst, see: parts }] : []),
    ];
  }

  /** The figures of every stage, once all samples have passed; `norms` of gradients are by name of the variable. */
  async rows(norms: ReadonlyMap<string, number> | undefined): Promise<LayerHealth[]> {
    const { layer, stages } = this.task;
    const still = countOf(this.outputs.variance, (variance) => variance === 0);
    const rows: LayerHealth[] = [];
    for (const stage of stages) {
      const units = this.inner.get(stage) ?? [this.units];
      rows.push({
        layer: layer.name,
        kind: layer.getClassName(),
        weight: stage.name,
        dead: still / this.outputs.mean.length,
        mean: average(units.map((one) => average(one.mean))),
        variance: average(units.map((one) => average(one.variance))),
        ...(await likeness(stage)),
        ...(norms?.has(stage.variable.name) && { gradient: norms.get(stage.variable.name)! }),
      });
    }
    return rows;
  }
}

/** A view of the layer, with the same weights but without its activation. */
function bare(layer: Layer): Layer {
  const linear = { getClassName: () => "linear", apply: (x: Tensor) => x };
  return Object.create(layer, { activation: { value: linear } }) as Layer;
}

function average(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0) / values.length;
}

async function likeness(stage: Stage): Promise<Pick<LayerHealth, "cos" | "rank">> {
  const groups = await stage.read();
  const alike = groups.map((units) => likenessOf(units, stage.name));
  const [most] = alike.map((_, g) => g).sort((a, b) => alike[b]!.meanCos2 - alike[a]!.meanCos2);
  return { cos: alike[most!]!.meanAbsCos, rank: effectiveRank(groups[most!]!) };
}

function text(layers: readonly LayerHealth[]): string {
  const gradients = layers.some(({ gradient }) => gradient !== undefined);
  const head = ["layer", "kernel", "dead", "mean", "variance", "|cos|", "eff. rank"];
  const lines = layers.map((one) => [
    one.layer,
    one.weight,
    `${(100 * one.dead).toFixed(1)} %`,
    ...[one.mean, one.variance, one.cos].map((value) => value.toPrecision(3)),
    one.rank.toFixed(1),
    ...(gradients ? [one.gradient?.toExponential(2) ?? "frozen"] : []),
  ]);
  return table([[...head, ...(gradients ? ["gradient"] : [])], ...lines]);
}
