import { checkFlag, known } from "../arguments.ts";
import { ArgumentError } from "../errors.ts";
import { allocate, check, type Data } from "../wasm/memory.ts";
import { frame, type ProductFrame } from "../wasm/rooms/products.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/**
 * Computes the matrix product op(a)·op(b), where op is the identity or the transpose, by the package's GEMM.
 *
 * @param a m x k (transposed: k x m)
 * @param b k x n (transposed: n x k), of the same precision
 * @param options.transposeA, options.transposeB take the transpose of a or b; default false
 * @returns m x n; all zero when k = 0. NaN and infinities propagate as in IEEE arithmetic.
 * @throws ArgumentError for a malformed matrix, or when precisions or inner sizes differ; MemoryError
 */
export function matmul<T extends Data>(
  a: Matrix<T>,
  b: Matrix<T>,
  options: { transposeA?: boolean; transposeB?: boolean } = {},
): Matrix<T> {
  const { transposeA = false, transposeB = false } = known(options, ["transposeA", "transposeB"]);
  checkFlag("transposeA", transposeA);
  checkFlag("transposeB", transposeB);
  const dtype = checkMatrix("a", a);
  const dtypeB = checkMatrix("b", b);
  if (dtypeB !== dtype) throw new ArgumentError("b", `${dtype} data as in a`, dtypeB);
  const [m, k] = transposeA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [inner, n] = transposeB ? [b.cols, b.rows] : [b.rows, b.cols];
  if (inner !== k) throw new ArgumentError("b", `inner size ${k} as in a`, String(inner));
  if (m * n === 0) return { rows: m, cols: n, data: allocate(dtype, 0) as T };
  const job = a.data.length + b.data.length <= VISIT ? whole : inStrips;
  const data = frame(dtype, (f) => job(f, transposeA, transposeB, m, n, k, a, b));
  return { rows: m, cols: n, data: data as T };
}

/** Operands of so many numbers are in the cache together. */
const VISIT = 2 ** 17;
/** Rows that come and go together: GEMM's blocks, and more when they are short. */
const [MC, KC] = [128, 256];
/** A multiple of both precisions' panel width and height. */
const PAD = 8;

/** op(a)·op(b). */
function whole(
  f: ProductFrame,
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  a: Matrix,
  b: Matrix,
): Data {
  const to = f.alloc(m * n);
  // prettier-ignore
  const info = f.kernels.gemm(
    Number(transA), Number(transB), m, n, k, 1, f.put(a.data), a.cols, f.put(b.data), b.cols, 0, to, n,
  );
  check(info, "a, b");
  return f.copy(to, m * n);
}

/**
 * The same to the bit. Of b (and of a transposed a) all is packed first; a and c come and go in strips of rows. So
 * the kernels' memory holds no matrix as a whole but the packed one, and a number is packed while it is in the cache.
 */
function inStrips(
  f: ProductFrame,
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  a: Matrix,
  b: Matrix,
): Data {
  const c = allocate(f.dtype, m * n);
  const height = heightOf(MC, Math.max(k, n));
  const packedB = packedRoom(f, k, n);
  const packedA = packedRoom(f, k, transA ? m : Math.min(height, m));
  const [strip, tiles] = [f.alloc(Math.min(height, m) * n), packedRoom(f, MC, n)];
  const room = f.alloc(Math.max(visit(b), transA ? visit(a) : Math.min(height, m) * k));
  bring(f, transB, k, n, b, room, packedB);
  if (transA) bring(f, false, k, m, a, room, packedA);
  for (let i = 0; i < m; i += height) {
    const count = Math.min(height, m - i);
    if (!transA) {
      f.put(a.data.subarray(i * k, (i + count) * k), room);
      f.kernels.gemmPack(1, k, count, 0, count, room, k, packedA);
    }
    const [of, first] = transA ? [m, i] : [count, 0];
    f.kernels.gemmTiles(of, n, k, first, count, packedA, packedB, strip, tiles);
    f.take(strip, count * n, c.subarray(i * n, (i + count) * n));
  }
  return c;
}

/** Packs all of x, the k x n operand or (`trans`) its transpose, by way of `room`. */
function bring(
  f: ProductFrame,
  trans: boolean,
  k: number,
  n: number,
  x: Matrix,
  room: number,
  packed: number,
): void {
  const height = heightOf(KC, x.cols);
  for (let i = 0; i < x.rows; i += height) {
    const count = Math.min(height, x.rows - i);
    f.put(x.data.subarray(i * x.cols, (i + count) * x.cols), room);
    f.kernels.gemmPack(Number(trans), k, n, i, count, room, x.cols, packed);
  }
}

/** How many numbers of x `bring` copies at a time. */
const visit = (x: Matrix): number => Math.min(heightOf(KC, x.cols), x.rows) * x.cols;

/** As many rows of `length` numbers as visit at a time, a multiple of `block`. */
function heightOf(block: number, length: number): number {
  return block * Math.max(1, Math.floor(VISIT / (block * Math.max(length, 1))));
}

/** Room for what gemmPack makes of a rows x cols matrix. */
function packedRoom(f: ProductFrame, rows: number, cols: number): number {
  return f.alloc(Math.ceil(rows / PAD) * PAD * Math.ceil(cols / PAD) * PAD);
}
