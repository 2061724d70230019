/** The bundle for script tags: one global, `tfjsInitializers`, with everything that the package exports. */
import * as tf from "@tensorflow/tfjs-core";

export * from "./index.ts";
/** The functions of `tfjs-initializers/linalg`: those of `linalg`, on typed arrays. */
export * as matrices from "../linalg/index.ts";

/** Does what `import "tfjs-initializers/train"` does in a module; call this function before the first training. */
export async function train(): Promise<void> {
  if (!tf.findBackendFactory("wasm")) {
    throw new Error(
      "tfjs-initializers: load @tensorflow/tfjs-backend-wasm, which train() completes, before it",
    );
  }
  await import("./train.ts");
}
