/**
 * The classes of tf.layers, from the registry that tfjs-core keeps for loading models. They are not imported, because a page
 * may have tf.layers as a global or in a bundle of its own, and then an import would load it twice.
 */
import { serialization } from "@tensorflow/tfjs-core";
import { ArgumentError } from "../../errors.ts";

/**
 * The class that tf.layers has registered under a name.
 *
 * @throws ArgumentError if tf.layers is not loaded
 */
export function registeredClass(name: string): object {
  const entry = serialization.SerializationMap.getMap().classNameMap[name];
  if (entry === undefined) {
    throw new ArgumentError("tf", "@tensorflow/tfjs-layers to be loaded", "core alone");
  }
  return entry[0];
}
