/**
 * `tfjs-initializers/register`: importing this module calls `install`. Where the engine does not run the kernels, the
 * module warns and leaves the stock initializer as it is, because an import that throws would stop the whole app.
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
