/**
 * Repairs and speeds up the orthogonal initializer that ships with tf.layers, in place.
 *
 * The stock initializer is the recurrent default of every LSTM, GRU, SimpleRNN and ConvLSTM, and the one that
 * `'orthogonal'`, `tf.initializers.orthogonal({…})` and saved models name. All of these call `apply` of one
 * prototype. Only that method is replaced, so that no user's code and no saved model has to change.
 */
import * as core from "@tensorflow/tfjs-core";
import { checkFlag, checkOneOf, known } from "../arguments.ts";
import { float32 } from "../arrays.ts";
import { ArgumentError, show } from "../errors.ts";
import { dense, orthogonalFrom } from "../init/orthogonal.ts";
import { TRUNCATED } from "../init/truncated.ts";
import { unhint } from "./train/hint.ts";

/** The used members of a TensorFlow.js namespace: core (with layers loaded beside it) or the union package. */
export type TensorFlow = Pick<typeof core, "randomNormal" | "serialization" | "tensor">;

/** The used members of stock initializers. */
interface Stock {
  distribution?: string;
  gain: number;
  mean?: number;
  seed?: number | null;
  apply(shape: number[], dtype?: core.DataType): core.Tensor;
}

type Apply = Stock["apply"];
type Patched = Stock & { [STOCK]?: Apply };

/** Key under which a stock method is kept for `uninstall`; a global symbol, shared by all copies of this package. */
const STOCK = Symbol.for("tfjs-initializers/stock-apply");

/** The classes that have a truncated normal distribution; glorotNormal, heNormal and leCunNormal are the first. */
const truncated = ["VarianceScaling", "TruncatedNormal"];

export interface InstallOptions {
  /** Whether truncated normals get the variance that their names promise; default false, because it changes models. */
  variance?: boolean;
}

/**
 * Makes the stock orthogonal initializer of `tf` run on the kernels of this package.
 *
 * - Without a seed, the weights are Haar distributed, computed by the fast path.
 * - With a seed, the weights are those of stock tfjs for this seed, up to rounding: the QR decomposition of the same
 *   `tf.randomNormal`.
 * - Saved models stay standard: they name the initializer "Orthogonal".
 *
 * Stock glorotNormal, heNormal, leCunNormal, varianceScaling and truncatedNormal forget that cutting a normal
 * distribution at two standard deviations takes variance away: their weights have 0.774 of it. With
 * `{ variance: true }` they are what stock draws, divided by 0.8796, with a seed, too; this changes models that are
 * made afterwards. Keras does so for all of these but truncatedNormal. The initializers of this package have the right
 * variance in any case.
 *
 * A second call changes nothing, but may add `variance`.
 *
 * @param tf the TensorFlow.js namespace in use; default the installed @tensorflow/tfjs-core. Pass it when the page has
 *   a copy of its own (a script tag, a bundled second core).
 * @param options.variance whether to give truncated normals the right variance; default false
 * @throws ArgumentError if `tf` is not TensorFlow.js, or @tensorflow/tfjs-layers has not been loaded; for bad options
 * @throws EngineError if the engine does not run the kernels; the stock initializer is then left as it is
 */
export function install(tf: TensorFlow = core, options: InstallOptions = {}): void {
  const { variance = false } = known(options, ["variance"]);
  checkFlag("variance", variance);
  const prototype = stockPrototype(tf, "Orthogonal");
  // If the kernels cannot run, this throws before the method is replaced.
  if (!(STOCK in prototype)) dense([1, 1], { seed: 0 });
  replace(
    prototype,
    () =>
      function (shape, dtype) {
        if (dtype !== undefined) checkOneOf("dtype", dtype, ["float32"]);
        const { gain, seed } = this;
        const values =
          seed === undefined || seed === null
            ? dense(shape, { gain })
            : orthogonalFrom((rows, cols) => gaussian(tf, rows, cols, seed), shape, { gain });
        return tf.tensor(values, shape, "float32");
      },
  );
  if (variance) for (const name of truncated) replace(stockPrototype(tf, name), widened(tf));
}

/** A method `apply`, given the stock one. */
type Make = (stock: Apply) => (this: Stock, ...values: Parameters<Apply>) => core.Tensor;

/** Puts another method in the place of `apply`, once; `uninstall` puts the stock method back. */
function replace(prototype: Patched, make: Make): void {
  if (STOCK in prototype) return;
  const { apply } = prototype;
  Object.defineProperty(prototype, STOCK, { value: apply, configurable: true });
  prototype.apply = make(apply);
}

/** The stock method, but what is truncated is stretched to the variance that was asked for. */
const widened =
  (tf: TensorFlow): Make =>
  (stock) =>
    function (...values) {
      const draws = stock.apply(this, values);
      const { distribution = "normal", mean = 0 } = this;
      if (distribution !== "normal" || draws.dtype !== "float32") return draws;
      try {
        const stretched = float32(draws.dataSync(), (x) => mean + (x - mean) / TRUNCATED);
        return tf.tensor(stretched, draws.shape, "float32");
      } finally {
        draws.dispose();
      }
    };

/**
 * Undoes `install`: gives the stock initializers of `tf` their own methods back. Without an earlier `install` it
 * does nothing. It also removes the hints of `tfjs-initializers/register`.
 *
 * @param tf the namespace that was given to `install`; default the installed @tensorflow/tfjs-core
 * @throws ArgumentError if `tf` is not TensorFlow.js, or @tensorflow/tfjs-layers has not been loaded
 */
export function uninstall(tf: TensorFlow = core): void {
  const prototypes = ["Orthogonal", ...truncated].map((name) => stockPrototype(tf, name));
  unhint();
  for (const prototype of prototypes) {
    const stock = prototype[STOCK];
    if (stock === undefined) continue;
    prototype.apply = stock;
    delete prototype[STOCK];
  }
}

/** The random numbers that stock tfjs draws for a seed. Without tf.tidy, which would walk all numbers returned. */
function gaussian(tf: TensorFlow, rows: number, cols: number, seed: number): Float32Array {
  const draws = tf.randomNormal([rows, cols], 0, 1, "float32", seed);
  try {
    return draws.dataSync<"float32">();
  } finally {
    draws.dispose();
  }
}

function stockPrototype(tf: TensorFlow, name: string): Patched {
  const map = tf?.serialization?.SerializationMap;
  if (typeof map?.getMap !== "function" || typeof tf.randomNormal !== "function") {
    throw new ArgumentError("tf", "the TensorFlow.js namespace", show(tf));
  }
  const entry = map.getMap().classNameMap[name];
  if (entry === undefined) {
    throw new ArgumentError(
      "tf",
      "@tensorflow/tfjs-layers to be loaded before install",
      "core alone",
    );
  }
  return entry[0].prototype as Patched;
}
