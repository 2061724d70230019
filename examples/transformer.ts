/** A small GPT of layers and operations of TensorFlow.js: what comes next in a text? */
import * as tf from "@tensorflow/tfjs";

export interface Sizes {
  /** Different characters. */
  readonly vocabulary: number;
  /** Characters that are looked at. */
  readonly context: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
}

type Inputs = tf.Tensor | tf.Tensor[];
const only = (inputs: Inputs) => (Array.isArray(inputs) ? inputs[0]! : inputs);
/** Draws of their own for each weight, the same in each run. */
const normal = (seed: number) => tf.initializers.randomNormal({ stddev: 0.02, seed });

/** Adds a vector for each position, [context, width]. */
class Positions extends tf.layers.Layer {
  static className = "Positions";
  private table!: tf.LayerVariable;

  override build(shape: tf.Shape): void {
    this.table = this.addWeight("table", shape.slice(1), "float32", normal(1));
    this.built = true;
  }

  override call(inputs: Inputs): tf.Tensor {
    return tf.tidy(() => tf.add(only(inputs), this.table.read()));
  }
}

/** Each position gathers what it asks for from itself and those before, with several heads. */
class CausalAttention extends tf.layers.Layer {
  static className = "CausalAttention";
  private readonly heads: number;
  private readonly seed: number;
  private queries!: tf.LayerVariable;
  private keys!: tf.LayerVariable;
  private values!: tf.LayerVariable;
  private output_!: tf.LayerVariable;

  constructor({ heads, seed }: { heads: number; seed: number }) {
    super({});
    this.heads = heads;
    this.seed = seed;
  }

  override build(shape: tf.Shape): void {
    const width = shape[2]!;
    const head = [width, this.heads, width / this.heads];
    const weight = (name: string, shape: number[], draw: number) =>
      this.addWeight(name, shape, "float32", normal(this.seed + draw));
    this.queries = weight("queries", head, 0);
    this.keys = weight("keys", head, 1);
    this.values = weight("values", head, 2);
    this.output_ = weight("output", [head[1]!, head[2]!, width], 3);
    this.built = true;
  }

  override call(inputs: Inputs): tf.Tensor {
    return tf.tidy(() => {
      const x = only(inputs);
      const [, length, width] = x.shape as [number, number, number];
      const [q, k, v] = [this.queries, this.keys, this.values].map((weight) =>
        tf.einsum("btc,chd->bhtd", x, weight.read()),
      ) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const scores = tf.mul(tf.einsum("bhtd,bhsd->bhts", q, k), Math.sqrt(this.heads / width));
      // Zero for what came before, much less than any score for what comes after.
      const future = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)), -1e9);
      const gathered = tf.einsum("bhts,bhsd->bthd", tf.softmax(tf.add(scores, future)), v);
      return tf.einsum("bthd,hdc->btc", gathered, this.output_.read());
    });
  }
}

/** Numbers of characters [batch, context] → a score for each character that may follow each. */
export function transformer({ vocabulary, context, width, heads, blocks }: Sizes): tf.LayersModel {
  const { layers } = tf;
  const inputs = tf.input({ shape: [context], dtype: "int32" });
  const through = (layer: tf.layers.Layer, x: tf.SymbolicTensor) => layer.apply(x) as tf.SymbolicTensor; // prettier-ignore
  const dense = (units: number, seed: number, activation?: "gelu") =>
    layers.dense({ units, activation, kernelInitializer: normal(seed) } as never);
  const residual = (x: tf.SymbolicTensor, ...branch: tf.layers.Layer[]) =>
    layers.add().apply([x, [layers.layerNormalization({}), ...branch].reduce((x, layer) => through(layer, x), x)]) as tf.SymbolicTensor; // prettier-ignore
  const embedding = layers.embedding({ inputDim: vocabulary, outputDim: width, embeddingsInitializer: normal(2) }); // prettier-ignore
  let x = through(new Positions({}), through(embedding, inputs));
  for (let block = 0; block < blocks; block++) {
    const seed = 10 * (block + 1);
    x = residual(x, new CausalAttention({ heads, seed }));
    x = residual(x, dense(4 * width, seed + 4, "gelu"), dense(width, seed + 5));
  }
  const outputs = through(dense(vocabulary, 3), through(layers.layerNormalization({}), x));
  return tf.model({ inputs, outputs });
}

/** The mean surprise, −log p, at the characters that follow, which are 1 among zeros. */
export const surprise = (following: tf.Tensor, scores: tf.Tensor): tf.Tensor =>
  tf.losses.softmaxCrossEntropy(following, scores);
