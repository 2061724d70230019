/**
 * `tfjs-initializers/register`: importing it is enough, everything that can be registered or installed is. Where the
 * engine does not run the kernels it warns and leaves stock as it is: an import that throws would take the app along.
 */
import "@tensorflow/tfjs-layers";
import { EngineError } from "../errors.ts";
import { register } from "./registerAll.ts";

export { register };

try {
  register();
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.warn(`tfjs-initializers/register: the stock initializer stays in use. ${error.message}`);
}
