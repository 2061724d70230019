import text from "../binaries/random.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/random.ts. `number` is an address, a count or a scalar. */
export interface Kernels {
  // prettier-ignore
  draw(
    kind: number, n: number, seed0: number, seed1: number, first: bigint,
    shift: number, scale: number, low: number, high: number, x: number, work: number,
  ): void;
}

export const frame = /* @__PURE__ */ room<Kernels, "float32">(text);
