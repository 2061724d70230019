/** The singular value decomposition by one of its methods, each of which has its kernels in a room of its own. */
import { checkFlag, checkOneOf } from "../arguments.ts";
import { countOf } from "../arrays.ts";
import { ArgumentError, show } from "../errors.ts";
import type { Kernels } from "../wasm/rooms/symmetric.ts";
import { check, type Data, type Dtype, type Frame } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/** What an SVD tells about itself. */
export interface SvdInfo {
  readonly method: "divide-and-conquer" | "jacobi";
  /** Sweeps of the Jacobi iteration; 0 with divide and conquer, which has none. */
  readonly sweeps: number;
  /** How many singular values are not exactly zero. Not a numerical rank (see `rank`). */
  readonly rank: number;
}

export interface Svd<T extends Data> {
  readonly u: Matrix<T>;
  readonly s: T;
  readonly v: Matrix<T>;
  readonly info: SvdInfo;
}

/** How singular values are computed. The one to pass is `jacobi`; without one it is divide and conquer. */
export class SvdMethod {
  constructor(
    readonly name: SvdInfo["method"],
    /** Runs a job with the kernel of the method, in a frame of the kernel's room. */
    readonly run: <R>(dtype: Dtype, job: (frame: Frame, kernel: Kernels["gesdd"]) => R) => R,
  ) {}
}

/** `svd` with its method as an argument, so that only kernels of that method come along. */
export function decompose<T extends Data>(
  a: Matrix<T>,
  method: SvdMethod,
  vectors = true,
  mode: "reduced" | "complete" = "reduced",
): Pick<Svd<T>, "s" | "info"> & Partial<Svd<T>> {
  const dtype = checkMatrix("a", a);
  checkFlag("vectors", vectors);
  checkOneOf("mode", mode, ["reduced", "complete"]);
  checkMethod(method);
  // The kernels work on tall matrices; a wide one is the transpose of a tall one, with u and v exchanged.
  const wide = a.rows < a.cols;
  const [m, n] = wide ? [a.cols, a.rows] : [a.rows, a.cols];
  const cols = mode === "complete" ? m : n;
  return method.run(dtype, (f, kernel) => {
    const input = f.put(a.data);
    // The kernels have used up the input before they write u.
    const u = cols === n ? input : f.alloc(vectors ? m * cols : 0);
    const v = f.alloc(vectors ? n * n : 0);
    const s = f.alloc(n + 2);
    if (m * cols > 0) {
      check(kernel(Number(wide), m, n, cols, Number(vectors), 0, input, u, s, v), "a");
    }
    const values = f.copy(s, n) as T;
    const info = { method: method.name, sweeps: 0, rank: countOf(values, (x) => x > 0) };
    if (method.name === "jacobi" && n > 0) {
      info.sweeps = f.copy(s, n + 1)[n]!;
    }
    if (!vectors) return { s: values, info };
    const tall = { rows: m, cols, data: f.copy(u, m * cols) as T };
    const small = { rows: n, cols: n, data: f.copy(v, n * n) as T };
    return wide ? { u: small, s: values, v: tall, info } : { u: tall, s: values, v: small, info };
  });
}

/** Accepts no method too: the default. */
export function checkMethod(method: SvdMethod | undefined): void {
  if (method === undefined || method instanceof SvdMethod) return;
  throw new ArgumentError("method", "jacobi, the value that this package exports", show(method));
}
