import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/nonsymmetric.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/nonsymmetric.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  // prettier-ignore
  gees(
    vectors: number, balance: number, n: number, nb: number, nmin: number, nw: number, bulges: number,
    a: number, z: number, w: number,
  ): Info;
  // prettier-ignore
  trexc(
    n: number, t: number, ldt: number, v: number, ldv: number, from: number, to: number, work: number,
  ): number;
  // prettier-ignore
  trsyl(
    transA: number, transB: number, minus: number, m: number, n: number,
    a: number, b: number, c: number, status: number,
  ): Info;
  trevc(n: number, t: number, z: number, v: number): Info;
}

export const frame = /* @__PURE__ */ room<Kernels>(text);
