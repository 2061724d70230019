import type { Arena } from "../../src/wasm/memory.ts";
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
    const module = new WebAssembly.Module(instrumented(bytes));
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

/** The binary with the prologue before the body of its exported function `alloc`; nothing is imported. */
function instrumented(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  let target = -1;
  const out = [...wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length;) {
    const id = wasm[at]!;
    const { value: size, next } = leb(wasm, at + 1);
    const body = wasm.subarray(next, next + size);
    if (id === 7) target = exported(body, "alloc");
    const written = id === 10 ? code(body, target) : [...body];
    out.push(id, ...toLeb(written.length));
    for (const byte of written) out.push(byte);
    at = next + size;
  }
  return Uint8Array.from(out);
}

/** The index of an exported function: entries are a name, a kind and an index. */
function exported(section: Uint8Array, name: string): number {
  let { value: count, next: at } = leb(section, 0);
  for (; count > 0; count--) {
    const { value: length, next } = leb(section, at);
    const found = new TextDecoder().decode(section.subarray(next, next + length));
    const index = leb(section, next + length + 1);
    if (found === name) return index.value;
    at = index.next;
  }
  throw new Error(`the binary does not export ${name}`);
}

/** Finds a function body in the code section; a body is a size, runs of locals, and code. */
function code(section: Uint8Array, target: number): number[] {
  const { value: count, next: start } = leb(section, 0);
  const out = toLeb(count);
  for (let index = 0, at = start; index < count; index++) {
    const { value: size, next } = leb(section, at);
    const body = [...section.subarray(next, next + size)];
    if (index === target) {
      const runs = leb(section, next);
      let locals = runs.next;
      for (let run = 0; run < runs.value; run++) locals = leb(section, locals).next + 1;
      body.splice(locals - next, 0, ...prologue);
    }
    for (const byte of [...toLeb(body.length), ...body]) out.push(byte);
    at = next + size;
  }
  return out;
}

/** Decodes an unsigned number of seven bits a byte (LEB128). */
function leb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++]!;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next: at };
  }
}

function toLeb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...toLeb(Math.floor(value / 128))];
}
