/**
 * trsyl: op(A) X ± X op(B) = s C, A and B upper quasi-triangular (a real Schur form), op the identity or the
 * transpose, 0 < s <= 1 a power of two that keeps X representable; the driver over trsy2.
 *
 * Numbers first: op(A) and ±op(B) are scaled by one power of two to entries below 2, C by another, and a
 * transpose is turned around (quasi.ts), so that trsy2 has one case to solve and every scale to itself. A pivot
 * of SMIN = eps max(|A|, |B|) or less is replaced and counted, as LAPACK does: the answer is that of a nearby equation.
 *
 * After Bartels and Stewart, CACM 15 (1972); numbers as in LAPACK's trsyl and lasy2.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { exponentOf, power } from "../blas/exponent";
import { reciprocalPower } from "../blas/nrm2";
import { NR, ROW, panelBytes, panelStride } from "../blas/panel";
import { MR } from "../blas/tile";
import { Info } from "../info";
import { EPS, REAL, SAFMIN, SINGLE } from "../real";
import { LASY2_WORK, REPLACED } from "./lasy2";
import { PLACE, diagonal, offDiagonal, places, placesBound } from "./quasi";
import { Equation, trsy2 } from "./trsy2";

/** Binary orders of magnitude below overflow that a result may reach. */
// @ts-ignore: decorator
@inline const TOP: i32 = SINGLE ? 126 : 1022;

/**
 * A is m x m, B n x n, C m x n and overwritten by X. `minus`: op(A) X - X op(B). `status` receives two
 * numbers: log2 of s, and how many pivots were replaced.
 */
export function trsyl(
  transA: bool, transB: bool, minus: bool, m: i32, n: i32, a: usize, b: usize, c: usize, status: usize,
): Info {
  store<real>(status, 0);
  store<real>(status, 0, REAL);
  if (m == 0 || n == 0) return Info.OK;
  const topAB = max(amax(m * m, a), amax(n * n, b));
  const topC = amax(m * n, c);
  if (!(max(topAB, topC) <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const info = solve(transA, transB, minus, m, n, topAB, topC, a, b, c, status);
  release(frame);
  return info;
}

function solve(
  transA: bool, transB: bool, minus: bool, m: i32, n: i32, topAB: f64, topC: f64,
  a: usize, b: usize, c: usize, status: usize,
): Info {
  const rowsOf = alloc(4 * <u64>placesBound(m, MR));
  const colsOf = alloc(4 * <u64>placesBound(n, NR));
  if (!rowsOf || !colsOf) return Info.MEMORY;
  const rows = places(transA, m, a, MR, rowsOf);
  const cols = places(transB, n, b, NR, colsOf);
  const address = alloc(offsetof<Equation>());
  if (!address) return Info.MEMORY;
  const e = changetype<Equation>(address);
  e.rows = rows;
  e.cols = cols;
  e.at = alloc(panelBytes(rows, rows));
  e.b = alloc(panelBytes(cols, cols));
  e.x = alloc(panelBytes(rows, cols));
  e.xt = alloc(panelBytes(cols, rows));
  e.da = alloc(PLACE * <u64>rows);
  e.db = alloc(PLACE * <u64>cols);
  e.work = alloc(LASY2_WORK);
  if (!e.at || !e.b || !e.x || !e.xt || !e.da || !e.db || !e.work) return Info.MEMORY;

  const scaleA = topAB > 0 ? reciprocalPower(topAB) : 1;
  const scaleB = minus ? -scaleA : scaleA;
  const scaleC = topC > 0 ? reciprocalPower(topC) : 1;
  diagonal(transA, m, a, scaleA, rows, rowsOf, e.da);
  offDiagonal(transA, true, m, a, scaleA, rows, rowsOf, e.da, e.at);
  diagonal(transB, n, b, scaleB, cols, colsOf, e.db);
  offDiagonal(transB, false, n, b, scaleB, cols, colsOf, e.db, e.b);
  memory.fill(e.x, 0, <usize>panelBytes(rows, cols));
  exchange(true, transA, transB, m, n, c, rows, rowsOf, cols, colsOf, e.x, scaleC, 1);

  e.smin = topAB > 0 ? 2 * EPS * scaleA * topAB : (SAFMIN * m * n) / EPS;
  trsy2(e);

  // X is 2^shift times what was computed, for s = 1; where that is too large, s takes the rest.
  const largest = amax(<i32>(panelBytes(rows, cols) / REAL), e.x);
  const shift = exponentOf(scaleA) - exponentOf(scaleC) - e.exponent;
  const excess = largest > 0 ? max(shift + exponentOf(largest) - TOP, 0) : 0;
  const half = (shift - excess) / 2;
  exchange(false, transA, transB, m, n, c, rows, rowsOf, cols, colsOf, e.x, power(half), power(shift - excess - half));
  store<real>(status, <real>-excess);
  store<real>(status, <real>load<i32>(e.work + REPLACED), REAL);
  return Info.OK;
}

/** X := C or, with `inward` false, C := X, times two factors; both turned around where A or B is. */
function exchange(
  inward: bool, transA: bool, transB: bool, m: i32, n: i32, c: usize,
  rows: i32, rowsOf: usize, cols: i32, colsOf: usize, x: usize, f: f64, g: f64,
): void {
  const stride = panelStride(rows);
  for (let p0 = 0; p0 < rows; p0 += MR) {
    for (let q0 = 0, panel = x; q0 < cols; q0 += NR, panel += stride) {
      for (let p = p0; p < p0 + MR; p++) {
        const k = load<i32>(rowsOf + 4 * p);
        if (k < 0) continue;
        const row = c + REAL * (<usize>(transA ? m - 1 - k : k) * n);
        for (let q = 0; q < NR; q++) {
          const l = load<i32>(colsOf + 4 * (q0 + q));
          if (l < 0) continue;
          const outer = row + REAL * (transB ? n - 1 - l : l);
          const inner = panel + ROW * p + REAL * q;
          const from = inward ? outer : inner;
          store<real>(inward ? inner : outer, <real>(<f64>load<real>(from) * f * g));
        }
      }
    }
  }
}
