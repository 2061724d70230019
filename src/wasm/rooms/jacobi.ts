import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/jacobi.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/jacobi.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  // prettier-ignore
  gejsv(
    wide: number, m: number, n: number, cols: number, vectors: number, nb: number,
    a: number, u: number, s: number, v: number,
  ): Info;
}

export const frame = /* @__PURE__ */ room<Kernels>(text);
