import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/polynomials.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/polynomials.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  polyval(n: number, a: number, moduli: number, count: number, x: number): void;
  // prettier-ignore
  roots(
    n: number, real: number, fine: number, a: number, re: number, im: number, radius: number,
  ): Info;
}

export const frame = /* @__PURE__ */ room<Kernels, "float64">(text);
