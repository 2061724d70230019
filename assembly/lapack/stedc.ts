/**
 * stedc: T = Q diag(d) Qᵀ of a symmetric tridiagonal matrix by divide and conquer (Cuppen 1981; Gu and Eisenstat
 * 1995).
 *
 *   T = diag(T₁, T₂) + rho v vᵀ,   v = (0 … 0, 1, ±1, 0 … 0),   rho = |e_mid|
 *
 * With T₁ = Q₁ D₁ Q₁ᵀ and T₂ alike this is diag(d) + rho z zᵀ, z made of the last row of Q₁ and the first of Q₂. What
 * is negligible of it is deflated (laed2), the rest solved and multiplied out (laed3). Leaves go to steqr.
 *
 * 4n³/3 flops in tiles without deflation; the values alone take O(n²). Scalars are f64 in both binaries, so that
 * only the products of laed3 round to f32.
 */
import { PAD, ROW, entryOf, pad, panelBytes } from "../blas/panel";
import { laed2 } from "./laed2";
import { laed3 } from "./laed3";
import { Merge } from "./merge";
import { steqr } from "./steqr";

/** Orders up to this are leaves; from 16 to 48 the time is the same. */
// @ts-ignore: decorator
@inline const LEAF: i32 = 32;
// @ts-ignore: decorator
@inline const LDQ: usize = 8 * LEAF;
/** Bytes of a leaf's vectors and rotations. */
// @ts-ignore: decorator
@inline export const LEAF_BYTES: u64 = LDQ * LEAF + 16 * LEAF;

/** d and e of `m` are given; d, order and Q are the result. Returns whether everything converged. */
export function stedc(m: Merge, n: i32, leaf: usize): bool {
  if (m.vectors) memory.fill(m.q, 0, <usize>panelBytes(n, n));
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    norm = max(norm, abs(load<f64>(m.d + 8 * i)));
    if (i < n - 1) norm = max(norm, abs(load<f64>(m.e + 8 * i)));
  }
  return solve(m, 0, n, norm, leaf);
}

/** Where lo..hi-1 is divided: pieces begin with panels. */
// @ts-ignore: decorator
@inline
export function middle(lo: i32, hi: i32): i32 {
  return lo + pad((hi - lo) / 2, PAD);
}

function solve(m: Merge, lo: i32, hi: i32, norm: f64, leaf: usize): bool {
  if (hi - lo <= LEAF) return solveLeaf(m, lo, hi, norm, leaf);
  const mid = middle(lo, hi);
  const coupling = load<f64>(m.e + 8 * (mid - 1));
  const rho = abs(coupling);
  const above = m.d + 8 * (mid - 1), below = m.d + 8 * mid;
  store<f64>(above, load<f64>(above) - rho);
  store<f64>(below, load<f64>(below) - rho);
  if (!solve(m, lo, mid, norm, leaf) || !solve(m, mid, hi, norm, leaf)) return false;

  // z at unit length; first and last row of diag(Q₁, Q₂).
  const root = Math.SQRT1_2;
  for (let j = lo; j < mid; j++) {
    store<f64>(m.z + 8 * j, root * load<f64>(m.last + 8 * j));
    store<f64>(m.last + 8 * j, 0);
  }
  for (let j = mid; j < hi; j++) {
    store<f64>(m.z + 8 * j, copysign<f64>(root, coupling) * load<f64>(m.first + 8 * j));
    store<f64>(m.first + 8 * j, 0);
  }
  const k = laed2(m, lo, mid, hi, 2 * rho);
  if (!laed3(m, lo, mid, hi, k, 2 * rho)) return false;
  settle(m, lo, hi, k);
  return true;
}

function solveLeaf(m: Merge, lo: i32, hi: i32, norm: f64, leaf: usize): bool {
  const n = hi - lo;
  const d = m.d + 8 * lo;
  if (!steqr(n, norm, d, m.e + 8 * lo, leaf, LDQ, leaf + LDQ * LEAF)) return false;
  for (let j = 0; j < n; j++) {
    const from = leaf + LDQ * j;
    store<f64>(m.first + 8 * (lo + j), load<f64>(from));
    store<f64>(m.last + 8 * (lo + j), load<f64>(from + 8 * (n - 1)));
    let at = j;
    for (; at > 0; at--) {
      const before = load<i32>(m.order + 4 * (lo + at - 1));
      if (load<f64>(m.d + 8 * before) <= load<f64>(d + 8 * j)) break;
      store<i32>(m.order + 4 * (lo + at), before);
    }
    store<i32>(m.order + 4 * (lo + at), lo + j);
    if (!m.vectors) continue;
    let to = entryOf(m.q, m.stride, lo, lo + j);
    for (let i = 0; i < n; i++, to += ROW) store<real>(to, <real>load<f64>(from + 8 * i));
  }
  return true;
}

/** The merged piece: k new values, then the deflated ones, and the order of all. */
export function settle(m: Merge, lo: i32, hi: i32, k: i32): void {
  const gone = hi - lo - k;
  for (let j = 0; j < gone; j++) {
    const from = load<i32>(m.deflated + 4 * j);
    const to = m.spare + 24 * (k + j);
    store<f64>(to, load<f64>(m.d + 8 * from));
    store<f64>(to + 8, load<f64>(m.first + 8 * from));
    store<f64>(to + 16, load<f64>(m.last + 8 * from));
  }
  for (let j = lo, from = m.spare; j < hi; j++, from += 24) {
    store<f64>(m.d + 8 * j, load<f64>(from));
    store<f64>(m.first + 8 * j, load<f64>(from + 8));
    store<f64>(m.last + 8 * j, load<f64>(from + 16));
  }
  for (let i = lo, i1 = lo, i2 = lo + k; i < hi; i++) {
    const kept = i2 == hi || (i1 < lo + k && load<f64>(m.d + 8 * i1) <= load<f64>(m.d + 8 * i2));
    store<i32>(m.order + 4 * i, kept ? i1++ : i2++);
  }
}
