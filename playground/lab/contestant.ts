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
  readonly losses: number[] = [];
  readonly accuracies: number[] = [];
  /** Milliseconds from the first layer to weights that are ready. */
  ms = 0;
  private first: Tensor[] = [];
  private batches!: Generator<Int32Array>;

  private constructor(
    readonly name: string,
    readonly settings: Settings,
    readonly lesson: Lesson,
    public model: Model,
  ) {}

  static async create(name: string, settings: Settings, lesson: Lesson): Promise<Contestant> {
    const scheme = schemes[name]!;
    const { shape, classes } = lesson.samples;
    const start = performance.now();
    const model = build(settings, calls(settings, shape, classes), scheme);
    const made = new Contestant(name, settings, lesson, model);
    try {
      await afterwards(scheme, settings, model, lesson);
      // Waits until the numbers are there, not only promised.
      model.getWeights()[0]!.dataSync();
      made.ms = performance.now() - start;
      made.first = model.getWeights().map((weight) => weight.clone());
      made.compile();
      return made;
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  private compile(): void {
    this.model.compile({
      optimizer: optimizer(this.settings),
      loss: "categoricalCrossentropy",
      metrics: ["accuracy"],
    });
    this.batches = this.lesson.batches(this.settings.batch, this.settings.seed);
  }

  /** Back to the first weights, a new optimizer and the first batch. */
  rewind(): void {
    this.model.optimizer.dispose();
    this.model.setWeights(this.first);
    this.compile();
    this.losses.length = this.accuracies.length = 0;
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

  dispose(): void {
    this.model.optimizer.dispose();
    this.model.dispose();
    tf.dispose(this.first);
  }
}

/** What a scheme does when the model is built. */
async function afterwards(
  { then }: Scheme,
  { seed }: Settings,
  model: Model,
  { xs, ys }: Lesson,
): Promise<void> {
  if (!then) return;
  const options = { ...then.options, ...(then.seed && { seed }) };
  const call = (ours as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[
    then.call
  ]!;
  if (!then.data) return void (await call(model, options));
  const labels = then.options?.method ? {} : { ys };
  await call(model, xs, { ...labels, ...options });
}
