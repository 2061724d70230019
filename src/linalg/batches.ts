/**
 * Dense systems by the batch, for tensors: small matrices several at a time, one a SIMD lane (`gesvb`), all others, and those
 * that a lane cannot do, one by one. The result for a matrix does not depend on the others in its batch; for a small one it is
 * that of the function for one matrix to rounding.
 */
import { float64 } from "../arrays.ts";
import { allocate, check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/systems.ts";
import { cholesky } from "./cholesky.ts";
import { decomposed, determinantOf } from "./det.ts";
import { inverse } from "./inverse.ts";
import { checkBatch, type Batch, type Matrix } from "./matrix.ts";
import { solve } from "./solve.ts";

/** Up to this order matrices go by lanes. */
const SMALL = 16;

interface Lanes<T extends Data> {
  readonly factors: T;
  readonly solutions: T;
  /** Three numbers a matrix: its determinant is the sum of two times 2 to the third. */
  readonly determinants: T;
  /** 1 for each matrix that is done. */
  readonly done: T;
}

/** The lower Cholesky factors of a batch. */
export function choleskyBatch<T extends Data>(a: Batch<T>): T {
  const lanes = byLanes(a, undefined, true);
  const out = lanes?.factors ?? empty(a, a.rows * a.cols);
  rest(a, lanes, (one, i) => out.set(cholesky(one).data, i * one.data.length));
  return out;
}

/** The solutions of a·x = b for a batch, as `solve` has them. */
export function solveBatch<T extends Data>(
  a: Batch<T>,
  b: Batch<T>,
  options: { assume: "general" | "posdef" },
): T {
  const matched =
    a.rows === b.rows && (options.assume === "general" || options.assume === "posdef");
  const lanes = matched ? byLanes(a, b, options.assume === "posdef") : undefined;
  const size = b.rows * b.cols;
  const out = lanes?.solutions ?? empty(a, size);
  rest(a, lanes, (one, i) => {
    const data = b.data.subarray(i * size, (i + 1) * size) as T;
    out.set(solve(one, { rows: b.rows, cols: b.cols, data }, options).data, i * size);
  });
  return out;
}

/** The inverses of a batch. */
export function inverseBatch<T extends Data>(a: Batch<T>): T {
  const n = a.rows;
  const eyes = empty(a, n * n);
  for (let at = 0; at < eyes.length; at++) eyes[at] = Number((at % (n * n)) % (n + 1) === 0);
  const lanes = byLanes(a, { ...a, data: eyes }, false);
  const out = lanes?.solutions ?? eyes;
  rest(a, lanes, (one, i) => out.set(inverse(one).data, i * n * n));
  return out;
}

/** Signs and logarithms of the determinants of a batch, and themselves. */
export function determinants(a: Batch): Record<"det" | "sign" | "logdet", Float64Array> {
  const lanes = byLanes(a, undefined, false);
  const out = { det: float64(a.count), sign: float64(a.count), logdet: float64(a.count) };
  for (let i = 0; i < a.count; i++) {
    const [high, low, e] = lanes?.determinants.subarray(3 * i) ?? [];
    const done = lanes?.done[i] === 1;
    const one = done ? determinantOf(high! + low!, e!) : decomposed(matrixOf(a, i));
    out.det[i] = one.det;
    out.sign[i] = one.sign;
    out.logdet[i] = one.logdet;
  }
  return out;
}

const empty = <T extends Data>(a: Batch<T>, size: number) =>
  allocate(checkBatch("a", a), a.count * size) as T;

function matrixOf<T extends Data>({ rows, cols, data }: Batch<T>, i: number): Matrix<T> {
  const size = rows * cols;
  return { rows, cols, data: data.subarray(i * size, (i + 1) * size) as T };
}

/** Whatever the lanes have not done. */
function rest<T extends Data>(
  a: Batch<T>,
  lanes: Lanes<T> | undefined,
  job: (one: Matrix<T>, i: number) => void,
): void {
  for (let i = 0; i < a.count; i++) if (lanes?.done[i] !== 1) job(matrixOf(a, i), i);
}

function byLanes<T extends Data>(
  a: Batch<T>,
  b: Batch<T> | undefined,
  posdef: boolean,
): Lanes<T> | undefined {
  const dtype = checkBatch("a", a);
  const { count, rows: n, cols, data } = a;
  if (n !== cols || n === 0 || n > SMALL || count === 0 || (b?.cols ?? 0) > SMALL) return undefined;
  return frame(dtype, (f) => {
    const input = f.put(data);
    const x = f.put(b?.data ?? []);
    const [d, done] = [f.alloc(3 * count), f.alloc(count)];
    check(f.kernels.gesvb(Number(posdef), count, n, b?.cols ?? 0, input, x, d, done), "a");
    const take = (address: number, length: number) => f.copy(address, length) as T;
    return {
      factors: take(input, posdef ? data.length : 0),
      solutions: take(x, b?.data.length ?? 0),
      determinants: take(d, 3 * count),
      done: take(done, count),
    };
  });
}
