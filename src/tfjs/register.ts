/**
 * `tfjs-initializers/register`: importing it is enough, everything that can be registered or installed is. Where the
 * engine does not run the kernels it warns and leaves stock as it is: an import that throws would take the app along.
 */
import * as core from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers";
import { EngineError } from "../errors.ts";
import { classes as decorrelatedClasses } from "./diversity/decorrelated.ts";
import { classes as layerClasses } from "./diversity/layer.ts";
import { classes as regularizerClasses } from "./diversity/regularizer.ts";
import { install, type TensorFlow } from "./install.ts";
import { classes as lpsClasses } from "./lps/lps.ts";
import { classes as orthogonalClasses } from "./orthogonal.ts";
import type { Registrable } from "./registered.ts";
import { classes as reluClasses } from "./relu1.ts";
import { hint } from "./train/hint.ts";

/** All that a saved model may name. */
const classes = {
  ...decorrelatedClasses,
  ...layerClasses,
  ...lpsClasses,
  ...orthogonalClasses,
  ...regularizerClasses,
  ...reluClasses,
};

/**
 * What the import does to the installed TensorFlow.js, for a copy of its own (a script tag, a bundled second core):
 * registers every class of this package, so that models which name them can be built and loaded; lets the wasm backend say
 * what it needs to train convolutions; and calls `install`. Idempotent; `uninstall` takes all but the classes back.
 *
 * @param tf the namespace in use; default the installed @tensorflow/tfjs-core
 * @throws what `install` throws; nothing has been registered then
 */
export function register(tf: TensorFlow = core): void {
  install(tf);
  for (const cls of Object.values(classes)) tf.serialization.registerClass(cls as Registrable);
  hint();
}

try {
  register();
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.warn(`tfjs-initializers/register: the stock initializer stays in use. ${error.message}`);
}
