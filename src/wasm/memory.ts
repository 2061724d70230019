/**
 * The only file that touches WebAssembly memory.
 *
 * A job runs in a frame: put its input, allocate its output, call the kernel, take the result. Addresses are valid only
 * inside the frame; `take` copies the result into an array outside WebAssembly memory. Instances are made at first use,
 * synchronously. They are dropped after a large job, because the memory of an instance never shrinks, and after a trap.
 */
import { Info } from "../../assembly/info.ts";
import { float32, float64, outOfMemory } from "../arrays.ts";
import {
  ArgumentError,
  ConvergenceError,
  EngineError,
  MemoryError,
  SingularError,
} from "../errors.ts";
import { instantiate, type Precision, type Text } from "./engine.ts";

export type Dtype = "float32" | "float64";
export type Data = Float32Array | Float64Array;

/** What every binary exports, for each has an arena of its own: assembly/arena.ts. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  mark(): number;
  release(frame: number): void;
  alloc(bytes: bigint): number;
}

/** An instance whose memory has grown beyond this is dropped when its outermost frame ends. */
const KEEP_BYTES = 16 * 2 ** 20;

const LIMIT = " (WebAssembly memory ends at 4 GiB)";

const arrays = { float32: Float32Array, float64: Float64Array };
const precisions: Record<Dtype, Precision> = { float32: "f32", float64: "f64" };

/** One job's view of a kernel instance. */
export class Frame<Kernels extends Arena = Arena> {
  constructor(
    readonly kernels: Kernels,
    readonly dtype: Dtype,
  ) {}

  /** Allocates `count` numbers, 16-byte aligned, with undefined contents; returns their address. */
  alloc(count: number): number {
    const bytes = count * arrays[this.dtype].BYTES_PER_ELEMENT;
    // A BigInt beyond 2^64 would wrap when it is passed to the kernel.
    const address = bytes < 2 ** 32 ? this.kernels.alloc(BigInt(bytes)) >>> 0 : 0;
    if (address === 0) throw outOfMemory(bytes, LIMIT);
    return address;
  }

  /** Copies numbers into the frame, to `address` or into fresh room; returns their address. */
  put(data: ArrayLike<number>, address = this.alloc(data.length)): number {
    new arrays[this.dtype](this.kernels.memory.buffer, address, data.length).set(data);
    return address;
  }

  /** Copies numbers from the frame into an array of their own. */
  copy(address: number, count: number): Data {
    return filled(this.dtype, new arrays[this.dtype](this.kernels.memory.buffer, address, count));
  }

  /** Copies numbers from the frame into the first part of `target`, and returns `target`. */
  take<T extends Data>(address: number, count: number, target: T): T {
    target.set(new arrays[this.dtype](this.kernels.memory.buffer, address, count));
    return target;
  }
}

/** The way into a room: a function that runs a job in a frame of its own on the room's kernels of one precision. */
export function room<Kernels, D extends Dtype = Dtype>(text: Text) {
  const instances: Partial<Record<Dtype, Arena & Kernels>> = {};

  return function frame<T>(dtype: D, job: (frame: Frame<Arena & Kernels>) => T): T {
    const kernels = (instances[dtype] ??= instantiate(text, precisions[dtype]) as Arena & Kernels);
    const drop = () => {
      if (instances[dtype] === kernels) delete instances[dtype];
    };
    const mark = kernels.mark();
    try {
      return job(new Frame(kernels, dtype));
    } catch (error) {
      // A trap leaves a kernel in the middle of something; nothing more is asked of that instance.
      if (!expected.some((kind) => error instanceof kind)) drop();
      throw error instanceof WebAssembly.RuntimeError ? stopped(text.room, error) : error;
    } finally {
      kernels.release(mark);
      if (kernels.memory.buffer.byteLength > KEEP_BYTES) drop();
    }
  };
}

/** The errors that a job may throw while its instance stays usable. */
const expected = [ArgumentError, ConvergenceError, MemoryError, SingularError];

/** The error for a trap, which no input should cause. */
function stopped(room: string, trap: WebAssembly.RuntimeError): EngineError {
  const told = `the engine stopped a kernel of the room "${room}" (${trap.message}), which is a fault of the package`;
  return new EngineError(told, { cause: trap });
}

/** Makes a zeroed array outside WebAssembly memory, or throws a MemoryError. */
export function allocate(dtype: Dtype, count: number): Data {
  return filled(dtype, count);
}

/** `count` zeros, or a copy of numbers. */
function filled(dtype: Dtype, source: number | Data): Data {
  return dtype === "float32" ? float32(source) : float64(source);
}

/**
 * Turns a kernel's return code into the error it stands for; `argument` names the kernel's input, `which` the pivot
 * that failed.
 */
export function check(info: Info, argument: string, which = 0): void {
  switch (info) {
    case Info.OK:
      return;
    case Info.MEMORY:
      throw new MemoryError(
        `${argument}: the work space does not fit into WebAssembly memory (4 GiB)`,
      );
    case Info.NONFINITE:
      throw new ArgumentError(argument, "finite entries", "a NaN or an infinity");
    case Info.OVERFLOW:
      throw new ArgumentError(argument, "entries whose result can be represented", "an overflow");
    case Info.CONVERGENCE:
      throw new ConvergenceError(`${argument}: the iteration did not converge`);
    case Info.SINGULAR:
      throw new SingularError(argument, which);
    case Info.INDEFINITE: {
      const actual = `one whose leading minor of order ${which} is not positive`;
      throw new ArgumentError(argument, "a positive definite matrix", actual);
    }
    default:
      throw new Error(`${argument}: unknown kernel code ${info satisfies never}`);
  }
}
