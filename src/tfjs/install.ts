/**
 * Repairs and speeds up the orthogonal initializer that ships with tf.layers, in place.
 *
 * The stock initializer is the recurrent default of every LSTM, GRU, SimpleRNN and ConvLSTM, and the one that
 * `'orthogonal'`, `tf.initializers.orthogonal({…})` and saved models name. All of these call `apply` of one
 * prototype. Only that method is replaced, so that no user's code and no saved model has to change.
 */
import * as core from "@tensorflow/tfjs-core";
import { checkOneOf } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import { orthogonal, orthogonalFrom } from "../init/orthogonal.ts";
import { classes as decorrelatedClasses } from "./diversity/decorrelated.ts";
import { classes as layerClasses } from "./diversity/layer.ts";
import { classes as regularizerClasses } from "./diversity/regularizer.ts";
import { classes as lpsClasses } from "./lps/lps.ts";
import { classes as orthogonalClasses } from "./orthogonal.ts";
import { Relu1 } from "./relu1.ts";
import { hint, unhint } from "./train/hint.ts";

/** All classes of this package that a saved model may name. */
const classes = [
  ...decorrelatedClasses,
  ...layerClasses,
  ...lpsClasses,
  ...orthogonalClasses,
  ...regularizerClasses,
  Relu1,
];

/** The used members of a TensorFlow.js namespace: core (with layers loaded beside it) or the union package. */
export type TensorFlow = Pick<typeof core, "randomNormal" | "serialization" | "tensor">;

/** The used members of the stock initializer. */
interface StockOrthogonal {
  gain: number;
  seed?: number | null;
  apply(shape: number[], dtype?: core.DataType): core.Tensor;
}

/** Key under which the stock method is kept for `uninstall`; a global symbol, shared by all copies of this package. */
const STOCK = Symbol.for("tfjs-initializers/stock-orthogonal-apply");

/**
 * Makes the stock orthogonal initializer of `tf` run on the kernels of this package.
 *
 * - Without a seed, the weights are Haar distributed, computed by the fast path.
 * - With a seed, the weights are those of stock tfjs for this seed, up to rounding: the QR decomposition of the same
 *   `tf.randomNormal`.
 * - Saved models stay standard: they name the initializer "Orthogonal".
 *
 * `install` also registers the classes of this package with `tf`, for models that name them, and lets errors of the
 * wasm backend say what it needs to train convolutions. A second call changes nothing.
 *
 * @param tf the TensorFlow.js namespace in use; default the installed @tensorflow/tfjs-core. Pass it when the page has
 *   a copy of its own (a script tag, a bundled second core).
 * @throws ArgumentError if `tf` is not TensorFlow.js, or @tensorflow/tfjs-layers has not been loaded
 * @throws EngineError if the engine does not run the kernels; the stock initializer is then left as it is
 */
export function install(tf: TensorFlow = core): void {
  const prototype = stockPrototype(tf);
  for (const cls of classes) tf.serialization.registerClass<core.serialization.Serializable>(cls);
  if (STOCK in prototype) return;
  orthogonal([1, 1], { seed: 0 }); // If the kernels cannot run, this throws before the method is replaced.
  hint();
  Object.defineProperty(prototype, STOCK, { value: prototype.apply, configurable: true });
  prototype.apply = function (shape, dtype) {
    if (dtype !== undefined) checkOneOf("dtype", dtype, ["float32"]);
    const { gain, seed } = this;
    const values =
      seed === undefined || seed === null
        ? orthogonal(shape, { gain })
        : orthogonalFrom((rows, cols) => gaussian(tf, rows, cols, seed), shape, { gain });
    return tf.tensor(values, shape, "float32");
  };
}

/**
 * Undoes `install`: gives the stock orthogonal initializer of `tf` its own method back. Without an earlier `install` it
 * does nothing.
 *
 * @param tf the namespace that was given to `install`; default the installed @tensorflow/tfjs-core
 * @throws ArgumentError if `tf` is not TensorFlow.js, or @tensorflow/tfjs-layers has not been loaded
 */
export function uninstall(tf: TensorFlow = core): void {
  const prototype = stockPrototype(tf) as StockOrthogonal & { [STOCK]?: StockOrthogonal["apply"] };
  const stock = prototype[STOCK];
  if (stock === undefined) return;
  prototype.apply = stock;
  delete prototype[STOCK];
  unhint();
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

function stockPrototype(tf: TensorFlow): StockOrthogonal {
  const map = tf?.serialization?.SerializationMap;
  if (typeof map?.getMap !== "function" || typeof tf.randomNormal !== "function") {
    throw new ArgumentError("tf", "the TensorFlow.js namespace", show(tf));
  }
  const entry = map.getMap().classNameMap["Orthogonal"];
  if (entry === undefined) {
    throw new ArgumentError(
      "tf",
      "@tensorflow/tfjs-layers to be loaded before install",
      "core alone",
    );
  }
  return entry[0].prototype as StockOrthogonal;
}
