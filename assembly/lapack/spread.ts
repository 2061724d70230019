/**
 * spread: pushes the directions of m vectors of length n apart and keeps their lengths. With the vectors as
 * columns of A, r their lengths, U = A diag(1/r) and G = UᵀU,
 *
 *   U := U - (step / |G|₂) U off(G),   A := U diag(r / lengths of the columns of U)
 *
 * off() zeroes the diagonal. It is a step of steepest descent for the sum of squares of off(G), on unit
 * columns. A singular value s of U becomes s (1 + eta - eta s²) > 0 for 0 < step < 1: no column can vanish.
 *
 * G is symmetric, half of its tiles are computed: 3 m²n flops. Both products are Aᵀ B on panels (tileTN), so U
 * is held twice, as U (n x m) and as Uᵀ. |G|₂ is estimated from below by the power method from a random vector,
 * always the same: one of ones is in the null space of G when units come in opposite pairs.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { nrm2 } from "../blas/nrm2";
import { NR, ROW, columnOf, entryOf, pack, pad, panelBytes, panelStride, unpack } from "../blas/panel";
import { MR, tileTN } from "../blas/tile";
import { Info } from "../info";
import { larnv } from "../random/larnv";
import { BLOCK } from "../random/philox";
import { REAL } from "../real";

/** Rows that a tile runs over before it turns to the next one: 16 KB of each operand in L1. */
// @ts-ignore: decorator
@inline const CHUNK: i32 = 512;
/** Steps of the power method: they find |G|₂ of random vectors within a tenth. */
// @ts-ignore: decorator
@inline const POWERS: i32 = 8;

/** The vectors are the columns of the n x m row-major matrix A (`trans`: the rows of the m x n one). */
export function spread(trans: bool, m: i32, n: i32, step: real, a: usize): Info {
  if (m == 0 || n == 0) return Info.OK;
  if (!(amax(m * n, a) <= f64.MAX_VALUE)) return Info.NONFINITE;
  const lda = trans ? n : m;
  const frame = mark();
  const u = alloc(panelBytes(n, m));
  const ut = alloc(panelBytes(m, n));
  const g = alloc(panelBytes(m, m));
  const r = alloc(<u64>sizeof<f64>() * m);
  const x = alloc(<u64>REAL * pad(m, NR));
  const y = alloc(<u64>REAL * pad(m, NR));
  const work = alloc(BLOCK);
  if (!u || !ut || !g || !r || !x || !y || !work) {
    release(frame);
    return Info.MEMORY;
  }
  const us = panelStride(n), gs = panelStride(m);
  pack(trans, n, m, a, lda, u);
  for (let j = 0; j < m; j++) {
    const column = columnOf(u, us, j);
    const length = nrm2(n, column, ROW);
    if (!(length <= f64.MAX_VALUE)) {
      release(frame);
      return Info.OVERFLOW;
    }
    store<f64>(r + sizeof<f64>() * j, length);
    if (length > 0) divide(n, column, length, 1);
  }
  unpack(trans, n, m, u, us, a, lda);
  pack(!trans, m, n, a, lda, ut);

  gram(m, n, u, us, g, gs);
  const eta = <real>(<f64>step / norm(m, g, gs, x, y, work));
  for (let j = 0; j < m; j += NR) {
    const to = u + us * (j / NR), b = g + gs * (j / NR);
    for (let p = 0; p < m; p += CHUNK) {
      for (let i = 0; i < n; i += MR) {
        const rows = columnOf(ut, gs, i);
        tileTN(min(CHUNK, m - p), -eta, rows + ROW * p, b + ROW * p, 1, to + ROW * i, ROW);
      }
    }
  }
  for (let j = 0; j < m; j++) {
    const column = columnOf(u, us, j);
    const length = nrm2(n, column, ROW);
    if (length > 0) divide(n, column, length, load<f64>(r + sizeof<f64>() * j));
  }
  unpack(trans, n, m, u, us, a, lda);
  release(frame);
  return amax(m * n, a) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}

/** x := factor x / divisor for n values a panel row apart, each rounded once. */
function divide(n: i32, x: usize, divisor: f64, factor: f64): void {
  for (const end = x + ROW * n; x < end; x += ROW) store<real>(x, <real>((<f64>load<real>(x) / divisor) * factor));
}

/** G := off(UᵀU), m x m: the tiles on and above the diagonal, then their mirror image. */
function gram(m: i32, n: i32, u: usize, us: usize, g: usize, gs: usize): void {
  for (let j = 0; j < m; j += NR) {
    const b = u + us * (j / NR), to = g + gs * (j / NR);
    for (let p = 0; p < n; p += CHUNK) {
      for (let i = 0; i < min(j + NR, m); i += MR) {
        const rows = columnOf(u, us, i);
        tileTN(min(CHUNK, n - p), 1, rows + ROW * p, b + ROW * p, p == 0 ? 0 : 1, to + ROW * i, ROW);
      }
    }
  }
  for (let j = 0; j < m; j++) {
    const column = columnOf(g, gs, j);
    store<real>(column + ROW * j, 0);
    for (let i = j + 1; i < m; i++) {
      store<real>(column + ROW * i, load<real>(entryOf(g, gs, j, i)));
    }
  }
}

/** About |I + off|₂ by the power method; at least 1, the mean of its eigenvalues. */
function norm(m: i32, g: usize, gs: usize, x: usize, y: usize, work: usize): f64 {
  let length: f64 = 0;
  larnv(m, 0, 0, 0, x, work);
  for (let k = 0; k < POWERS; k++) {
    for (let j = 0; j < m; j += NR) {
      let lo = v128.load(x + REAL * j), hi = v128.load(x + REAL * j, 16);
      for (let i = 0, b = g + gs * (j / NR); i < m; i++, b += ROW) {
        const s = v128.load_splat<real>(x + REAL * i);
        lo = v128.add<real>(lo, v128.mul<real>(s, v128.load(b)));
        hi = v128.add<real>(hi, v128.mul<real>(s, v128.load(b, 16)));
      }
      v128.store(y + REAL * j, lo);
      v128.store(y + REAL * j, hi, 16);
    }
    length = nrm2(m, y, REAL);
    if (!(length > 0)) return 1;
    for (let i = 0; i < m; i++) store<real>(x + REAL * i, <real>(<f64>load<real>(y + REAL * i) / length));
  }
  return max(length, 1);
}
