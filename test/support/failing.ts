import type { Arena } from "../../src/wasm/memory.ts";
import { instrumented } from "./instrumented.ts";
import { binary, type Room } from "./kernels.ts";
import type { Precision } from "./precisions.ts";

/** if (countdown != 0) { countdown--; if (countdown == 0) return 0; } */
// prettier-ignore
const prologue = (countdown: number) => [
  0x23, countdown, 0x04, 0x40, // global.get, if
  0x23, countdown, 0x41, 1, 0x6b, 0x24, countdown, // …, i32.const, i32.sub, global.set
  0x23, countdown, 0x45, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b, // i32.eqz, if, i32.const 0, return, end
  0x0b, // end
];

/** Behind all that is put lie so many NaN: what a kernel writes past its result shows, and what it reads there may. */
const GUARD = 8;

interface Counting {
  readonly countdown: WebAssembly.Global;
}

/** An instance of the kernels whose `alloc` begins with a countdown, so that the k-th allocation fails. */
export class Failing<Kernels> {
  readonly kernels: Arena & Kernels & Counting;
  /** Number of allocations in the last run, up to the one that failed. */
  allocations = 0;
  readonly #start: number;
  readonly #guards: number[] = [];

  constructor(
    room: Room,
    private readonly precision: Precision,
  ) {
    const bytes = binary(`${room}.f${8 * precision.bytes}`);
    const module = new WebAssembly.Module(
      instrumented(bytes, ([countdown]) => prologue(countdown!), ["countdown"]),
    );
    this.kernels = new WebAssembly.Instance(module).exports as never;
    this.#start = this.kernels.mark();
  }

  /** Empties the arena. */
  clear(): void {
    this.kernels.release(this.#start);
    this.#guards.length = 0;
  }

  /** Allocates room for numbers, copies them there, and returns the address. */
  put(values: ArrayLike<number>): number {
    const { array, bytes } = this.precision;
    const numbers = new array(values.length + GUARD).fill(NaN);
    numbers.set(values);
    const address = this.kernels.alloc(BigInt(numbers.length * bytes));
    this.#view().set(new Uint8Array(numbers.buffer as ArrayBuffer), address);
    this.#guards.push(address + values.length * bytes);
    return address;
  }

  /** Is what lies behind all that was put since `clear` as it was? */
  intact(): boolean {
    const { array } = this.precision;
    const untouched = new Uint8Array(new array(GUARD).fill(NaN).buffer as ArrayBuffer);
    return this.#guards.every((at) => untouched.every((x, i) => this.#view()[at + i] === x));
  }

  /** Runs a job whose k-th allocation fails, and counts the allocations. */
  run<T>(k: number, job: () => T): T {
    const { countdown } = this.kernels;
    countdown.value = k;
    const result = job();
    this.allocations = k - (countdown.value as number);
    countdown.value = 0;
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
