/**
 * Preconditioning one-sided Jacobi by the eigenvectors of a Gram matrix: X = R V₀ with V₀ those of RᵀR has columns that
 * are orthogonal already, up to u cond(R)², and two or three sweeps are left of eight. V₀ need not be accurate, only
 * orthonormal: what the rotations start from is a product, and the right vectors are solved for with R itself.
 *
 * R is n x n, upper triangular and row-major. 2/3 n³ flops for the Gram matrix, 14/3 n³ for its vectors, n³ for the
 * product. Not for graded matrices: their small columns would come out as rounding errors of the large ones.
 */
import { alloc, mark, release } from "../arena";
import { gemm } from "../blas/gemm";
import { NR, ROW, at, pack, panelStride } from "../blas/panel";
import { Info } from "../info";
import { REAL, SINGLE } from "../real";
import { syevd } from "./syevd";

/** Below this, the eigenvectors cost as much as the sweeps that they spare: measured at 64, where at 128 they save a quarter. */
// @ts-ignore: decorator
@inline const SMALLEST: i32 = 96;
/** Square root of the roundoff: what the Gram matrix, in which everything is squared, still shows. */
// @ts-ignore: decorator
@inline const VISIBLE: f64 = SINGLE ? 2.44140625e-4 : 1.0536712127723509e-8;
/** Rows of R that are multiplied together, a block of gemm. */
// @ts-ignore: decorator
@inline const STRIPE: i32 = 128;

/** Is R large enough, and its diagonal, which decreases, not graded? */
export function worthwhile(n: i32, r: usize): bool {
  return n >= SMALLEST && abs(<f64>load<real>(at(r, n, n - 1, n - 1))) > VISIBLE * abs(<f64>load<real>(r));
}

/**
 * X := R V₀ in panels. `unit` is a power of two near 1 / max |R|; `v` has room for V₀ row-major, or is 0, and `spare` for n x n
 * panels.
 */
export function precondition(n: i32, nb: i32, unit: real, r: usize, v: usize, x: usize, spare: usize): Info {
  const frame = mark();
  const z = v ? v : alloc(<u64>REAL * n * n), w = alloc(<u64>REAL * n);
  let info = z && w ? Info.OK : Info.MEMORY;
  for (let i: usize = 0, end = REAL * <usize>n * n; i < end; i += REAL) store<real>(x + i, unit * load<real>(r + i));
  memory.fill(spare, 0, REAL * <usize>n * n);
  // -RᵀR, so that the large come first: below the diagonal, which is what syevd decomposes.
  for (let i = 0; i < n && info == Info.OK; i += STRIPE) {
    const rows = min(STRIPE, n - i), k = i + rows;
    info = gemm(true, false, rows, k, k, -1, x + REAL * i, n, x, n, 0, at(spare, n, i, 0), n);
  }
  if (info == Info.OK) info = syevd(n, true, nb, spare, w, z);
  for (let i = 0; i < n && info == Info.OK; i += STRIPE) {
    const rows = min(STRIPE, n - i);
    info = gemm(false, false, rows, n, n - i, 1, at(r, n, i, i), n, at(z, n, i, 0), n, 0, at(spare, n, i, 0), n);
  }
  if (info == Info.OK) pack(false, n, n, spare, n, x);
  release(frame);
  return info;
}

/** The row-major n x n matrix X with its rows and its columns turned around: upper triangular becomes lower. */
export function turnAround(n: i32, x: usize): void {
  for (let end = at(x, n, n, 0) - REAL; x < end; x += REAL, end -= REAL) {
    const entry = load<real>(x);
    store<real>(x, load<real>(end));
    store<real>(end, entry);
  }
}

/** Turns the rows of X, n x n, around. `work` holds a panel row. */
export function reverseRows(n: i32, x: usize, work: usize): void {
  for (let j = 0, stride = panelStride(n); j < n; j += NR, x += stride) {
    for (let top = x, end = x + ROW * (n - 1); top < end; top += ROW, end -= ROW) {
      memory.copy(work, top, ROW);
      memory.copy(top, end, ROW);
      memory.copy(end, work, ROW);
    }
  }
}
