/** The matrix of this package and the checks at its door. */
import { checkInteger, checkOneOf, checkSeed, known } from "../arguments.ts";
import { float64 } from "../arrays.ts";
import { ArgumentError, show } from "../errors.ts";
import { allocate, type Data, type Dtype } from "../wasm/memory.ts";

/**
 * A dense row-major matrix: entry (i, j) is data[i * cols + j]. The precision of the data is the
 * precision of the work.
 */
export interface Matrix<T extends Data = Data> {
  readonly rows: number;
  readonly cols: number;
  readonly data: T;
}

/** The data array of a dtype. */
export type DataOf<D extends Dtype> = D extends "float64" ? Float64Array : Float32Array;

/** `count` matrices of one shape, row-major, one after the other. */
export interface Batch<T extends Data = Data> {
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
  readonly data: T;
}

/** Checks a matrix argument whole: kind, shape, precision, length; returns its dtype. */
export function checkMatrix(name: string, a: Matrix): Dtype {
  return checkArray(name, a, ["rows", "cols"]);
}

/** The same for a square matrix. */
export function checkSquare(name: string, a: Matrix): Dtype {
  const dtype = checkMatrix(name, a);
  if (a.rows !== a.cols) throw new ArgumentError(name, "a square matrix", `${a.rows} x ${a.cols}`);
  return dtype;
}

/** The same for a batch of matrices. */
export function checkBatch(name: string, a: Batch): Dtype {
  return checkArray(name, a, ["count", "rows", "cols"]);
}

function checkArray<K extends string>(
  name: string,
  a: Record<K, number> & { data: Data },
  sizes: readonly K[],
): Dtype {
  if (typeof a !== "object" || a === null) {
    const kind = sizes.length === 2 ? "matrix" : "batch";
    throw new ArgumentError(name, `a ${kind} { ${sizes.join(", ")}, data }`, show(a));
  }
  for (const size of sizes) checkInteger(`${name}.${size}`, a[size]);
  // By tag, not instanceof: arrays of another realm (a frame, a test runner's sandbox) are welcome.
  const kind = Object.prototype.toString.call(a.data).slice(8, -1);
  if (kind !== "Float32Array" && kind !== "Float64Array") {
    throw new ArgumentError(`${name}.data`, "a Float32Array or Float64Array", show(a.data));
  }
  const length = sizes.reduce((product, size) => product * a[size], 1);
  if (a.data.length !== length) {
    const factors = sizes.map((size) => a[size]).join(" * ");
    throw new ArgumentError(
      `${name}.data`,
      `length ${factors} = ${length}`,
      `length ${a.data.length}`,
    );
  }
  return kind === "Float32Array" ? "float32" : "float64";
}

/** Checks what every random matrix is asked for; returns the dtype and the two words of the seed. */
export function checkDraw<D extends Dtype>(
  rows: number,
  cols: number,
  options: { seed?: number; dtype?: D },
): { dtype: D; words: [number, number] } {
  const { seed, dtype = "float32" as D } = known(options, ["seed", "dtype"]);
  checkInteger("rows", rows);
  checkInteger("cols", cols);
  checkOneOf("dtype", dtype, ["float32", "float64"]);
  return { dtype, words: seedWords(seed) };
}

/** The two 32-bit words of a seed; without a seed those of a fresh one. */
export function seedWords(seed: number | undefined): [number, number] {
  checkSeed(seed);
  const value = seed ?? Math.floor(Math.random() * 2 ** 53);
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}

/** A float64 matrix of zeros, or a MemoryError. */
export function zeros(rows: number, cols: number): Matrix<Float64Array> {
  return { rows, cols, data: allocate("float64", rows * cols) as Float64Array };
}

/** The matrix in f64; itself where it is that already. */
export function double({ rows, cols, data }: Matrix): Matrix<Float64Array> {
  return {
    rows,
    cols,
    data: data.BYTES_PER_ELEMENT === 8 ? (data as Float64Array) : float64(data),
  };
}

/** The sum of the diagonal. */
export function trace({ rows, cols, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < Math.min(rows, cols); i++) sum += data[i * cols + i]!;
  return sum;
}
