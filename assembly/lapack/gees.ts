/**
 * gees: real Schur form A = Z T Zᵀ of a row-major matrix, or its eigenvalues alone; the driver.
 *
 *   gebal (eigenvalues only) ─► gehrd ─► orghr (Zᵀ) ─► lahqr or laqr0 ─► transpose, eigenvalues
 *
 * Data are scaled by a power of two, after balancing if there is any, and T or the eigenvalues back, so that nothing on
 * the way over- or underflows that counts.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { gemmWork } from "../blas/gemm";
import { reciprocalPower } from "../blas/nrm2";
import { NR, at, pad } from "../blas/panel";
import { TURN, turnRows } from "../blas/turn";
import { Info } from "../info";
import { REAL, SINGLE } from "../real";
import { gebal, isolate } from "./gebal";
import { gehrd, gehrdWork } from "./gehrd";
import { ilaenv } from "./ilaenv";
import { turned } from "./lahqr";
import { lanv2 } from "./lanv2";
import { lascl } from "./lascl";
import { laqr0 } from "./laqr0";
import { orghr } from "./orghr";

/**
 * Where the largest entry is brought to, for the sake of what is small beside it: 2^38 or 2^458, half the upper end of the
 * range that LAPACK's geev leaves alone, ulp √(1 / safmin). (An even power, so that square roots commute with it.)
 */
// @ts-ignore: decorator
@inline const TOP: f64 = SINGLE ? 274877906944.0 : 7.442828536787015e137;

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
  memory.fill(w, 0, 2 * REAL * n);
  const frame = mark();
  const info = solve(vectors, balance, n, nb, nmin, nw, bulges, top, a, z, w);
  release(frame);
  if (info != Info.OK) return info;
  return amax(vectors ? n * n : 0, a) <= f64.MAX_VALUE && amax(2 * n, w) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}

function solve(
  vectors: bool, balance: bool, n: i32, nb: i32, nmin: i32, nw: i32, bulges: i32, top: f64,
  a: usize, z: usize, w: usize,
): Info {
  let m = n;
  let scale: f64 = 1;
  if (balance && !vectors) {
    const counts = alloc(12 * <u64>n);
    if (!counts) return Info.MEMORY;
    m = isolate(n, a, w, counts);
    if (m > 0) scale = gebal(m, a, TOP, counts);
  } else if (top > 0) {
    scale = reciprocalPower(top / TOP);
    lascl(n * n, scale, 1, a);
  }
  const info = decompose(m, nb ? nb : ilaenv(m), nmin, nw, bulges, scale, a, vectors ? z : 0);
  if (info == Info.OK) eigenvalues(m, a, vectors ? 1 : scale, w, at(w, 1, n, 0));
  return info;
}

/** A := T / scale, Z; z = 0: A := T, of which only the eigenvalues count. */
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
  const info = laqr0(n, nmin, nw, bulges, a, z);
  if (!z) return info;
  lascl(n * n, 1, scale, a);
  settle(n, a, z, work);
  transpose(n, z);
  return info;
}

/** Where scaling took a block's entry above the diagonal to zero, the block is turned: it has become real. */
function settle(n: i32, t: usize, z: usize, turn: usize): void {
  for (let i = 0; i + 1 < n; i++) {
    if (load<real>(at(t, n, i + 1, i)) == 0 || load<real>(at(t, n, i, i + 1)) != 0) continue;
    lanv2(t, n, i, turn);
    turned(n, t, n, i, 2, turn);
    turnRows(2, n, at(z, n, i, 0), n, turn);
  }
}

/** Of a standardised T / scale; of a pair the one with positive imaginary part first. */
function eigenvalues(n: i32, t: usize, scale: f64, re: usize, im: usize): void {
  for (let i = 0; i < n; i++) {
    const d = <real>(<f64>load<real>(at(t, n, i, i)) / scale);
    store<real>(at(re, 1, i, 0), d);
    if (i + 1 == n || load<real>(at(t, n, i + 1, i)) == 0) continue;
    const b = <f64>load<real>(at(t, n, i, i + 1)), c = <f64>load<real>(at(t, n, i + 1, i));
    const imaginary = <real>((sqrt(abs(b)) * sqrt(abs(c))) / scale);
    store<real>(at(im, 1, i, 0), imaginary);
    i++;
    store<real>(at(re, 1, i, 0), d);
    store<real>(at(im, 1, i, 0), 0 - imaginary);
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
