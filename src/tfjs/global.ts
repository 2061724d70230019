/** The types of `tfjs-initializers/script-tag`, which exports nothing but leaves a global. */
import type * as bundle from "./script-tag.ts";

declare global {
  /** What the bundle for script tags offers. */
  const tfjsInitializers: typeof bundle;
}
