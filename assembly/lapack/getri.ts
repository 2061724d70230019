/**
 * getri: the inverse of a square matrix, A⁻¹ = U⁻¹ L⁻¹ P; 2n³ flops.
 *
 *   L Y = I     (trsm from the row on where a stripe of the identity begins: n³/3)
 *   U X = Y     (trsm: n³),      and the columns of X back to where P took them from
 *
 * Every column is a solve of its own, so that A X - I is small column by column (Higham 2002, 14.3).
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { at, entryOf, pack, panelBytes, panelStride, unpack } from "../blas/panel";
import { trsm } from "../blas/trsm";
import { Info } from "../info";
import { REAL } from "../real";
import { gecon, norm1 } from "./gecon";
import { getrf } from "./getrf";
import { lascl, scaleOf } from "./lascl";

/** Columns that begin in the same row. */
// @ts-ignore: decorator
@inline const STRIPE: i32 = 32;

/** A is n x n row-major and overwritten by its inverse. `status` as gesv has it. */
export function getri(n: i32, a: usize, status: usize): Info {
  store<real>(status, 1);
  store<real>(status, 0, REAL);
  if (n == 0) return Info.OK;
  const top = amax(n * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const p = alloc(panelBytes(n, n));
  const x = alloc(panelBytes(n, n));
  const pivots = alloc(4 * <u64>n);
  const work = alloc(8 * <u64>n);
  let info = Info.MEMORY;
  if (p && x && pivots && work) info = invert(n, scaleOf(top), a, p, x, pivots, work, status);
  release(frame);
  return info;
}

function invert(
  n: i32, scale: f64, a: usize, p: usize, x: usize, pivots: usize, work: usize, status: usize,
): Info {
  lascl(n * n, scale, 1, a);
  pack(false, n, n, a, n, p);
  const norm = norm1(false, n, p, work);
  const failed = getrf(n, n, p, pivots);
  if (failed) {
    store<real>(status, 0);
    store<real>(status, <real>failed, REAL);
    return Info.SINGULAR;
  }
  const stride = panelStride(n);
  store<real>(status, <real>gecon(false, n, norm, p, pivots, x, work));
  memory.fill(x, 0, <usize>panelBytes(n, n));
  for (let j = 0; j < n; j++) store<real>(entryOf(x, stride, j, j), 1);
  for (let s = 0; s < n; s += STRIPE) {
    trsm(true, false, true, n - s, min(STRIPE, n - s), entryOf(p, stride, s, s), stride, entryOf(x, stride, s, s), stride);
  }
  trsm(false, false, false, n, n, p, stride, x, stride);
  // Column i belongs where row i came from; a row at a time.
  const order = pivots;
  sources(n, pivots, work);
  memory.copy(order, work, 4 * n);
  unpack(false, n, n, x, stride, a, n);
  for (let i = 0; i < n; i++) {
    const row = at(a, n, i, 0);
    memory.copy(work, row, REAL * n);
    for (let j = 0; j < n; j++) store<real>(row + REAL * load<i32>(order + 4 * j), load<real>(work + REAL * j));
  }
  lascl(n * n, scale, 1, a);
  return amax(n * n, a) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}

/** Which row each row was, after all exchanges. */
function sources(n: i32, pivots: usize, rows: usize): void {
  for (let i = 0; i < n; i++) store<i32>(rows + 4 * i, i);
  for (let i = 0; i < n; i++) {
    const other = load<i32>(pivots + 4 * i);
    const row = load<i32>(rows + 4 * i);
    store<i32>(rows + 4 * i, load<i32>(rows + 4 * other));
    store<i32>(rows + 4 * other, row);
  }
}
