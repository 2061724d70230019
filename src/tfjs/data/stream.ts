/** Runs the samples through the model and yields them, batch by batch, as they enter its layers. */
import { clone, tidy, transpose, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { Passage, Route } from "./forward.ts";
import { labels as labelsOf, type Labels } from "./labels.ts";
import type { Checked } from "./options.ts";
import { resting } from "./resting.ts";
import { source, type Batch, type Samples } from "./source.ts";
import type { LabelShape, LabelsOf } from "./targets.ts";

/** A batch as it enters a layer. */
export interface Activations {
  /** The values of all samples in the batch, each sample of `shape`. */
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly count: number;
  /** Number of samples before this batch. */
  readonly first: number;
  readonly labels: LabelsOf<Labels>;
}

/** A callback that receives the values of one tensor of the model. */
export interface Watcher {
  readonly tensor: SymbolicTensor;
  /** Moves the second axis to the end. */
  readonly channelsFirst: boolean;
  /** A function applied to the tensor before its values are read. */
  readonly through?: (value: Tensor) => Tensor;
  see(activations: Activations): void | Promise<void>;
}

/** A batch and the state from which its run through the model starts. */
interface Start {
  readonly index: number;
  /** The state kept from an earlier walk, if any. */
  readonly kept: Kept | undefined;
  readonly batch: Batch | undefined;
  readonly count: number;
  readonly first: number;
}

/** The kept state of a batch that has run through part of the model. */
interface Kept {
  readonly passage: Passage;
  readonly labels: LabelsOf<Tensor>;
  readonly bytes: number;
}

/** The user's samples, with the states of batches that are kept between the layers. */
export class Stream {
  /** Number of samples. */
  total = 0;
  /** Shapes of the labels, one for each output of the model. */
  labels: LabelsOf<LabelShape> = [];
  /** Samples in each batch of the first walk. */
  private sizes: readonly number[] | undefined;
  private readonly kept: (Kept | undefined)[] = [];
  private room: number;
  private readonly route: Route;
  private readonly batches: () => AsyncGenerator<Batch>;
  private readonly rest: () => Promise<void>;

  /**
   * @param model the LayersModel inside of the user's model, as `engine` returns it
   * @param halts the tensors whose values will be requested, in the order of the requests
   */
  constructor(
    private readonly model: LayersModel,
    xs: Samples,
    private readonly options: Pick<Checked, "ys" | "samples" | "signal" | "memory">,
    halts: readonly SymbolicTensor[],
  ) {
    const { ys, samples, signal, memory } = options;
    this.rest = resting(signal);
    this.batches = source(model, xs, ys, samples, signal);
    this.route = new Route(model, halts);
    this.room = memory;
  }

  /** Walks all samples once to count them and, if `labelled`, to check all labels before anything is computed. */
  async survey(labelled = true): Promise<void> {
    const sizes: number[] = [];
    for await (const { batch, count } of this.walk()) {
      const found = labelled ? await this.vectors(batch.labels, count) : [];
      if (this.total === 0) this.labels = found.map((one) => one && shapeOf(one));
      found.forEach((one, i) => {
        const size = this.labels[i]?.size ?? 0;
        if ((one?.size ?? 0) === size) return;
        throw new ArgumentError("ys", `${size} numbers a sample throughout`, `${one?.size ?? 0}`);
      });
      this.total += count;
      sizes.push(count);
    }
    if (this.total === 0) throw new ArgumentError("xs", "at least one sample", "none");
    this.sizes = sizes;
  }

  /**
   * Yields the batches at one of the halts. Each batch continues from its kept state, and its new state is kept where
   * memory allows. A batch without a kept state runs from the model's inputs again, with the same bits.
   *
   * @param channelsFirst moves the second axis to the end
   */
  async *at(tensor: SymbolicTensor, channelsFirst = false): AsyncGenerator<Activations> {
    for await (const { index, kept, batch, count, first } of this.starts(tensor)) {
      const passage = kept?.passage.continued() ?? Passage.begin(this.route, batch!.inputs);
      const labels = kept ? kept.labels : batch!.labels;
      try {
        const value = await passage.to(tensor, () => this.rest());
        const vectors = await this.vectors(labels, count);
        yield { ...(await read(value, channelsFirst)), count, first, labels: vectors };
      } finally {
        this.keep(index, passage, labels);
      }
    }
  }

  /** Passes every batch to all watchers, in a single walk, and tells the size of each that has passed. */
  async show(watchers: readonly Watcher[], passed: (count: number) => void): Promise<void> {
    const tensors = [...new Set(watchers.map(({ tensor }) => tensor))];
    tensors.sort((a, b) => this.route.maker(a) - this.route.maker(b));
    for await (const { batch, count, first } of this.walk()) {
      const passage = Passage.begin(this.route, batch.inputs);
      try {
        for (const tensor of tensors) {
          const value = await passage.to(tensor, () => this.rest());
          const own = watchers.filter((one) => one.tensor === tensor);
          const read = reader(value);
          for (const { see, channelsFirst, through } of own) {
            const seen = await read(channelsFirst, through);
            await see({ ...seen, count, first, labels: [] });
          }
        }
      } finally {
        passage.dispose();
      }
      passed(count);
    }
  }

  /** Yields the input batches. Only the first `count` samples of a batch are to be used. */
  async *walk(): AsyncGenerator<{ batch: Batch; count: number; first: number }> {
    const { samples } = this.options;
    let [first, index, same] = [0, 0, true];
    for await (const batch of this.batches()) {
      await this.rest();
      const count = Math.min(batch.inputs[0]!.shape[0]!, samples - first);
      if (count === 0) continue;
      same = this.sizes === undefined || this.sizes[index++] === count;
      if (!same) break;
      yield { batch, count, first };
      first += count;
      if (first >= samples) break;
    }
    if (!same || (this.sizes && first !== this.total)) {
      const expected = "samples that can be walked again and again, in equal batches";
      const actual = `${this.total} samples at first, then other batches after ${first}`;
      throw new ArgumentError("xs", expected, actual);
    }
  }

  /** Disposes all kept states. */
  dispose(): void {
    for (const one of this.kept.splice(0)) {
      one?.passage.dispose();
      one?.labels.forEach((label) => label?.dispose());
    }
  }

  /**
   * Yields every batch, with its kept state if the tensor can still be reached from there. The samples are walked only
   * if some batch has no such state.
   */
  private async *starts(tensor: SymbolicTensor): AsyncGenerator<Start> {
    const usable = this.sizes!.map((_, index) => {
      const kept = this.kept[index];
      return kept?.passage.reaches(tensor) ? kept : undefined;
    });
    let index = 0;
    if (usable.includes(undefined)) {
      for await (const { batch, count, first } of this.walk()) {
        yield { index, kept: usable[index++], batch, count, first };
      }
      return;
    }
    let first = 0;
    for (const count of this.sizes!) {
      await this.rest();
      yield { index, kept: usable[index++], batch: undefined, count, first };
      first += count;
    }
  }

  /** Replaces the kept state of a batch by its new one, or disposes the new one if it is no further or too large. */
  private keep(index: number, passage: Passage, labels: LabelsOf<Tensor>): void {
    const old = this.kept[index];
    const bytes = labels.reduce((sum, label) => sum + 4 * (label?.size ?? 0), passage.bytes);
    const more = bytes - (old?.bytes ?? 0);
    if (passage.distance <= (old?.passage.distance ?? 0) || more > this.room) {
      passage.dispose();
      return;
    }
    let own: LabelsOf<Tensor>;
    try {
      own = old ? old.labels : tidy(() => labels.map((label) => label && clone(label)) as Tensor[]);
    } catch (error) {
      passage.dispose();
      throw error;
    }
    this.kept[index] = { passage, bytes, labels: own };
    this.room -= more;
    old?.passage.dispose(passage);
  }

  private vectors(given: LabelsOf<Tensor>, count: number): Promise<LabelsOf<Labels>> {
    const { outputs } = this.model;
    return Promise.all(outputs.map(({ shape }, i) => given[i] && labelsOf(given[i], count, shape)));
  }
}

/** Returns a function that reads a tensor, or a function of the tensor; reads of the tensor itself are cached. */
function reader(value: Tensor) {
  const plain = new Map<boolean, ReturnType<typeof read>>();
  return (channelsFirst: boolean, through?: Watcher["through"]) => {
    if (through) return read(value, channelsFirst, through);
    const found = plain.get(channelsFirst) ?? read(value, channelsFirst);
    plain.set(channelsFirst, found);
    return found;
  };
}

async function read(value: Tensor, channelsFirst: boolean, through = (x: Tensor) => x) {
  const seen = tidy(() => {
    const made = through(value);
    const axes = made.shape.map((_, axis) => axis);
    return channelsFirst ? transpose(made, [0, ...axes.slice(2), 1]) : made;
  });
  try {
    return { data: await seen.data<"float32">(), shape: seen.shape.slice(1) };
  } finally {
    if (seen !== value) seen.dispose();
  }
}

const shapeOf = ({ size, single }: Labels): LabelShape => ({ size, single });
