import * as core from "@tensorflow/tfjs-core";
import { classes as decorrelatedClasses } from "./diversity/decorrelated.ts";
import { classes as layerClasses } from "./diversity/layer.ts";
import { classes as regularizerClasses } from "./diversity/regularizer.ts";
import { classes as identityClasses } from "./initializers/identity.ts";
import { classes as mimeticClasses } from "./initializers/mimetic.ts";
import { classes as randomClasses } from "./initializers/random.ts";
import { classes as reluOrthogonalClasses } from "./initializers/reluOrthogonal.ts";
import { classes as varianceClasses } from "./initializers/variance.ts";
import { install, type TensorFlow } from "./install.ts";
import { classes as lpsClasses } from "./lps/lps.ts";
import { classes as orthogonalClasses } from "./orthogonal.ts";
import type { Registrable } from "./registered.ts";
import { classes as reluClasses } from "./relu1.ts";
import { hint } from "./train/hint.ts";

/** All that a saved model may name. */
const classes = {
  ...decorrelatedClasses,
  ...identityClasses,
  ...layerClasses,
  ...lpsClasses,
  ...mimeticClasses,
  ...orthogonalClasses,
  ...randomClasses,
  ...regularizerClasses,
  ...reluClasses,
  ...reluOrthogonalClasses,
  ...varianceClasses,
};

/**
 * All that this package can do to a TensorFlow.js: calls `install`, registers every class of this package, so that models
 * which name them can be built and loaded, and lets the wasm backend say what it needs to train convolutions. Importing
 * `tfjs-initializers/register` does it to the installed one; a page with another copy (a script tag, a bundled
 * second core) calls this with that. Idempotent; `uninstall` takes all but the classes back.
 *
 * @param tf the namespace in use; default the installed @tensorflow/tfjs-core
 * @throws what `install` throws; nothing has been registered then
 */
export function register(tf: TensorFlow = core): void {
  install(tf);
  for (const cls of Object.values(classes)) tf.serialization.registerClass(cls as Registrable);
  hint();
}
