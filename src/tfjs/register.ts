/**
 * `tfjs-initializers/register`: importing it is enough, everything that can be installed is. Where the engine
 * does not run the kernels it warns and leaves stock as it is: an import that throws would take the app along.
 */
import "@tensorflow/tfjs-layers";
import { EngineError } from "../errors.ts";
import { install } from "./install.ts";

try {
  install();
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.warn(`tfjs-initializers/register: the stock initializer stays in use. ${error.message}`);
}
