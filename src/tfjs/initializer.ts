import { serialization, tensor, type DataType, type Tensor } from "@tensorflow/tfjs-core";
import { ArgumentError, show } from "../errors.ts";

/**
 * What tf.layers saves by class name and configuration, and builds again from them.
 *
 * tf.layers recognizes initializers and regularizers by `instanceof` of classes that it does not export, and
 * takes everything else for a `{ className, config }` to rebuild from. An instance that has both properties is
 * therefore accepted everywhere, also by a second copy of tf.layers on the page; so its whole
 * state is in its config.
 */
export abstract class Configured<Options extends object> extends serialization.Serializable {
  constructor(protected readonly options: Options) {
    super();
  }

  getConfig(): serialization.ConfigDict {
    return { ...this.options } as serialization.ConfigDict;
  }

  get className(): string {
    return this.getClassName();
  }

  /** A fresh object: tf.layers adds a key of its own to what it reads here. */
  get config(): serialization.ConfigDict {
    return this.getConfig();
  }
}

/** What the initializers of this package have in common: everything that tf.layers asks of one. */
export abstract class Initializer<Options extends object> extends Configured<Options> {
  /** The values for a weight of this shape. */
  protected abstract values(shape: number[]): Float32Array;

  /** A float32 tensor of the given shape, new at every call. */
  apply(shape: number[], dtype?: DataType): Tensor {
    if (dtype !== undefined && dtype !== "float32") {
      throw new ArgumentError("dtype", '"float32"', show(dtype));
    }
    return tensor(this.values(shape), shape, "float32");
  }

  /** Part of tf.layers' initializer type. */
  fromConfigUsesCustomObjects(): boolean {
    return false;
  }
}

/**
 * Checked options: only known keys, `null` (what JSON makes of undefined) as absent, and without the
 * `customObjects` that tf.layers adds to whatever it builds from. A misspelt or newer option is an error,
 * not a silent default.
 */
export function known<Options extends object>(
  options: Options,
  keys: readonly (keyof Options & string)[],
  name = "config",
): Options {
  if (typeof options !== "object" || options === null) {
    throw new ArgumentError(name, "an object", show(options));
  }
  const entries = Object.entries(options).filter(
    ([key, value]) => key !== "customObjects" && value !== null && value !== undefined,
  );
  for (const [key] of entries) {
    if (!(keys as readonly string[]).includes(key)) {
      throw new ArgumentError(`${name}.${key}`, `only the options ${keys.join(", ")}`, show(key));
    }
  }
  return Object.fromEntries(entries) as Options;
}
