import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/orthogonal.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/orthogonal.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  // prettier-ignore
  haar(trans: number, m: number, n: number, seed0: number, seed1: number, nb: number, q: number): Info;
  // prettier-ignore
  larnv(n: number, seed0: number, seed1: number, first: bigint, x: number, work: number): void;
  philox(x: number, key0: number, key1: number): void;
  // prettier-ignore
  qr(
    m: number, n: number, cols: number, positive: number, nb: number, a: number, q: number, r: number,
  ): Info;
}

export const frame = /* @__PURE__ */ room<Kernels>(text);
