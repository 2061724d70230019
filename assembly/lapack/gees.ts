/**
 * gees: real Schur form A = Z T Zᵀ of a row-major matrix, or its eigenvalues alone; the driver.
 *
 *   gebal (eigenvalues only) ─► gehrd ─► orghr (Zᵀ) ─► lahqr or laqr0 ─► transpose, eigenvalues
 *
 * Data are scaled by a power of two to a largest entry between 1 and 2, and T back, so that nothing on the way
 * over- or underflows that counts.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { gemmWork } from "../blas/gemm";
import { reciprocalPower } from "../blas/nrm2";
import { NR, at, pad } from "../blas/panel";
import { TURN, turnRows } from "../blas/turn";
import { Info } from "../info";
import { REAL } from "../real";
import { gebal } from "./gebal";
import { gehrd, gehrdWork } from "./gehrd";
import { ilaenv } from "./ilaenv";
import { turned } from "./lahqr";
import { lanv2 } from "./lanv2";
import { hqr } from "./laqr0";
import { orghr } from "./orghr";

/**
 * A is n x n and becomes T (without `vectors`: is destroyed), Z n x n, w the n real and then the n imaginary
 * parts of the eigenvalues. `balance` only without `vectors`. `nb`: block size of the reduction, a power of two
 * from 8 on, or 0 for the routine's own choice; so are `nmin`, `nw` and `bulges`, see laqr0.
 */
export function gees(
  vectors: bool, balance: bool, n: i32, nb: i32, nmin: i32, nw: i32, bulges: i32, a: usize, z: usize, w: usize,
): Info {
  if (n == 0) return Info.OK;
  const top = amax(n * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  const scale = top > 0 ? reciprocalPower(top) : 1;
  scal(n * n, scale, a);
  memory.fill(w, 0, 2 * REAL * n);
  const frame = mark();
  let m = n;
  let info = Info.OK;
  if (balance && !vectors) {
    const counts = alloc(12 * <u64>n);
    if (counts) m = gebal(n, a, w, counts);
    else info = Info.MEMORY;
  }
  if (info == Info.OK) info = decompose(m, nb ? nb : ilaenv(m), nmin, nw, bulges, scale, a, vectors ? z : 0);
  release(frame);
  if (info != Info.OK) return info;
  for (let i = m; i < n; i++) store<real>(at(w, 1, i, 0), <real>(<f64>load<real>(at(w, 1, i, 0)) / scale));
  eigenvalues(m, a, w, at(w, 1, n, 0));
  return amax(vectors ? n * n : 0, a) <= f64.MAX_VALUE && amax(2 * n, w) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}

/** A := T, Z; z = 0: only the eigenvalues of T count. */
function decompose(
  n: i32, nb: i32, nmin: i32, nw: i32, bulges: i32, scale: f64, a: usize, z: usize,
): Info {
  const tau = alloc(<u64>REAL * pad(n, NR));
  const work = alloc(max(gehrdWork(n, nb), TURN));
  const frame = mark();
  const products = alloc(gemmWork(n, n, n)); // that it can be had: gehrd does not ask
  release(frame);
  if (!tau || !work || !products) return Info.MEMORY;
  gehrd(n, nb, a, n, tau, work);
  if (z && !orghr(n, nb, a, tau, z)) return Info.MEMORY;
  for (let i = 2; i < n; i++) memory.fill(at(a, n, i, 0), 0, REAL * (i - 1));
  const info = hqr(n, nmin, nw, bulges, a, z);
  scal(n * n, 1 / scale, a);
  settle(n, a, z, work);
  if (z) transpose(n, z);
  return info;
}

/** Where scaling took a block's entry above the diagonal to zero, the block is turned: it has become real. */
function settle(n: i32, t: usize, z: usize, turn: usize): void {
  for (let i = 0; i + 1 < n; i++) {
    if (load<real>(at(t, n, i + 1, i)) == 0 || load<real>(at(t, n, i, i + 1)) != 0) continue;
    lanv2(t, n, i, turn);
    turned(n, t, n, i, 2, turn);
    if (z) turnRows(2, n, at(z, n, i, 0), n, turn);
  }
}

/** Of a standardised T; of a pair the one with positive imaginary part first. */
function eigenvalues(n: i32, t: usize, re: usize, im: usize): void {
  for (let i = 0; i < n; i++) {
    const d = load<real>(at(t, n, i, i));
    store<real>(at(re, 1, i, 0), d);
    if (i + 1 == n || load<real>(at(t, n, i + 1, i)) == 0) continue;
    const b = <f64>load<real>(at(t, n, i, i + 1)), c = <f64>load<real>(at(t, n, i + 1, i));
    const imaginary = <real>(sqrt(abs(b)) * sqrt(abs(c)));
    store<real>(at(im, 1, i, 0), imaginary);
    i++;
    store<real>(at(re, 1, i, 0), d);
    store<real>(at(im, 1, i, 0), -imaginary);
  }
}

function transpose(n: i32, z: usize): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const x = load<real>(at(z, n, i, j));
      store<real>(at(z, n, i, j), load<real>(at(z, n, j, i)));
      store<real>(at(z, n, j, i), x);
    }
  }
}

/** scal: x := alpha x. */
function scal(n: i32, alpha: f64, x: usize): void {
  for (const end = x + REAL * n; x < end; x += REAL) store<real>(x, <real>(alpha * <f64>load<real>(x)));
}
