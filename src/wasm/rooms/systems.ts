import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/systems.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/systems.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  cholesky(n: number, a: number, status: number): Info;
  gesv(posdef: number, n: number, cols: number, a: number, b: number, status: number): Info;
  // prettier-ignore
  gesvb(
    posdef: number, count: number, n: number, cols: number, a: number, b: number, d: number, done: number,
  ): Info;
  getri(n: number, a: number, status: number): Info;
  // prettier-ignore
  lu(
    m: number, n: number, a: number, l: number, u: number, d: number, rows: number, status: number,
  ): Info;
  // prettier-ignore
  trtrs(
    lower: number, trans: number, unit: number, n: number, cols: number,
    a: number, b: number, status: number,
  ): Info;
}

export const frame = /* @__PURE__ */ room<Kernels>(text);
