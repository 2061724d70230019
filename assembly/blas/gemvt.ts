/**
 * gemvt: two products of one matrix in panels with vectors, of which the second needs the result of the first, in one
 * pass (Howell, Demmel, Fulton, Hammarling and Marmol, ACM TOMS 34, 2008):
 *
 *   y := tau (Aᵀ v + y),   r := r - y,   w := A r,   all over the columns from `from` on
 *
 * Two panels at a time: they are read from memory for Aᵀ v and are still in the L1 or L2 cache for A r, so that the
 * pass costs the traffic of one product. 4 flops an entry.
 */
import { REAL, SINGLE } from "../real";
import { NR, ROW, pad } from "./panel";

/**
 * Rows `top` & -4 to m of A and v; v is zero before `top`, and all vectors are zero beyond their length. A has a panel of
 * zeros after its last one, y and r have room for it. r ends as zero before `from`.
 */
export function gemvt(
  m: i32, top: i32, n: i32, from: i32, a: usize, stride: usize, tau: real, v: usize, y: usize, r: usize, w: usize,
): void {
  const row = top & -4;
  const rows = pad(m, 8) - row;
  const first = from & -NR;
  memory.fill(w + REAL * row, 0, REAL * rows);
  const scale = v128.splat<real>(tau);
  for (let j = first; j < n; j += 2 * NR) {
    const p = a + stride * (j / NR) + ROW * row;
    const yj = y + REAL * j, rj = r + REAL * j;
    columnSums(rows, p, p + stride, v + REAL * row, yj);
    for (let k: usize = 0; k < 64; k += 16) {
      const value = v128.mul<real>(scale, v128.load(yj + k));
      v128.store(yj + k, value);
      v128.store(rj + k, v128.sub<real>(v128.load(rj + k), value));
    }
    if (j < from) memory.fill(rj, 0, REAL * (from - j));
    rowSums(rows, p, p + stride, rj, w + REAL * row);
  }
}

/** y += [P Q]ᵀ x; a multiple of four rows. */
function columnSums(rows: i32, p: usize, q: usize, x: usize, y: usize): void {
  let a0 = v128.load(y), a1 = v128.load(y, 16), a2 = v128.load(y, 32), a3 = v128.load(y, 48);
  let b0 = v128.splat<real>(0), b1 = b0, b2 = b0, b3 = b0;
  for (const end = p + ROW * rows; p < end; p += 2 * ROW, q += 2 * ROW, x += 2 * REAL) {
    let s = v128.load_splat<real>(x);
    a0 = v128.add<real>(a0, v128.mul<real>(s, v128.load(p)));
    a1 = v128.add<real>(a1, v128.mul<real>(s, v128.load(p, 16)));
    a2 = v128.add<real>(a2, v128.mul<real>(s, v128.load(q)));
    a3 = v128.add<real>(a3, v128.mul<real>(s, v128.load(q, 16)));
    s = v128.load_splat<real>(x, REAL);
    b0 = v128.add<real>(b0, v128.mul<real>(s, v128.load(p, ROW)));
    b1 = v128.add<real>(b1, v128.mul<real>(s, v128.load(p, ROW + 16)));
    b2 = v128.add<real>(b2, v128.mul<real>(s, v128.load(q, ROW)));
    b3 = v128.add<real>(b3, v128.mul<real>(s, v128.load(q, ROW + 16)));
  }
  v128.store(y, v128.add<real>(a0, b0));
  v128.store(y, v128.add<real>(a1, b1), 16);
  v128.store(y, v128.add<real>(a2, b2), 32);
  v128.store(y, v128.add<real>(a3, b3), 48);
}

/** y += [P Q] x; a multiple of four rows. */
function rowSums(rows: i32, p: usize, q: usize, x: usize, y: usize): void {
  const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
  for (const end = p + ROW * rows; p < end; p += 4 * ROW, q += 4 * ROW, y += 4 * REAL) {
    const s0 = product(p, q, x0, x1, x2, x3), s1 = product(p + ROW, q + ROW, x0, x1, x2, x3);
    const s2 = product(p + 2 * ROW, q + 2 * ROW, x0, x1, x2, x3), s3 = product(p + 3 * ROW, q + 3 * ROW, x0, x1, x2, x3);
    if (SINGLE) {
      const low = v128.add<f32>(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
      const high = v128.add<f32>(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
      const sums = v128.add<f32>(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
      v128.store(y, v128.add<f32>(v128.load(y), sums));
    } else {
      const low = v128.add<f64>(v128.shuffle<f64>(s0, s1, 0, 2), v128.shuffle<f64>(s0, s1, 1, 3));
      const high = v128.add<f64>(v128.shuffle<f64>(s2, s3, 0, 2), v128.shuffle<f64>(s2, s3, 1, 3));
      v128.store(y, v128.add<f64>(v128.load(y), low));
      v128.store(y, v128.add<f64>(v128.load(y, 16), high), 16);
    }
  }
}

/** One row of P and Q with x, in as many sums as there are lanes. */
// @ts-ignore: decorator
@inline
function product(p: usize, q: usize, x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  const left = v128.add<real>(v128.mul<real>(v128.load(p), x0), v128.mul<real>(v128.load(p, 16), x1));
  const right = v128.add<real>(v128.mul<real>(v128.load(q), x2), v128.mul<real>(v128.load(q, 16), x3));
  return v128.add<real>(left, right);
}
