import type { Info } from "../../../assembly/info.ts";
import text from "../binaries/products.ts";
import { room, type Arena, type Frame } from "../memory.ts";

/** The exports of assembly/rooms/products.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
export interface Kernels {
  // prettier-ignore
  gemm(
    transA: number, transB: number, m: number, n: number, k: number,
    alpha: number, a: number, lda: number, b: number, ldb: number, beta: number, c: number, ldc: number,
  ): Info;
  // prettier-ignore
  gemmPack(
    trans: number, k: number, n: number, first: number, rows: number, x: number, ldx: number, packed: number,
  ): void;
  // prettier-ignore
  gemmTiles(
    m: number, n: number, k: number, first: number, rows: number, a: number, b: number, c: number, work: number,
  ): void;
}

export const frame = /* @__PURE__ */ room<Kernels>(text);

export type ProductFrame = Frame<Arena & Kernels>;
