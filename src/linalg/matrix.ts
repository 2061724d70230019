/** The matrix type of this package and the checks of matrix arguments. */
import { checkInteger, checkOneOf, checkSeed, known } from "../arguments.ts";
import { float64 } from "../arrays.ts";
import { ArgumentError, show } from "../errors.ts";
import { allocate, type Data, type Dtype } from "../wasm/memory.ts";

/** A dense row-major matrix: entry (i, j) is data[i * cols + j]. Computations run in the precision of the data. */
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

/** Checks kind, shape, precision and length of a matrix argument; returns its dtype. */
export function checkMatrix(name: string, a: Matrix): Dtype {
  return checkArray(name, a, ["rows", "cols"]);
}

/** Checks a matrix argument as `checkMatrix` does, and that it is square. */
export function checkSquare(name: string, a: Matrix): Dtype {
  const dtype = checkMatrix(name, a);
  if (a.rows !== a.cols) throw new ArgumentError(name, "a square matrix", `${a.rows} x ${a.cols}`);
  return dtype;
}

/** Checks a matrix beside another one: of the same precision, with as many rows, and finite. */
export function checkBeside(name: string, b: Matrix, a: Matrix): void {
  const [own, dtype] = [checkMatrix(name, b), checkMatrix("a", a)];
  if (own !== dtype) throw new ArgumentError(name, `${dtype} data as in a`, own);
  if (b.rows !== a.rows) throw new ArgumentError(name, `${a.rows} rows as in a`, `${b.rows} rows`);
  const { data } = b;
  for (let at = 0; at < data.length; at++) {
    if (data[at]! - data[at]! === 0) continue;
    throw new ArgumentError(name, "finite entries", "a NaN or an infinity");
  }
}

/** Checks a batch of matrices as `checkMatrix` checks one. */
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
  // Everything is read once, because a getter may give another value at the next time.
  const lengths = sizes.map((size) => {
    const own: unknown = a[size];
    checkInteger(`${name}.${size}`, own);
    return own as number;
  });
  // Checked by tag, not by instanceof: arrays from another realm (a frame, a test runner's sandbox) are accepted.
  // A tag alone can be forged.
  const data: unknown = a.data;
  const kind = ArrayBuffer.isView(data) ? Object.prototype.toString.call(data).slice(8, -1) : "";
  if (kind !== "Float32Array" && kind !== "Float64Array") {
    throw new ArgumentError(`${name}.data`, "a Float32Array or Float64Array", show(data));
  }
  const length = lengths.reduce((product, one) => product * one, 1);
  const { length: own, byteLength, BYTES_PER_ELEMENT, buffer } = data as Data;
  // An own property may hide the length, and the buffer may have been given away: optimized code has been seen to
  // find the old length then.
  const real = buffer.byteLength < byteLength ? 0 : byteLength / BYTES_PER_ELEMENT;
  if (own !== length || real !== length) {
    const expected = `length ${lengths.join(" * ")} = ${length}`;
    throw new ArgumentError(
      `${name}.data`,
      expected,
      `length ${own === length ? real : show(own)}`,
    );
  }
  return kind === "Float32Array" ? "float32" : "float64";
}

/** Checks the arguments that all random matrices have; returns the dtype and the two words of the seed. */
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

/** The two 32-bit words of a seed, or of a fresh seed if none is given. */
export function seedWords(seed: number | undefined): [number, number] {
  checkSeed(seed);
  const value = seed ?? Math.floor(Math.random() * 2 ** 53);
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}

/** Makes a float64 matrix of zeros, or throws a MemoryError. */
export function zeros(rows: number, cols: number): Matrix<Float64Array> {
  return { rows, cols, data: allocate("float64", rows * cols) as Float64Array };
}

/** The matrix in f64; a matrix that is in f64 already is returned itself. */
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
