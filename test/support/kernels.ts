/**
 * Chooses the binaries that the tests run on: KERNELS=release, the embedded ones (the default), or KERNELS=debug,
 * those with assertions and rogue values. Every suite imports this file.
 */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { useBinary } from "../../src/wasm/engine.ts";
import { frame } from "../../src/wasm/memory.ts";

export const kernels = process.env.KERNELS ?? "release";

if (kernels !== "release" && kernels !== "debug") {
  throw new Error(`KERNELS is release or debug, not ${kernels}`);
}
const debug = (name: string) =>
  kernels === "debug"
    ? readFileSync(new URL(`../../build/${name}.debug.wasm`, import.meta.url))
    : undefined;

const choose = () => (["f32", "f64"] as const).forEach((name) => useBinary(name, debug(name)));
choose();

/** Drops the compiled kernels and their instances; an error within a frame costs the instance. */
export function afresh(): void {
  for (const dtype of ["float32", "float64"] as const) {
    const surprise = () => {
      throw new Error("which costs the instance");
    };
    assert.throws(() => frame(dtype, surprise), "which costs the instance");
  }
  choose();
}
