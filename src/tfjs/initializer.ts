import { serialization, tensor, type DataType, type Tensor } from "@tensorflow/tfjs-core";
import { checkObject, checkOneOf, known } from "../arguments.ts";

/**
 * Base of objects that tf.layers saves by class name and configuration, and rebuilds from them.
 *
 * tf.layers recognizes initializers and regularizers by `instanceof` of classes that it does not export, and
 * takes everything else for a `{ className, config }` to rebuild from. An instance that has both properties is
 * therefore accepted everywhere, also by a second copy of tf.layers on the page. For this reason its whole state
 * must be in its configuration.
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

  /** A new object at every read, because tf.layers adds a key of its own to the object that it gets. */
  get config(): serialization.ConfigDict {
    return this.getConfig();
  }
}

/** Base of this package's initializers, with all methods that tf.layers calls on an initializer. */
export abstract class Initializer<Options extends object> extends Configured<Options> {
  /** Computes the values for a weight of the given shape. */
  protected abstract values(shape: number[]): Float32Array;

  /** Returns a new float32 tensor of the given shape. */
  apply(shape: number[], dtype?: DataType): Tensor {
    if (dtype !== undefined) checkOneOf("dtype", dtype, ["float32"]);
    return tensor(this.values(shape), shape, "float32");
  }

  /** Required by tf.layers' initializer type. */
  fromConfigUsesCustomObjects(): boolean {
    return false;
  }
}

/**
 * Returns the options of a configuration and rejects unknown ones. An option that is `null`, which JSON makes of
 * undefined, counts as absent; the key `customObjects`, which tf.layers adds to every configuration, is dropped.
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
