/**
 * `tfjs-initializers/register`: importing this module registers and installs all there is. Where the engine does not run the
 * kernels, it warns and leaves the stock initializer as it is, because an import that throws would stop the whole app.
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
