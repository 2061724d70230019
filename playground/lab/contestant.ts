/** A network in training that can go back to where it began. */
import * as ours from "tfjs-initializers";
import { build } from "./build.ts";
import { calls } from "./nets.ts";
import { schemes, type Scheme } from "./schemes.ts";
import type { Samples } from "./sets.ts";
import type { Settings } from "./settings.ts";
import { tf } from "./tf.ts";

type Model = ReturnType<typeof build>;
type Tensor = ReturnType<typeof tf.tensor>;

/** Samples as tensors, shared by all contestants. */
export class Lesson {
  readonly xs: Tensor;
  readonly ys: Tensor;
  readonly count: number;

  constructor(readonly samples: Samples) {
    this.count = samples.labels.length;
    this.xs = tf.tensor(samples.inputs, [this.count, ...samples.shape]);
    this.ys = tf.tidy(() =>
      tf.oneHot(tf.tensor1d(samples.labels, "int32"), samples.classes).toFloat(),
    );
  }

  /** The indices of the samples of a step; every epoch has an order of its own, drawn from the seed. */
  *batches(size: number, seed: number): Generator<Int32Array> {
    for (let epoch = 0; ; epoch++) {
      const order = tf.tidy(() => {
        const keys = tf.randomUniform([this.count], 0, 1, "float32", seed + epoch).dataSync();
        return Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
      });
      for (let at = 0; at + size <= this.count; at += size) yield order.subarray(at, at + size);
      if (size > this.count) yield order;
    }
  }

  dispose(): void {
    tf.dispose([this.xs, this.ys]);
  }
}

export function optimizer({ optimizer, rate }: Settings) {
  if (optimizer === "adam") return tf.train.adam(rate);
  return optimizer === "sgd" ? tf.train.sgd(rate) : tf.train.momentum(rate, 0.9);
}

export class Contestant {
  /** On all samples before the first step, then of the batch of every step. */
  readonly losses: number[] = [];
  readonly accuracies: number[] = [];
  /** Milliseconds from the first layer to weights that are ready. */
  ms = 0;
  /** What the scheme says that it did. */
  report?: string;
  private first: Tensor[] = [];
  /** The optimizer if it was made here; one that `grow` made belongs to its model. */
  private own?: ReturnType<typeof optimizer>;
  private batches!: Generator<Int32Array>;

  private constructor(
    readonly scheme: string,
    readonly name: string,
    readonly settings: Settings,
    readonly lesson: Lesson,
    public model: Model,
  ) {}

  /** @param name what it is called, if not as its scheme */
  static async create(
    schemeName: string,
    settings: Settings,
    lesson: Lesson,
    name = schemeName,
  ): Promise<Contestant> {
    const scheme = schemes[schemeName]!;
    const { shape, classes } = lesson.samples;
    const start = performance.now();
    const model = build(settings, calls(settings, shape, classes), scheme);
    const made = new Contestant(schemeName, name, settings, lesson, model);
    try {
      made.report = await afterwards(scheme, settings, model, lesson);
      // Waits until the numbers are there, not only promised.
      model.getWeights()[0]!.dataSync();
      made.ms = performance.now() - start;
      made.first = model.getWeights().map((weight) => weight.clone());
      made.rewind();
      return made;
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** Back to the first weights, a new optimizer and the first batch. */
  rewind(): void {
    const { model, settings, lesson } = this;
    this.own?.dispose();
    this.own = optimizer(settings);
    model.setWeights(this.first);
    const loss = "categoricalCrossentropy";
    model.compile({ optimizer: this.own, loss, metrics: ["accuracy"] });
    this.batches = lesson.batches(settings.batch, settings.seed);
    const [all, right] = this.evaluate();
    this.losses.splice(0, Infinity, all);
    this.accuracies.splice(0, Infinity, right);
  }

  /** Loss and accuracy on all samples. */
  evaluate(): [loss: number, accuracy: number] {
    const { xs, ys } = this.lesson;
    const both = this.model.evaluate(xs, ys, { batchSize: 256 }) as Tensor[];
    const [loss, accuracy] = both.map((one) => one.dataSync()[0]!);
    tf.dispose(both);
    return [loss!, accuracy!];
  }

  /** One batch. */
  async step(): Promise<void> {
    const indices = this.batches.next().value as Int32Array;
    const [xs, ys] = tf.tidy(() => [
      tf.gather(this.lesson.xs, indices),
      tf.gather(this.lesson.ys, indices),
    ]);
    const [loss, accuracy] = (await this.model.trainOnBatch(xs!, ys!)) as number[];
    tf.dispose([xs!, ys!]);
    this.losses.push(loss!);
    this.accuracies.push(accuracy!);
  }

  /** Goes on with another model, which has the state of the optimizer in it. */
  adopt(model: Model): void {
    this.own?.dispose();
    this.own = undefined;
    this.model.dispose();
    this.model = model;
  }

  dispose(): void {
    this.own?.dispose();
    this.model.dispose();
    tf.dispose(this.first);
  }
}

/** What a scheme does when the model is built; its report. */
async function afterwards(
  { then }: Scheme,
  { seed }: Settings,
  model: Model,
  { xs, ys }: Lesson,
): Promise<string | undefined> {
  if (!then) return;
  const options = { ...then.options, ...(then.seed && { seed }) };
  const entries = ours as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const labels = then.options?.method ? {} : { ys };
  const data = then.data ? [xs, { ...labels, ...options }] : [options];
  return String(await entries[then.call]!(model, ...data));
}
