import { serialization, tensor, type DataType, type Tensor } from "@tensorflow/tfjs-core";
import { checkObject, checkOneOf, known } from "../arguments.ts";

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
    if (dtype !== undefined) checkOneOf("dtype", dtype, ["float32"]);
    return tensor(this.values(shape), shape, "float32");
  }

  /** Part of tf.layers' initializer type. */
  fromConfigUsesCustomObjects(): boolean {
    return false;
  }
}

/**
 * The options in a configuration: only known ones, `null` (what JSON makes of undefined) as absent, and without the
 * `customObjects` that tf.layers adds to whatever it builds from.
 */
export function configured<Options extends object>(
  config: Options,
  keys: readonly (keyof Options & string)[],
): Options {
  checkObject("config", config);
  const entries = Object.entries(config).filter(
    ([key, value]) => key !== "customObjects" && value !== null && value !== undefined,
  );
  return known(Object.fromEntries(entries) as Options, keys, "config");
}
