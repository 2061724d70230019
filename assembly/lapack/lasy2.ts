/**
 * lasy2: A X + X B = s C for blocks A and B of order 1 or 2, by Gauss elimination with complete pivoting.
 *
 * The p q equations are those of the Kronecker product, rows and unknowns in the order of X's rows. A pivot
 * of `smin` or less is replaced by it and counted: A and -B have eigenvalues in common, or nearly. After complete
 * pivoting no unknown exceeds 8 max |right-hand side / pivot|; where that would pass `big`, the right-hand
 * side is scaled down by a power of two s that makes it about 1.
 *
 * All in f64. `work` holds LASY2_WORK bytes: the equations, four coefficients and the right-hand side (set on
 * entry) each; the number of replaced pivots, which only grows; the order of the unknowns; and the solution.
 */
import { reciprocalPower } from "../blas/nrm2";

// @ts-ignore: decorator
@inline export const LASY2_WORK: u64 = 4 * 40 + 8 + 16 + 32;
/** Bytes of an equation. */
// @ts-ignore: decorator
@inline export const LASY2_ROW: usize = 40;
/** Where its right-hand side stands. */
// @ts-ignore: decorator
@inline export const RHS: usize = 32;
// @ts-ignore: decorator
@inline export const REPLACED: usize = 160;
// @ts-ignore: decorator
@inline const ORDER: usize = 168;
/** Where the solution lies, in the order of the equations. */
// @ts-ignore: decorator
@inline export const SOLUTION: usize = 184;

/** Returns s. `a` and `b` are the blocks' entries: diagonal, above, below; then the second diagonal entry. */
export function lasy2(p: i32, q: i32, a: usize, b: usize, smin: f64, big: f64, work: usize): f64 {
  const n = p * q;
  for (let i = 0; i < n; i++) {
    const row = work + LASY2_ROW * i;
    for (let j = 0; j < n; j++) store<f64>(row + 8 * j, 0);
    store<f64>(row + 8 * i, load<f64>(a + (i >= q ? 24 : 0)) + load<f64>(b + (i % q ? 24 : 0)));
    store<i32>(work + ORDER + 4 * i, i);
  }
  for (let j = 0; p == 2 && j < q; j++) {
    store<f64>(work + LASY2_ROW * j + 8 * (q + j), load<f64>(a, 8));
    store<f64>(work + LASY2_ROW * (q + j) + 8 * j, load<f64>(a, 16));
  }
  for (let i = 0; q == 2 && i < n; i += 2) {
    store<f64>(work + LASY2_ROW * i + 8 * (i + 1), load<f64>(b, 16));
    store<f64>(work + LASY2_ROW * (i + 1) + 8 * i, load<f64>(b, 8));
  }
  let fits = true;
  for (let k = 0; k < n; k++) {
    const row = work + LASY2_ROW * k;
    if (n > 1) pivot(n, k, work);
    let d = load<f64>(row + 8 * k);
    if (abs(d) <= smin) {
      store<f64>(row + 8 * k, (d = smin));
      store<i32>(work + REPLACED, load<i32>(work + REPLACED) + 1);
    }
    const c = load<f64>(row + RHS);
    for (let i = k + 1; i < n; i++) {
      const other = work + LASY2_ROW * i;
      const factor = load<f64>(other + 8 * k) / d;
      for (let j = k + 1; j < n; j++) {
        store<f64>(other + 8 * j, load<f64>(other + 8 * j) - factor * load<f64>(row + 8 * j));
      }
      store<f64>(other + RHS, load<f64>(other + RHS) - factor * c);
    }
    if (8 * abs(c) > big * abs(d)) fits = false;
  }
  const scale = fits ? 1 : reduction(n, work);
  for (let k = n - 1; k >= 0; k--) {
    const row = work + LASY2_ROW * k;
    let sum = scale * load<f64>(row + RHS);
    for (let j = k + 1; j < n; j++) sum -= load<f64>(row + 8 * j) * load<f64>(work + LASY2_ROW * j + RHS);
    const x = sum / load<f64>(row + 8 * k);
    store<f64>(row + RHS, x);
    store<f64>(work + SOLUTION + 8 * load<i32>(work + ORDER + 4 * k), x);
  }
  return scale;
}

/** The power of two that brings the solution to about 1. */
function reduction(n: i32, work: usize): f64 {
  let largest: f64 = 0;
  for (let k = 0; k < n; k++) {
    const row = work + LASY2_ROW * k;
    largest = max(largest, abs(load<f64>(row + RHS)) / min<f64>(abs(load<f64>(row + 8 * k)), 1));
  }
  return reciprocalPower(largest);
}

/** Brings the largest of the remaining coefficients to place (k, k). */
function pivot(n: i32, k: i32, work: usize): void {
  let top: f64 = -1;
  let r = k, c = k;
  for (let i = k; i < n; i++) {
    for (let j = k; j < n; j++) {
      const value = abs(load<f64>(work + LASY2_ROW * i + 8 * j));
      if (value > top) {
        top = value;
        r = i;
        c = j;
      }
    }
  }
  const row = work + LASY2_ROW * k, other = work + LASY2_ROW * r;
  for (let j: usize = 0; r != k && j < LASY2_ROW; j += 8) {
    const x = load<f64>(row + j);
    store<f64>(row + j, load<f64>(other + j));
    store<f64>(other + j, x);
  }
  if (c == k) return;
  for (let i = 0; i < n; i++) {
    const at = work + LASY2_ROW * i;
    const x = load<f64>(at + 8 * k);
    store<f64>(at + 8 * k, load<f64>(at + 8 * c));
    store<f64>(at + 8 * c, x);
  }
  const order = work + ORDER;
  const i = load<i32>(order + 4 * k);
  store<i32>(order + 4 * k, load<i32>(order + 4 * c));
  store<i32>(order + 4 * c, i);
}
