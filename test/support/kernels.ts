/**
 * Chooses the binaries that the tests run on: KERNELS=release, the embedded ones (the default), or KERNELS=debug,
 * those with assertions and rogue values. Every suite imports this file.
 */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { names } from "../../src/wasm/binaries/index.ts";
import { useBinary } from "../../src/wasm/engine.ts";
import type { Dtype } from "../../src/wasm/memory.ts";
import * as nonsymmetric from "../../src/wasm/rooms/nonsymmetric.ts";
import * as orthogonal from "../../src/wasm/rooms/orthogonal.ts";
import * as polynomials from "../../src/wasm/rooms/polynomials.ts";
import * as products from "../../src/wasm/rooms/products.ts";
import * as random from "../../src/wasm/rooms/random.ts";
import * as spreading from "../../src/wasm/rooms/spreading.ts";
import * as symmetric from "../../src/wasm/rooms/symmetric.ts";
import * as systems from "../../src/wasm/rooms/systems.ts";
import * as training from "../../src/wasm/rooms/training.ts";

/** Every room that has binaries, each with its way in. */
export const rooms = {
  nonsymmetric,
  orthogonal,
  polynomials,
  products,
  random,
  spreading,
  symmetric,
  systems,
  training,
};
export type Room = keyof typeof rooms;

export const kernels = process.env.KERNELS ?? "release";

if (kernels !== "release" && kernels !== "debug") {
  throw new Error(`KERNELS is release or debug, not ${kernels}`);
}

/** A binary as it was built, of the kind that is tested. */
export function binary(name: string): Buffer<ArrayBuffer> {
  const file = kernels === "debug" ? `${name}.debug` : name;
  return readFileSync(new URL(`../../build/${file}.wasm`, import.meta.url));
}

function choose(): void {
  for (const name of names) useBinary(name, kernels === "debug" ? binary(name) : undefined);
}
choose();

/** Calls for each binary with the way into it. */
export function forEachRoom<T>(look: (enter: typeof orthogonal.frame, dtype: Dtype) => T): T[] {
  return names.map((name) => {
    const [room, precision] = name.split(".") as [Room, string];
    const enter = rooms[room].frame as typeof orthogonal.frame;
    return look(enter, precision === "f32" ? "float32" : "float64");
  });
}

/** As if nothing had been compiled yet. */
export function afresh(): void {
  forEachRoom((frame, dtype) => {
    const surprise = () => {
      throw new Error("which costs the instance");
    };
    assert.throws(() => frame(dtype, surprise), "which costs the instance");
  });
  choose();
}
