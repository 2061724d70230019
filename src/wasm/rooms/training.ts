import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/training.ts";
import { room } from "../memory.ts";

/** The exports of assembly/rooms/training.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  // prettier-ignore
  dwgrad(
    h: number, w: number, channels: number, mult: number, oh: number, ow: number, kh: number, kw: number,
    sh: number, sw: number, top: number, left: number, x: number, dy: number, dw: number,
  ): Info;
  // prettier-ignore
  wgrad(
    h: number, w: number, channels: number, filters: number, oh: number, ow: number, kh: number, kw: number,
    sh: number, sw: number, top: number, left: number, x: number, dy: number, dw: number,
  ): Info;
}

export const frame = /* @__PURE__ */ room<Kernels, "float32">(text);
