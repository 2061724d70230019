/** What benchmarks import as @tensorflow/tfjs, of the parts that this page has. */
import { version_core } from "@tensorflow/tfjs-core";

export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";
export const version = { tfjs: version_core };
