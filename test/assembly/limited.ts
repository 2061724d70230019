import { readFileSync } from "node:fs";
import type { Frame } from "../../src/wasm/memory.ts";
import { kernels as binaries } from "../kernels.ts";
import type { Precision } from "../precisions.ts";

type Kernels = Frame["kernels"];

const PAGE = 65536;
/** Room for the jobs of these tests; no job may need more. */
const PAGES = 16;

/** Kernels whose memory cannot grow beyond a megabyte, so that a job can be left any number of bytes. */
export class Limited {
  readonly kernels: Kernels;
  readonly #start: number;

  constructor(private readonly precision: Precision) {
    const bits = precision.bytes === 4 ? "f32" : "f64";
    const name = binaries === "debug" ? `${bits}.debug.wasm` : `${bits}.wasm`;
    const bytes = readFileSync(new URL(`../../build/${name}`, import.meta.url));
    const module = new WebAssembly.Module(bounded(bytes, PAGES));
    this.kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
    this.#start = this.kernels.mark();
  }

  /** Room for numbers, which it holds. */
  put(values: ArrayLike<number>): number {
    const address = this.kernels.alloc(BigInt(values.length * this.precision.bytes));
    new this.precision.array(this.kernels.memory.buffer as never, address as never, values.length as never).set(values); // prettier-ignore
    return address;
  }

  /** Starts anew with an empty arena. */
  clear(): void {
    this.kernels.release(this.#start);
  }

  /** Takes all memory but this many bytes, a multiple of 16. */
  leave(bytes: number): void {
    this.kernels.alloc(BigInt(PAGES * PAGE - this.kernels.mark() - bytes));
  }

  /** What lies below the arena, where address 0 is: nothing writes there. */
  bottom(): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, 0, this.#start).slice();
  }
}

/** The binary with an upper limit in its memory section (id 5), which has none. */
function bounded(wasm: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  let at = 8;
  while (wasm[at] !== 5) {
    const { value, next } = leb(wasm, at + 1);
    at = next + value;
  }
  const { value, next } = leb(wasm, at + 1);
  const [count, flags, initial] = wasm.subarray(next, next + value);
  if (count !== 1 || flags !== 0 || value !== 3) throw new Error("an unknown memory section");
  const section = [5, 4, 1, 1, initial!, pages];
  return Uint8Array.from([...wasm.subarray(0, at), ...section, ...wasm.subarray(next + value)]);
}

/** An unsigned number of seven bits a byte. */
function leb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return { value, next: at };
  }
}
