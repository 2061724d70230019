import { float32 } from "../arrays.ts";
import { haar } from "../linalg/haar.ts";
import { checkDraw, flatten, scale, type DrawOptions } from "./orthogonal.ts";

/**
 * Makes an orthogonal kernel for layers between relus: gain · Q, orthonormal as that of `orthogonal`, which also maps the
 * direction of the mean to the direction of the mean.
 *
 * Signals behind a relu have a positive mean m. Through a Haar matrix each unit gets a multiple of m by chance, and
 * those with a negative one may never fire. Here Qᵀ1 = √(rows/cols) 1, so that the pre-activations of all units have the
 * same positive mean gain · m √(rows/cols), and what remains is Haar distributed:
 *
 *   Q = H_rows diag(1, Q′) H_cols,   H_n the reflector between the first unit vector and 1/√n,   Q′ Haar.
 *
 * @param shape rank ≥ 2, flattened to rows x cols, cols its last axis; a zero gives an empty kernel
 * @returns the kernel, row-major
 * @throws ArgumentError for a bad shape, gain or seed; MemoryError
 *
 * @remarks
 * Lee, Kim and Choi, "Optimized Weight Initialization on the Stiefel Manifold for Deep ReLU Neural Networks",
 * arXiv 2509.00362. Of the paper only the abstract was at hand (orthogonal weights that calibrate the mean of
 * pre-activations, a family of closed forms that can be sampled). Ours: among the orthonormal matrices these Q, and
 * only these, have the largest sum of entries, and Q′ is the freedom that is left.
 */
export function reluOrthogonal(shape: readonly number[], options: DrawOptions = {}): Float32Array {
  const { gain = 1, seed } = options;
  checkDraw(options);
  const [rows, cols] = flatten(shape);
  const kernel = float32(rows * cols);
  if (kernel.length === 0) return kernel;
  kernel[0] = 1;
  if (rows > 1 && cols > 1) {
    const { data } = haar(rows - 1, cols - 1, { seed });
    for (let i = 1; i < rows; i++) {
      kernel.set(data.subarray((i - 1) * (cols - 1), i * (cols - 1)), i * cols + 1);
    }
  }
  reflectColumns(kernel, rows, cols);
  reflectRows(kernel, rows, cols);
  return scale(kernel, gain);
}

/**
 * The reflector I − v vᵀ / c that exchanges e and 1/√n: v has the entries `rest` but for the first, which is larger by
 * −1, and c = vᵀv / 2 = 1 − 1/√n.
 */
function reflector(n: number): { rest: number; c: number } {
  const rest = 1 / Math.sqrt(n);
  return { rest, c: 1 - rest };
}

function reflectColumns(a: Float32Array, rows: number, cols: number): void {
  if (rows === 1) return;
  const { rest, c } = reflector(rows);
  const sums = float32(cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) sums[j]! += a[i * cols + j]!;
  for (let j = 0; j < cols; j++) sums[j] = (rest * sums[j]! - a[j]!) / c;
  for (let i = 0; i < rows; i++) {
    const v = i === 0 ? rest - 1 : rest;
    for (let j = 0; j < cols; j++) a[i * cols + j]! -= v * sums[j]!;
  }
}

function reflectRows(a: Float32Array, rows: number, cols: number): void {
  if (cols === 1) return;
  const { rest, c } = reflector(cols);
  for (let i = 0; i < rows; i++) {
    const row = a.subarray(i * cols, (i + 1) * cols);
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += row[j]!;
    const factor = (rest * sum - row[0]!) / c;
    row[0]! += factor;
    for (let j = 0; j < cols; j++) row[j]! -= rest * factor;
  }
}
