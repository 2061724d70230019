/**
 * The only file that touches WebAssembly memory.
 *
 * A job runs in a frame: put its input, allocate its output, call the kernel, take the result. Addresses are valid only
 * inside the frame; `take` copies the result into an array outside WebAssembly memory. Instances are made at first use,
 * synchronously. They are dropped after a large job, because the memory of an instance never shrinks, and after a trap.
 */
import { Info } from "../../assembly/info.ts";
import { float32, float64, outOfMemory } from "../arrays.ts";
import { ArgumentError, ConvergenceError, MemoryError, SingularError } from "../errors.ts";
import { instantiate, type Name } from "./engine.ts";

export type Dtype = "float32" | "float64";
export type Data = Float32Array | Float64Array;

/** The exports of assembly/index.ts. `number` is an address, a count or a scalar; flags are 0 or 1. */
interface Kernels {
  readonly memory: WebAssembly.Memory;
  mark(): number;
  release(frame: number): void;
  alloc(bytes: bigint): number;
  cholesky(n: number, a: number, status: number): Info;
  // prettier-ignore
  dwgrad(
    h: number, w: number, channels: number, mult: number, oh: number, ow: number, kh: number, kw: number,
    sh: number, sw: number, top: number, left: number, x: number, dy: number, dw: number,
  ): Info;
  // prettier-ignore
  gemm(
    transA: number, transB: number, m: number, n: number, k: number,
    alpha: number, a: number, lda: number, b: number, ldb: number, beta: number, c: number, ldc: number,
  ): Info;
  // prettier-ignore
  gees(
    vectors: number, balance: number, n: number, nb: number, nmin: number, nw: number, bulges: number,
    a: number, z: number, w: number,
  ): Info;
  // prettier-ignore
  gejsv(
    wide: number, m: number, n: number, cols: number, vectors: number, nb: number,
    a: number, u: number, s: number, v: number,
  ): Info;
  // prettier-ignore
  gesvjb(
    wide: number, count: number, m: number, n: number, vectors: number,
    a: number, u: number, s: number, v: number,
  ): Info;
  gesv(posdef: number, n: number, cols: number, a: number, b: number, status: number): Info;
  // prettier-ignore
  gesvb(
    posdef: number, count: number, n: number, cols: number, a: number, b: number, d: number, done: number,
  ): Info;
  getri(n: number, a: number, status: number): Info;
  // prettier-ignore
  haar(trans: number, m: number, n: number, seed0: number, seed1: number, nb: number, q: number): Info;
  // prettier-ignore
  lu(
    m: number, n: number, a: number, l: number, u: number, d: number, rows: number, status: number,
  ): Info;
  // prettier-ignore
  qr(
    m: number, n: number, cols: number, positive: number, nb: number, a: number, q: number, r: number,
  ): Info;
  // prettier-ignore
  trexc(
    n: number, t: number, ldt: number, v: number, ldv: number, from: number, to: number, work: number,
  ): number;
  // prettier-ignore
  larnv(n: number, seed0: number, seed1: number, first: bigint, x: number, work: number): void;
  spread(trans: number, m: number, n: number, step: number, a: number): Info;
  syevd(n: number, vectors: number, nb: number, a: number, w: number, z: number): Info;
  // prettier-ignore
  trsyl(
    transA: number, transB: number, minus: number, m: number, n: number,
    a: number, b: number, c: number, status: number,
  ): Info;
  trevc(n: number, t: number, z: number, v: number): Info;
  // prettier-ignore
  trtrs(
    lower: number, trans: number, unit: number, n: number, cols: number,
    a: number, b: number, status: number,
  ): Info;
  philox(x: number, key0: number, key1: number): void;
  // prettier-ignore
  wgrad(
    h: number, w: number, channels: number, filters: number, oh: number, ow: number, kh: number, kw: number,
    sh: number, sw: number, top: number, left: number, x: number, dy: number, dw: number,
  ): Info;
  /** polyval and roots exist only in the f64 binary. */
  polyval(n: number, a: number, moduli: number, count: number, x: number): void;
  // prettier-ignore
  roots(
    n: number, real: number, fine: number, a: number, re: number, im: number, radius: number,
  ): Info;
}

/** An instance whose memory has grown beyond this is dropped when its outermost frame ends. */
const KEEP_BYTES = 16 * 2 ** 20;

const LIMIT = " (WebAssembly memory ends at 4 GiB)";

const arrays = { float32: Float32Array, float64: Float64Array };
const names: Record<Dtype, Name> = { float32: "f32", float64: "f64" };
const instances: Partial<Record<Dtype, Kernels>> = {};

/** One job's view of a kernel instance. */
export class Frame {
  constructor(
    readonly kernels: Kernels,
    private readonly dtype: Dtype,
  ) {}

  /** Allocates `count` numbers, 16-byte aligned, with undefined contents; returns their address. */
  alloc(count: number): number {
    const bytes = count * arrays[this.dtype].BYTES_PER_ELEMENT;
    // A BigInt beyond 2^64 would wrap when it is passed to the kernel.
    const address = bytes < 2 ** 32 ? this.kernels.alloc(BigInt(bytes)) >>> 0 : 0;
    if (address === 0) throw outOfMemory(bytes, LIMIT);
    return address;
  }

  /** Copies numbers into the frame; returns their address. */
  put(data: ArrayLike<number>): number {
    const address = this.alloc(data.length);
    new arrays[this.dtype](this.kernels.memory.buffer, address, data.length).set(data);
    return address;
  }

  /** Copies numbers from the frame into the first part of `target`, and returns `target`. */
  take<T extends Data>(address: number, count: number, target: T): T {
    target.set(new arrays[this.dtype](this.kernels.memory.buffer, address, count));
    return target;
  }
}

/** Runs a job in a frame of its own on the kernels of one precision. */
export function frame<T>(dtype: Dtype, job: (frame: Frame) => T): T {
  const kernels = (instances[dtype] ??= instantiate(names[dtype]) as unknown as Kernels);
  const mark = kernels.mark();
  try {
    return job(new Frame(kernels, dtype));
  } catch (error) {
    // A trap interrupts a kernel and leaves its instance in an unknown state, so the instance is never used again.
    if (!expected.some((kind) => error instanceof kind)) drop(dtype, kernels);
    throw error;
  } finally {
    kernels.release(mark);
    if (kernels.memory.buffer.byteLength > KEEP_BYTES) drop(dtype, kernels);
  }
}

/** The errors that a job may throw while its instance stays usable. */
const expected = [ArgumentError, ConvergenceError, MemoryError, SingularError];

function drop(dtype: Dtype, kernels: Kernels): void {
  if (instances[dtype] === kernels) delete instances[dtype];
}

/** Makes a zeroed array outside WebAssembly memory, or throws a MemoryError. */
export function allocate(dtype: Dtype, count: number): Data {
  return dtype === "float32" ? float32(count) : float64(count);
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
