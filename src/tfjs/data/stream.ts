/** The samples as they enter a layer of the model, batch by batch. */
import { dispose, nextFrame, tidy, transpose, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { labels, type Labels } from "./labels.ts";
import type { Checked } from "./options.ts";
import { source, type Batch, type Samples } from "./source.ts";
import type { LabelShape, LabelsOf } from "./targets.ts";

/** A batch as it enters a layer. */
export interface Activations {
  /** All samples, each of `shape`. */
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly count: number;
  /** Number of samples before this batch. */
  readonly first: number;
  readonly labels: LabelsOf<Labels>;
}

/** Milliseconds after which the page gets its turn: a blink. */
const PATIENCE = 50;

export class Stream {
  /** Number of samples. */
  total = 0;
  /** What the labels are like. */
  labels: LabelsOf<LabelShape> = [];
  private readonly batches: () => AsyncGenerator<Batch>;
  private rested = -Infinity;

  /** @param model of tf.layers' own kind, as `engine` gives it */
  constructor(
    private readonly model: LayersModel,
    xs: Samples,
    private readonly options: Pick<Checked, "ys" | "samples" | "signal">,
  ) {
    this.batches = source(model, xs, options.ys, options.samples);
  }

  /** Walks all samples once: counts them and reads all labels, so that bad ones are found first. */
  async survey(): Promise<void> {
    for await (const { batch, count } of this.walk()) {
      const found = await this.vectors(batch, count);
      if (this.total === 0) this.labels = found.map((one) => one && shapeOf(one));
      found.forEach((one, i) => {
        const size = this.labels[i]?.size ?? 0;
        if ((one?.size ?? 0) === size) return;
        throw new ArgumentError("ys", `${size} numbers a sample throughout`, `${one?.size ?? 0}`);
      });
      this.total += count;
    }
    if (this.total === 0) throw new ArgumentError("xs", "at least one sample", "none");
  }

  /**
   * The batches at one tensor of the model.
   *
   * @param channelsFirst puts the second axis last
   */
  async *at(tensor: SymbolicTensor, channelsFirst = false): AsyncGenerator<Activations> {
    const { inputs, constructor } = this.model;
    // The class of a Functional model, from whichever copy of tf.layers the model comes.
    const Functional = constructor as new (config: object) => LayersModel;
    const part = new Functional({ inputs, outputs: tensor });
    for await (const { batch, count, first } of this.walk()) {
      const labels = await this.vectors(batch, count);
      const value = tidy(() => {
        const x = part.predictOnBatch([...batch.inputs]) as Tensor;
        const axes = x.shape.map((_, axis) => axis);
        return channelsFirst ? transpose(x, [0, ...axes.slice(2), 1]) : x;
      });
      const data = await value.data<"float32">();
      const shape = value.shape.slice(1);
      if (!batch.inputs.includes(value)) dispose(value);
      yield { data, shape, count, first, labels };
    }
  }

  private vectors({ labels: given }: Batch, count: number): Promise<LabelsOf<Labels>> {
    const { outputs } = this.model;
    return Promise.all(outputs.map(({ shape }, i) => given[i] && labels(given[i], count, shape)));
  }

  /** The batches themselves; of the last one perhaps only the first `count` samples count. */
  async *walk(): AsyncGenerator<{ batch: Batch; count: number; first: number }> {
    const { samples, signal } = this.options;
    let first = 0;
    for await (const batch of this.batches()) {
      if (performance.now() - this.rested > PATIENCE) {
        await nextFrame();
        this.rested = performance.now();
      }
      signal?.throwIfAborted();
      const count = Math.min(batch.inputs[0]!.shape[0]!, samples - first);
      if (count > 0) yield { batch, count, first };
      first += count;
      if (first >= samples) return;
    }
  }
}

const shapeOf = ({ size, single }: Labels): LabelShape => ({ size, single });
