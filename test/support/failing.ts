import type { Arena } from "../../src/wasm/memory.ts";
import { instrumented, topOf } from "./instrumented.ts";
import { binary, type Room } from "./kernels.ts";
import type { Precision } from "./precisions.ts";

/** Bytes between two blocks whose places are noted: more than a panel row. */
const GAP = 48;
/** Blocks that may be noted, eight bytes each. */
const NOTES = 4000;

/**
 * if (countdown != 0) { countdown--; if (countdown == 0) return 0; }
 * if (notes != 0) { top += GAP; *notes++ = top; *notes++ = bytes; }
 */
// prettier-ignore
const prologue = (top: number, [countdown, notes]: readonly number[]) => [
  0x23, countdown!, 0x04, 0x40, // global.get, if
  0x23, countdown!, 0x41, 1, 0x6b, 0x24, countdown!, // …, i32.const, i32.sub, global.set
  0x23, countdown!, 0x45, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b, // i32.eqz, if, i32.const 0, return, end
  0x0b, // end
  0x23, notes!, 0x04, 0x40,
  0x23, top, 0x41, GAP, 0x6a, 0x24, top,
  0x23, notes!, 0x23, top, 0x36, 2, 0, // i32.store
  0x23, notes!, 0x20, 0, 0xa7, 0x36, 2, 4, // …, local.get, i32.wrap_i64, i32.store
  0x23, notes!, 0x41, 8, 0x6a, 0x24, notes!,
  0x0b,
];

/**
 * Bytes that fresh memory is full of, between blocks and in them: NaN in both precisions, so that what is read there shows,
 * zeros, and numbers. Results are the same, to the bit.
 */
const [EMPTY, ...FILLERS] = [0xff, 0, 0x41] as const;

/**
 * Before and behind all that is put lie so many NaN, a row of it: what a kernel writes there shows, and what it reads may.
 * They are signalling ones, of which arithmetic makes others. Where fresh memory holds something else, so do they, after a zero.
 */
const GUARD = 40;
const SIGNALLING: Record<number, number[]> = {
  4: [0, 0, 0xa0, 0x7f],
  8: [0, 0, 0, 0, 0, 0, 0xf4, 0x7f],
};

interface Counting {
  readonly countdown: WebAssembly.Global;
  readonly notes: WebAssembly.Global;
  readonly filler: WebAssembly.Global;
}

/** An instance of the kernels whose `alloc` begins with a countdown, so that the k-th allocation fails, and may take notes. */
export class Failing<Kernels> {
  readonly kernels: Arena & Kernels & Counting;
  /** Number of allocations in the last run, up to the one that failed. */
  allocations = 0;
  readonly #start: number;
  #guard: Uint8Array;
  readonly #guards: number[] = [];
  /** Where what was put begins, and how many numbers it has. */
  readonly #puts: [address: number, length: number][] = [];

  constructor(
    room: Room,
    private readonly precision: Precision,
  ) {
    const bytes = binary(`${room}.f${8 * precision.bytes}`);
    const module = new WebAssembly.Module(
      instrumented(
        bytes,
        (variables) => prologue(topOf(bytes), variables),
        ["countdown", "notes", "filler"],
        "filler",
      ),
    );
    this.kernels = new WebAssembly.Instance(module).exports as never;
    this.kernels.filler.value = EMPTY;
    this.#guard = this.#guardOf(EMPTY);
    this.#start = this.kernels.mark();
  }

  /** Empties the arena. */
  clear(): void {
    this.kernels.release(this.#start);
    this.#guards.length = 0;
    this.#puts.length = 0;
  }

  /** Allocates room for numbers, copies them there, and returns the address. */
  put(values: ArrayLike<number>): number {
    const { array, bytes } = this.precision;
    const before = this.kernels.alloc(BigInt((values.length + 2 * GUARD) * bytes));
    const address = before + this.#guard.length;
    const numbers = array.from(values as ArrayLike<number>).buffer as ArrayBuffer;
    const view = this.#view();
    view.set(this.#guard, before);
    view.set(new Uint8Array(numbers), address);
    view.set(this.#guard, address + numbers.byteLength);
    this.#guards.push(before, address + numbers.byteLength);
    this.#puts.push([address, values.length]);
    return address;
  }

  /** Is what lies before and behind all that was put since `clear` as it was? */
  intact(): boolean {
    const view = this.#view();
    return this.#guards.every((at) => this.#guard.every((x, i) => view[at + i] === x));
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

  /**
   * How much goes astray in a job: whether it writes what it has not allocated, and how many numbers of what was put it
   * makes NaN. Its blocks lie apart, with NaN between them, so that all is found that is written or read past the end of
   * one, too, and a work space that is too small. And how many of its results are others where fresh memory holds
   * something else, and where memory ends with its last block: what is read past it then traps.
   */
  astray(prepare: () => () => unknown): number {
    // The first run grows the memory to what is needed.
    this.#among(EMPTY, prepare);
    const { end, results, count } = this.#among(EMPTY, prepare);
    const Numbers = this.precision.bytes === 4 ? Float32Array : Float64Array;
    let sum = count;
    for (const { buffer } of results)
      for (const x of new Numbers(buffer)) sum += Number(Number.isNaN(x));
    const room = this.#view().length - end;
    for (const filler of FILLERS) {
      const other = this.#among(filler, prepare, room);
      sum += other.count;
      sum += results.filter((result, i) => Buffer.compare(result, other.results[i]!) !== 0).length;
    }
    return sum;
  }

  /**
   * Runs a job `room` bytes further up than it could be. Returns where its last block ended, whether bytes are written
   * that are nobody's, and what it made of what was put.
   */
  #among(filler: number, prepare: () => () => unknown, room = 0) {
    const { kernels } = this;
    this.clear();
    this.#guard = this.#guardOf(filler);
    const notes = kernels.alloc(BigInt(8 * NOTES));
    kernels.alloc(BigInt(room));
    const run = prepare();
    const top = kernels.mark();
    this.#view().fill(filler, top);
    kernels.filler.value = filler;
    kernels.notes.value = notes;
    run();
    const last = kernels.notes.value as number;
    kernels.notes.value = 0;
    kernels.filler.value = EMPTY;
    kernels.release(top);
    const { bytes } = this.precision;
    const view = this.#view();
    const results = this.#puts.map(([at, length]) => view.slice(at, at + bytes * length));
    const blocks = new Uint32Array(view.buffer, notes, (last - notes) / 4);
    let end = top;
    for (let i = 0; i < blocks.length; i += 2) {
      const next = blocks[i]! + ((blocks[i + 1]! + 15) & -16);
      view.fill(filler, blocks[i], next);
      end = Math.max(end, next);
    }
    // Memory full of one byte is what it is one byte further on.
    const rest = Buffer.from(view.buffer, top);
    const full =
      !rest.length || (rest[0] === filler && rest.subarray(1).equals(rest.subarray(0, -1)));
    const count = Number(!this.intact()) + Number(!full);
    this.#guard = this.#guardOf(EMPTY);
    return { end, count, results };
  }

  #guardOf(filler: number): Uint8Array {
    const { bytes } = this.precision;
    if (filler !== EMPTY) return new Uint8Array(GUARD * bytes).fill(filler, bytes);
    return Uint8Array.from(Array(GUARD).fill(SIGNALLING[bytes]!).flat());
  }

  /** The memory below the arena, address 0 included, where no kernel may write. */
  bottom(): Uint8Array {
    return this.#view().slice(0, this.#start);
  }

  #view(): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer);
  }
}
