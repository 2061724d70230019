import type { Arena } from "../../src/wasm/memory.ts";
import { instrumented } from "./instrumented.ts";
import { binary, type Room } from "./kernels.ts";
import type { Precision } from "./precisions.ts";

/** Address of the countdown: below the arena and below the data of the compiler. */
const COUNTDOWN = 4;

/** if (countdown != 0) { countdown--; if (countdown == 0) return 0; } */
// prettier-ignore
const prologue = [
  0x41, COUNTDOWN, 0x28, 2, 0, 0x04, 0x40, // i32.const, i32.load, if
  0x41, COUNTDOWN, 0x41, COUNTDOWN, 0x28, 2, 0, 0x41, 1, 0x6b, 0x36, 2, 0, // …, i32.sub, i32.store
  0x41, COUNTDOWN, 0x28, 2, 0, 0x45, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b, // i32.eqz, if, i32.const 0, return, end
  0x0b, // end
];

/** An instance of the kernels whose `alloc` begins with a countdown, so that the k-th allocation fails. */
export class Failing<Kernels> {
  readonly kernels: Arena & Kernels;
  /** Number of allocations in the last run, up to the one that failed. */
  allocations = 0;
  readonly #start: number;

  constructor(
    room: Room,
    private readonly precision: Precision,
  ) {
    const bytes = binary(`${room}.f${8 * precision.bytes}`);
    const module = new WebAssembly.Module(instrumented(bytes, prologue));
    this.kernels = new WebAssembly.Instance(module).exports as Arena & Kernels;
    this.#start = this.kernels.mark();
  }

  /** Empties the arena. */
  clear(): void {
    this.kernels.release(this.#start);
  }

  /** Allocates room for numbers, copies them there, and returns the address. */
  put(values: ArrayLike<number>): number {
    const { array, bytes } = this.precision;
    const address = this.kernels.alloc(BigInt(values.length * bytes));
    const numbers = array.from(values);
    this.#view().set(new Uint8Array(numbers.buffer as ArrayBuffer), address);
    return address;
  }

  /** Runs a job whose k-th allocation fails, and counts the allocations. */
  run<T>(k: number, job: () => T): T {
    new DataView(this.kernels.memory.buffer).setUint32(COUNTDOWN, k, true);
    const result = job();
    const left = new DataView(this.kernels.memory.buffer);
    this.allocations = k - left.getUint32(COUNTDOWN, true);
    left.setUint32(COUNTDOWN, 0, true);
    return result;
  }

  /** The memory below the arena, address 0 included, where no kernel may write. */
  bottom(): Uint8Array {
    return this.#view().slice(0, this.#start);
  }

  #view(): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer);
  }
}
