/**
 * Which binaries the tests run on: KERNELS=release, the embedded ones (this is the default), or
 * KERNELS=debug, the ones with assertions and rogue values. Every suite imports this file.
 */
import { readFileSync } from "node:fs";
import { useBinary } from "../src/wasm/memory.ts";

export const kernels = process.env.KERNELS ?? "release";

if (kernels === "debug") {
  const binary = (name: string) => readFileSync(new URL(`../build/${name}`, import.meta.url));
  useBinary("float32", binary("f32.debug.wasm"));
  useBinary("float64", binary("f64.debug.wasm"));
} else if (kernels !== "release") {
  throw new Error(`KERNELS is release or debug, not ${kernels}`);
}
