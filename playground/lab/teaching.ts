/** A head that a person teaches: random convolutions below, and a last layer that is solved as each example comes. */
import { install, ridgeHead, uninstall } from "tfjs-initializers";
import { start, tf } from "./tf.ts";

/** Pixels along a side of an example, grey. */
export const SIDE = 28;

export interface Guess {
  readonly label: string;
  readonly probability: number;
}

export interface Taught {
  readonly classes: readonly { readonly label: string; readonly count: number }[];
  /** Milliseconds that the last example took, from pixels to solved weights. */
  readonly ms: number;
}

/** Random features. The initializer is stock's, made to work, so that the model loads where this package is not. */
function features() {
  install();
  try {
    return convolutions();
  } finally {
    uninstall();
  }
}

function convolutions() {
  const conv = (filters: number, seed: number, first?: object) =>
    tf.layers.conv2d({
      ...first,
      filters,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
      kernelInitializer: tf.initializers.orthogonal({ gain: Math.SQRT2, seed }),
    });
  const pool = () => tf.layers.maxPooling2d({ poolSize: 2 });
  return tf.sequential({
    layers: [
      conv(16, 1, { inputShape: [SIDE, SIDE, 1] }),
      pool(),
      conv(32, 2),
      pool(),
      tf.layers.flatten(),
    ],
  });
}

export class Teaching {
  private readonly base = features();
  private readonly head = ridgeHead({ base: this.base });
  private ms = 0;

  static async create(): Promise<Teaching> {
    await start();
    return new Teaching();
  }

  async teach(pixels: Float32Array, label: string): Promise<Taught> {
    const begin = performance.now();
    await this.with(pixels, (image) => this.head.add(image, label));
    if (this.head.classes.length > 1) await this.guess(pixels);
    this.ms = performance.now() - begin;
    return this.taught;
  }

  async forget(label: string): Promise<Taught> {
    await this.head.removeClass(label);
    return this.taught;
  }

  /** Nothing, while there are not two classes to tell apart. */
  async guess(pixels: Float32Array): Promise<Guess[]> {
    const { classes } = this.head;
    if (classes.length < 2) return [];
    const [found] = await this.with(pixels, (image) => this.head.predict(image));
    const { probabilities } = found as { probabilities: readonly number[] };
    return classes.map((label, i) => ({ label: String(label), probability: probabilities[i]! }));
  }

  /** The files of a model that TensorFlow.js loads: model.json and weights.bin. */
  async model(): Promise<{ json: string; weights: ArrayBuffer }> {
    const model = this.head.toModel();
    let files!: { json: string; weights: ArrayBuffer };
    const handler = tf.io.withSaveHandler(async (artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      const weightsManifest = [{ paths: ["./weights.bin"], weights: weightSpecs }];
      files = {
        json: JSON.stringify({ ...rest, weightsManifest }),
        weights: tf.io.CompositeArrayBuffer.join(weightData),
      };
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    });
    await model.save(handler);
    return files;
  }

  get taught(): Taught {
    const { classes, counts } = this.head;
    return {
      classes: classes.map((label, i) => ({ label: String(label), count: counts[i]! })),
      ms: this.ms,
    };
  }

  private async with<T>(pixels: Float32Array, job: (image: never) => Promise<T>): Promise<T> {
    const image = tf.tensor(pixels, [1, SIDE, SIDE, 1]);
    try {
      return await job(image as never);
    } finally {
      image.dispose();
    }
  }
}
