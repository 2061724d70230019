import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/spreading.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/spreading.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  spread(trans: number, m: number, n: number, step: number, a: number): Info;
}

export const frame = /* @__PURE__ */ room<Kernels>(text);
