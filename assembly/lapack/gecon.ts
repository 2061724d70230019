/**
 * gecon: 1 / (‖A‖₁ ‖A⁻¹‖₁), from a factorization of A in panels, the second norm estimated from below.
 *
 * Higham's estimator (ACM TOMS 14, 1988, algorithm 4.1; LAPACK's lacn2): the gradient of ‖A⁻¹x‖₁ shows which column of
 * A⁻¹ to look at next; 4 or 5 solves as a rule, seldom below a third of the norm.
 */
import { NR, ROW, panelStride } from "../blas/panel";
import { REAL } from "../real";
import { getrs, potrs } from "./getrs";

/** Solves at most, lacn2's ITMAX: pairs of one with A and one with Aᵀ. */
// @ts-ignore: decorator
@inline const ROUNDS: i32 = 5;

/** The 1-norm of an n x n matrix in panels; for `half`, of the symmetric one whose upper triangle is there. */
export function norm1(half: bool, n: i32, a: usize, work: usize): f64 {
  const stride = panelStride(n);
  memory.fill(work, 0, 8 * n);
  for (let j = 0; j < n; j++) {
    let sum: f64 = 0;
    const column = a + stride * (j / NR) + REAL * (j & (NR - 1));
    for (let i = 0, end = half ? j + 1 : n; i < end; i++) {
      const size = <f64>abs<real>(load<real>(column + ROW * i));
      sum += size;
      if (half && i < j) store<f64>(work + 8 * i, load<f64>(work + 8 * i) + size);
    }
    store<f64>(work + 8 * j, load<f64>(work + 8 * j) + sum);
  }
  let top: f64 = 0;
  for (let j = 0; j < n; j++) top = max(top, load<f64>(work + 8 * j));
  return top;
}

/**
 * `norm` is that of A, from before it was overwritten by L and U (`posdef`: U); `x` is one panel of n rows, `signs` n
 * bytes. Not above 1; 0 if the estimate overflows.
 */
export function gecon(posdef: bool, n: i32, norm: f64, a: usize, pivots: usize, x: usize, signs: usize): f64 {
  const bytes = panelStride(n);
  memory.fill(x, 0, bytes);
  for (let i = 0; i < n; i++) store<real>(x + ROW * i, <real>(1 / <f64>n));
  let estimate = solved(posdef, false, n, a, pivots, x);
  if (n > 1) {
    let steepest = -1;
    for (let round = 1; round < ROUNDS; round++) {
      const turned = flip(n, x, signs, round == 1);
      if (!turned) break;
      solved(posdef, true, n, a, pivots, x);
      const next = largest(n, x);
      if (steepest >= 0 && abs<real>(load<real>(x + ROW * steepest)) == abs<real>(load<real>(x + ROW * next))) break;
      steepest = next;
      memory.fill(x, 0, bytes);
      store<real>(x + ROW * next, 1);
      const found = solved(posdef, false, n, a, pivots, x);
      if (!(found > estimate)) break;
      estimate = found;
    }
    // What no gradient shows: a vector of alternating signs and growing size.
    memory.fill(x, 0, bytes);
    for (let i = 0; i < n; i++) {
      const size = 1 + <f64>i / <f64>(n - 1);
      store<real>(x + ROW * i, <real>(i & 1 ? -size : size));
    }
    estimate = max(estimate, (2 * solved(posdef, false, n, a, pivots, x)) / (3 * <f64>n));
  }
  const product = norm * estimate;
  return product <= f64.MAX_VALUE ? min(1 / product, 1) : 0;
}

/** x := A⁻¹ x or A⁻ᵀ x; returns ‖x‖₁. */
function solved(posdef: bool, trans: bool, n: i32, a: usize, pivots: usize, x: usize): f64 {
  if (posdef) potrs(n, 1, a, x);
  else getrs(trans, n, 1, a, pivots, x);
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += <f64>abs<real>(load<real>(x + ROW * i));
  return sum;
}

/** x := its signs; whether they are others than last time. */
function flip(n: i32, x: usize, signs: usize, first: bool): bool {
  let turned = first;
  for (let i = 0; i < n; i++) {
    const negative = <u8>(load<real>(x + ROW * i) < 0);
    if (first || load<u8>(signs + i) != negative) turned = true;
    store<u8>(signs + i, negative);
    store<real>(x + ROW * i, negative ? -1 : 1);
  }
  return turned;
}

/** The index of the entry of largest magnitude. */
function largest(n: i32, x: usize): i32 {
  let best = 0;
  for (let i = 1; i < n; i++) {
    if (abs<real>(load<real>(x + ROW * i)) > abs<real>(load<real>(x + ROW * best))) best = i;
  }
  return best;
}
