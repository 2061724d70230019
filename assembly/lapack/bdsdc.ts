/**
 * bdsdc: B = U diag(d) Vᵀ of an upper bidiagonal matrix by divide and conquer (Gu and Eisenstat, "A divide-and-conquer
 * algorithm for the bidiagonal SVD", SIAM J. Matrix Anal. Appl. 16, 1995).
 *
 *       | B₁        |     B₁ = U₁ [D₁ 0] [V₁ v₁]ᵀ, a column more than rows, and so is every piece
 *   B = | α     β   |     but the last; α stands below the last column of B₁,
 *       |       B₂  |     β above the first of B₂
 *
 * In these bases B is a diagonal matrix beside one full row z, M = | z |, where the row α, β has become z and
 *                                                                  | D |
 * d = 0 stands for it: α, β times the last row of [V₁ v₁] and the first of [V₂ v₂], v₁ and v₂ rotated so that one of them
 * is free of z. The squares of the singular values of M are the eigenvalues of MᵀM = D² + zᵀz: the machinery of stedc
 * finds them and the right vectors. Left ones are (-1, d_i ẑ_i / (d_i² - σ²)). Nothing is lost by the squares: D² rounded is
 * the square of a D changed by half of that, no difference of two σ is taken, and ẑ is refitted, so that both
 * U and V are orthogonal.
 *
 * Pieces are square blocks lo..hi-1 of U and V: the free column v stands last, beside the unit column of U which belongs
 * to the row that is to come. What is deflated is normwise negligible. 8n³/3 flops in tiles without deflation, the values
 * alone O(n²); they are the same bits.
 */
import { ROW, entryOf, panelBytes } from "../blas/panel";
import { c, rotg, s } from "../blas/rotg";
import { bdsqr } from "./bdsqr";
import { BOTH, NEGLIGIBLE, keep, rotateRight, separate } from "./laed2";
import { laed3 } from "./laed3";
import { Merge } from "./merge";
import { middle, settle } from "./stedc";

/** Orders up to this are leaves. */
// @ts-ignore: decorator
@inline const LEAF: i32 = 32;
// @ts-ignore: decorator
@inline const LD: usize = 8 * LEAF;
/** Bytes of a leaf's vectors and rotations. */
// @ts-ignore: decorator
@inline export const LEAVES: u64 = 2 * LD * LEAF + 32 * LEAF;
/** What the free column has for a value: it comes after all others. */
// @ts-ignore: decorator
@inline const FREE: f64 = f64.MAX_VALUE;

/** d and e of `m` are given; d, order, U (`left`) and V (`q`) are the result. B is not zero. Returns whether everything converged. */
export function bdsdc(m: Merge, n: i32, leaf: usize): bool {
  if (m.vectors) {
    memory.fill(m.q, 0, <usize>panelBytes(n, n));
    memory.fill(m.left, 0, <usize>panelBytes(n, n));
  }
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    norm = max(norm, abs(load<f64>(m.d + 8 * i)));
    if (i < n - 1) norm = max(norm, abs(load<f64>(m.e + 8 * i)));
  }
  return solve(m, n, 0, n, norm, leaf);
}

function solve(m: Merge, n: i32, lo: i32, hi: i32, norm: f64, leaf: usize): bool {
  if (hi - lo <= LEAF) return solveLeaf(m, n, lo, hi, norm, leaf);
  const mid = middle(lo, hi), row = mid - 1, free = hi - 1;
  const end = hi < n ? free : hi;
  const d = m.d, z = m.z;
  const alpha = load<f64>(d + 8 * row), beta = load<f64>(m.e + 8 * row);
  if (!solve(m, n, lo, mid, norm, leaf) || !solve(m, n, mid, hi, norm, leaf)) return false;

  for (let j = lo; j < mid; j++) {
    store<f64>(z + 8 * j, alpha * load<f64>(m.last + 8 * j));
    store<f64>(m.last + 8 * j, 0);
  }
  for (let j = mid; j < hi; j++) {
    store<f64>(z + 8 * j, beta * load<f64>(m.first + 8 * j));
    store<f64>(m.first + 8 * j, 0);
  }
  let own = load<f64>(z + 8 * row);
  if (hi < n) {
    own = rotg(own, load<f64>(z + 8 * free));
    rotateRight(m, lo, hi, row, free, c, s);
  }
  // As LAPACK does (dlasd2), z of the row is not less than what is negligible, and no other d less than half of it, so that
  // the roots are well apart from their poles. The first value is proportional to so small a z, and is brought back.
  const tolerance = NEGLIGIBLE * norm, raised = max(abs(own), tolerance);
  store<f64>(z + 8 * row, copysign(raised, own));
  store<f64>(d + 8 * row, 0);
  store<i32>(m.kind + 4 * row, BOTH);
  keep(m, 0, row);
  const k = separate(m, lo, mid, hi, row, end, 1, tolerance, 1);
  if (hi < n) store<i32>(m.deflated + 4 * (hi - lo - k - 1), free);
  for (let i = 0; i < k; i++) {
    const root = i > 0 ? max(load<f64>(m.dk + 8 * i), 0.5 * tolerance) : 0;
    store<f64>(m.root + 8 * i, root);
    store<f64>(m.dk + 8 * i, root * root);
  }
  if (!laed3(m, lo, mid, hi, k, 1)) return false;
  for (let j = 0; j < k; j++) store<f64>(m.spare + 24 * j, sqrt(load<f64>(m.spare + 24 * j)));
  store<f64>(m.spare, load<f64>(m.spare) * (abs(own) / raised));
  settle(m, lo, hi, k);
  return true;
}

function solveLeaf(m: Merge, n: i32, lo: i32, hi: i32, norm: f64, leaf: usize): bool {
  const size = hi - lo;
  const d = m.d + 8 * lo;
  const u = leaf, v = leaf + LD * LEAF;
  // The row below belongs to the merge.
  if (hi < n) store<f64>(m.d + 8 * (hi - 1), 0);
  if (!bdsqr(size, norm, d, m.e + 8 * lo, u, v, LD, v + LD * LEAF)) return false;
  if (hi < n) store<f64>(m.d + 8 * (hi - 1), FREE);
  for (let j = 0; j < size; j++) {
    const from = v + LD * j;
    store<f64>(m.first + 8 * (lo + j), load<f64>(from));
    store<f64>(m.last + 8 * (lo + j), load<f64>(from + 8 * (size - 1)));
    let at = j;
    for (; at > 0; at--) {
      const before = load<i32>(m.order + 4 * (lo + at - 1));
      if (load<f64>(m.d + 8 * before) <= load<f64>(d + 8 * j)) break;
      store<i32>(m.order + 4 * (lo + at), before);
    }
    store<i32>(m.order + 4 * (lo + at), lo + j);
    if (!m.vectors) continue;
    let q = entryOf(m.q, m.stride, lo, lo + j), p = entryOf(m.left, m.stride, lo, lo + j);
    for (let i = 0; i < size; i++, q += ROW, p += ROW) {
      store<real>(q, <real>load<f64>(from + 8 * i));
      store<real>(p, <real>load<f64>(u + LD * j + 8 * i));
    }
  }
  return true;
}
