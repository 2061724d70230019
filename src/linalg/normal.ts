import type { Dtype } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/orthogonal.ts";
import { checkDraw, type DataOf, type Matrix } from "./matrix.ts";

/**
 * Draws a matrix of independent standard normal numbers, N(0, 1); a seed gives the same bits on every machine.
 *
 * The numbers come from Philox4x32-10 (Salmon et al., SC'11) and Box–Muller with the package's own log, sin and cos. A
 * float32 number is made of 31 random bits and reaches ±6.66, a float64 number of 52 bits and reaches ±8.57.
 *
 * @param rows number of rows, ≥ 0
 * @param cols number of columns, ≥ 0
 * @param options.seed integer from 0 to 2^53 − 1; without one, every call gives other numbers
 * @param options.dtype `"float32"` (default) or `"float64"`
 * @returns the matrix, rows x cols
 * @throws ArgumentError for a size, seed or dtype out of range; MemoryError beyond 4 GiB
 */
export function normal<D extends Dtype = "float32">(
  rows: number,
  cols: number,
  options: { seed?: number; dtype?: D } = {},
): Matrix<DataOf<D>> {
  const { dtype, words } = checkDraw(rows, cols, options);
  const size = rows * cols;
  const data = frame(dtype, (f) => {
    const x = f.alloc(size);
    const block = f.alloc(WORK);
    f.kernels.larnv(size, ...words, 0n, x, block);
    return f.copy(x, size);
  });
  return { rows, cols, data: data as DataOf<D> };
}

/** Numbers of work space: one Philox block of 128 bytes, in either precision. */
const WORK = 32;
