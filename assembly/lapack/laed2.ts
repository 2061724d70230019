/**
 * laed2: deflation of diag(d) + rho z zᵀ. Where z_j is negligible, d_j is an eigenvalue already. Where two d are so
 * close that a rotation which clears one z makes nothing that counts off the diagonal, the cleared one is. What is
 * kept goes on to the secular equation, ascending and apart.
 */
import { ROW, entryOf } from "../blas/panel";
import { EPS } from "../real";
import { Merge } from "./merge";

/** Where a column of Q is not zero. */
export const UPPER: i32 = 1;
export const BOTH: i32 = 2;
export const LOWER: i32 = 3;

/** Of the largest number of a merge; LAPACK's constant. */
// @ts-ignore: decorator
@inline export const NEGLIGIBLE: f64 = 8 * EPS;

/** Fills dk, zk, kept and deflated, both ascending in d; returns how many are kept. */
export function laed2(m: Merge, lo: i32, mid: i32, hi: i32, rho: f64): i32 {
  let size = rho;
  for (let j = lo; j < hi; j++) size = max(size, abs(load<f64>(m.d + 8 * j)));
  return separate(m, lo, mid, hi, mid, hi, rho, NEGLIGIBLE * size, 0);
}

/**
 * The values of lo..end1-1 and mid..end2-1 of the piece lo..hi-1, after k that are kept already; those that are deflated
 * come first in their list.
 */
export function separate(
  m: Merge, lo: i32, mid: i32, hi: i32, end1: i32, end2: i32, rho: f64, tolerance: f64, k: i32,
): i32 {
  const d = m.d, z = m.z, kind = m.kind;
  let gone = 0, held = -1;
  let i1 = lo, i2 = mid;
  while (i1 < end1 || i2 < end2) {
    const j1 = load<i32>(m.order + 4 * i1), j2 = i2 < end2 ? load<i32>(m.order + 4 * i2) : 0;
    const upper = i2 == end2 || (i1 < end1 && load<f64>(d + 8 * j1) <= load<f64>(d + 8 * j2));
    const j = upper ? j1 : j2;
    if (upper) i1++;
    else i2++;
    store<i32>(kind + 4 * j, upper ? UPPER : LOWER);
    if (rho * abs(load<f64>(z + 8 * j)) <= tolerance) {
      deflate(m, gone++, j);
      continue;
    }
    if (held >= 0) {
      let s = load<f64>(z + 8 * held), c = load<f64>(z + 8 * j);
      const r = sqrt(c * c + s * s);
      c /= r;
      s = -s / r;
      const dh = load<f64>(d + 8 * held), dj = load<f64>(d + 8 * j);
      if (abs((dj - dh) * c * s) > tolerance) {
        keep(m, k++, held);
      } else {
        store<f64>(z + 8 * j, r);
        store<f64>(d + 8 * held, dh * c * c + dj * s * s);
        store<f64>(d + 8 * j, dh * s * s + dj * c * c);
        if (load<i32>(kind + 4 * held) != load<i32>(kind + 4 * j)) store<i32>(kind + 4 * j, BOTH);
        rotate(m, lo, hi, held, j, c, s);
        deflate(m, gone++, held);
      }
    }
    held = j;
  }
  if (held >= 0) keep(m, k++, held);
  return k;
}

// @ts-ignore: decorator
@inline
export function keep(m: Merge, k: i32, j: i32): void {
  const z = load<f64>(m.z + 8 * j);
  store<f64>(m.dk + 8 * k, load<f64>(m.d + 8 * j));
  store<f64>(m.zk + 8 * k, z);
  store<f64>(m.zz + 8 * k, z * z);
  store<i32>(m.kept + 4 * k, j);
}

/** Rotations change values, so that they do not quite come in order. */
export function deflate(m: Merge, at: i32, j: i32): void {
  for (; at > 0; at--) {
    const before = load<i32>(m.deflated + 4 * at - 4);
    if (load<f64>(m.d + 8 * before) <= load<f64>(m.d + 8 * j)) break;
    store<i32>(m.deflated + 4 * at, before);
  }
  store<i32>(m.deflated + 4 * at, j);
}

/** q_i := c q_i + s q_j, q_j := c q_j - s q_i; the left vectors, too. */
function rotate(m: Merge, lo: i32, hi: i32, i: i32, j: i32, c: f64, s: f64): void {
  rotateRight(m, lo, hi, i, j, c, s);
  if (m.left) rotateColumns(m, m.left, lo, hi, i, j, c, s);
}

/** That of Q and its first and last row alone. */
export function rotateRight(m: Merge, lo: i32, hi: i32, i: i32, j: i32, c: f64, s: f64): void {
  rotatePair<f64>(m.first + 8 * i, m.first + 8 * j, c, s);
  rotatePair<f64>(m.last + 8 * i, m.last + 8 * j, c, s);
  if (m.vectors) rotateColumns(m, m.q, lo, hi, i, j, c, s);
}

function rotateColumns(m: Merge, q: usize, lo: i32, hi: i32, i: i32, j: i32, c: f64, s: f64): void {
  let x = entryOf(q, m.stride, lo, i);
  let y = entryOf(q, m.stride, lo, j);
  for (const end = x + ROW * (hi - lo); x < end; x += ROW, y += ROW) rotatePair<real>(x, y, <real>c, <real>s);
}

// @ts-ignore: decorator
@inline
function rotatePair<T>(x: usize, y: usize, c: T, s: T): void {
  const a = load<T>(x), b = load<T>(y);
  store<T>(x, <T>(c * a + s * b));
  store<T>(y, <T>(c * b - s * a));
}
