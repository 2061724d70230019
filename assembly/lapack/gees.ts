/**
 * gees: real Schur form A = Z T Zᵀ of a row-major matrix, or its eigenvalues alone; the driver.
 *
 *   gehrd ─► orgqr (Zᵀ) ─► lahqr, from order `nmin` + 1 on laqr0 ─► transpose, eigenvalues
 *
 * Data are scaled by a power of two to a largest entry between 1 and 2, and T back, so that nothing on the way
 * over- or underflows that counts. `balance` (for eigenvalues only): gebal first.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { identity } from "../blas/identity";
import { reciprocalPower } from "../blas/nrm2";
import { NR, PAD, at, pack, pad, panelBytes, panelStride } from "../blas/panel";
import { TURN } from "../blas/turn";
import { Info } from "../info";
import { REAL } from "../real";
import { gehrd, gehrdWork } from "./gehrd";
import { ilaenv } from "./ilaenv";
import { lahqr } from "./lahqr";
import { laqr0 } from "./laqr0";
import { chainWindow } from "./laqr5";
import { larft } from "./larft";
import { orgqr, orgqrWork } from "./orgqr";
import { TREXC_WORK } from "./trexc";
import { Window } from "./window";

/**
 * A is n x n and becomes T (without `vectors`: is destroyed), Z n x n, w the n real and then the n imaginary
 * parts of the eigenvalues, in the order of T's diagonal. `nb`: block size of the reduction, a power of two from
 * 8 on, or 0 for the routine's own choice.
 */
export function gees(
  vectors: bool, n: i32, nb: i32, nmin: i32, nw: i32, most: i32, bulges: i32, a: usize, z: usize, w: usize,
): Info {
  if (n == 0) return Info.OK;
  const top = amax(n * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  if (nb == 0) nb = ilaenv(n);
  const frame = mark();
  const info = decompose(vectors, n, nb, nmin, nw, most, bulges, top, a, z, w);
  release(frame);
  return info;
}

function decompose(
  vectors: bool, n: i32, nb: i32, nmin: i32, nw: i32, most: i32, bulges: i32, top: f64, a: usize, z: usize, w: usize,
): Info {
  const tau = alloc(<u64>REAL * pad(n, NR));
  const work = alloc(gehrdWork(n, nb));
  const turn = alloc(TURN);
  if (!tau || !work || !turn) return Info.MEMORY;
  const scale = top > 0 ? reciprocalPower(top) : 1;
  scal(n * n, scale, a);
  gehrd(n, nb, a, n, tau, work);
  if (vectors && !orghr(n, nb, a, tau, z)) return Info.MEMORY;
  for (let i = 2; i < n; i++) memory.fill(at(a, n, i, 0), 0, REAL * (i - 1));
  const zt = vectors ? z : 0;
  if (n <= nmin) {
    if (!lahqr(vectors, n, a, n, zt, n, turn)) return Info.CONVERGENCE;
  } else {
    const x = changetype<Window>(alloc(offsetof<Window>()));
    const order = max(max(nmin, 2 * nw), chainWindow(bulges));
    x.n = n;
    x.h = a;
    x.z = zt;
    x.ld = pad(order, 8) + 4;
    x.t = alloc(<u64>REAL * order * x.ld);
    x.v = alloc(<u64>REAL * order * x.ld);
    x.slab = alloc(<u64>REAL * order * n);
    const shifts = alloc(32 * <u64>most);
    const room = alloc(max(TREXC_WORK, 2 * REAL * order));
    if (!laqr0(x, nmin, nw, most, bulges, shifts, room)) return Info.CONVERGENCE;
  }
  scal(n * n, 1 / scale, a);
  eigenvalues(n, a, w);
  if (vectors) transpose(n, z);
  return amax(vectors ? n * n : 0, a) <= f64.MAX_VALUE && amax(2 * n, w) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}

/** orghr: Qᵀ of gehrd's reflectors: a unit row and column, and what orgqr makes of the rest. */
function orghr(n: i32, nb: i32, a: usize, tau: usize, z: usize): bool {
  identity(n, z);
  const k = n - 1;
  if (k == 0) return true;
  const v = alloc(panelBytes(k, k));
  const t = alloc(<u64>REAL * nb * pad(k, nb));
  const d = alloc(<u64>REAL * k);
  const work = alloc(orgqrWork(k, nb));
  if (!v || !t || !d || !work) return false;
  const stride = panelStride(k);
  pack(false, k, k, at(a, n, 1, 0), n, v);
  for (let j = 0; j < k; j++) {
    const column = v + stride * (j / NR) + REAL * (j & (NR - 1));
    for (let i = 0; i < j; i++) store<real>(column + 32 * i, 0);
    store<real>(column + 32 * j, 1);
    store<real>(d + REAL * j, 1);
  }
  for (let j = k; j < pad(k, NR); j++) store<real>(tau + REAL * j, 0);
  for (let b = 0; b < k; b += nb) {
    const vb = v + stride * (b / NR) + 32 * b;
    larft(pad(k, PAD) - b, min(nb, pad(k - b, NR)), vb, stride, tau + REAL * b, t + REAL * b * nb);
  }
  orgqr(true, k, k, k, nb, v, t, d, at(z, n, 1, 1), n, work);
  return true;
}

/** Of a standardised T: wr, then wi; of a pair the one with positive imaginary part first. */
function eigenvalues(n: i32, t: usize, w: usize): void {
  for (let i = 0; i < n; i++) {
    const d = load<real>(at(t, n, i, i));
    store<real>(at(w, 1, i, 0), d);
    store<real>(at(w, 1, n + i, 0), 0);
    if (i + 1 == n || load<real>(at(t, n, i + 1, i)) == 0) continue;
    const b = abs(load<real>(at(t, n, i, i + 1))), c = abs(load<real>(at(t, n, i + 1, i)));
    const imaginary = sqrt(b) * sqrt(c);
    store<real>(at(w, 1, i + 1, 0), d);
    store<real>(at(w, 1, n + i, 0), imaginary);
    store<real>(at(w, 1, n + i + 1, 0), -imaginary);
    i++;
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
