/**
 * What the double-shift and the multishift iteration share: when a subdiagonal entry counts as zero, the vector
 * that starts a bulge, and the reflector that moves it.
 */
import { at } from "../blas/panel";
import { EPS, SAFMIN } from "../real";

/** LAPACK's precision. */
// @ts-ignore: decorator
@inline const ULP: f64 = 2 * EPS;

/** Below 2^-450 squares lose bits; 2^600 lifts every subnormal f64 above that. */
const SMALL: f64 = reinterpret<f64>(<u64>(1023 - 450) << 52);
const LIFT: f64 = reinterpret<f64>(<u64>(1023 + 600) << 52);

/** The vector v of the reflector made last, v(0) = 1, or that is to become one, and tau. */
export let v0: f64 = 0;
export let v1: f64 = 0;
export let v2: f64 = 0;
export let tau: f64 = 0;

// @ts-ignore: decorator
@inline
export function get(h: usize, ld: i32, i: i32, j: i32): f64 {
  return <f64>load<real>(at(h, ld, i, j));
}

/** Below this everything is zero in a matrix of order n whose entries go up to where gees brings them. */
// @ts-ignore: decorator
@inline
export function smallest(n: i32): f64 {
  return SAFMIN * (<f64>n / ULP);
}

/** Does H(k, k-1) count as zero in rows lo..hi? After Ahues and Tisseur (LAPACK Working Note 122, 1997). */
export function negligible(h: usize, ld: i32, k: i32, lo: i32, hi: i32, floor: f64): bool {
  const below = abs(get(h, ld, k, k - 1));
  if (below <= floor) return true;
  const p = get(h, ld, k - 1, k - 1), q = get(h, ld, k, k);
  let size = abs(p) + abs(q);
  if (size == 0) {
    if (k - 2 >= lo) size += abs(get(h, ld, k - 1, k - 2));
    if (k + 1 <= hi) size += abs(get(h, ld, k + 1, k));
  }
  if (below > ULP * size) return false;
  const above = abs(get(h, ld, k - 1, k));
  const ab = max(below, above), ba = min(below, above);
  const aa = max(abs(q), abs(p - q)), bb = min(abs(q), abs(p - q));
  const s = aa + ab;
  return ba * (ab / s) <= max(floor, ULP * (bb * (aa / s)));
}

/**
 * The same where the iteration does not get on. Of a skew-symmetric H, whose diagonal is zero, the test above asks for
 * a smaller entry than rounding leaves in every sweep; backward stability asks for no more than this.
 */
export function drowned(h: usize, ld: i32, k: i32, lo: i32, hi: i32): bool {
  let size = abs(get(h, ld, k - 1, k - 1)) + abs(get(h, ld, k - 1, k)) + abs(get(h, ld, k, k));
  if (k - 2 >= lo) size += abs(get(h, ld, k - 1, k - 2));
  if (k + 1 <= hi) size += abs(get(h, ld, k + 1, k));
  return abs(get(h, ld, k, k - 1)) <= ULP * size;
}

/** The first column of (H - s)(H - t) in rows k.., a multiple of it; s and t a pair of shifts. */
export function start(h: usize, ld: i32, k: i32, sr: f64, si: f64, tr: f64, ti: f64): void {
  const h00 = get(h, ld, k, k), h10 = get(h, ld, k + 1, k), h11 = get(h, ld, k + 1, k + 1);
  const s = abs(h00 - tr) + abs(ti) + abs(h10);
  const down = s == 0 ? 0 : h10 / s;
  v0 = s == 0 ? 0 : down * get(h, ld, k, k + 1) + (h00 - sr) * ((h00 - tr) / s) - si * (ti / s);
  v1 = down * (h00 + h11 - sr - tr);
  v2 = down * get(h, ld, k + 2, k + 1);
  const size = abs(v0) + abs(v1) + abs(v2);
  if (size == 0) return;
  v0 /= size;
  v1 /= size;
  v2 /= size;
}

/** The vector of the reflector that moves a bulge on: rows k+1.. of column k. */
// @ts-ignore: decorator
@inline
export function next(order: i32, h: usize, ld: i32, k: i32): void {
  v0 = get(h, ld, k + 1, k);
  v1 = get(h, ld, k + 2, k);
  v2 = order == 3 ? get(h, ld, k + 3, k) : 0;
}

/** Turns (v0, v1, v2) into v and tau of its reflector; returns beta. See larfg. */
export function reflector(): f64 {
  const size = max(abs(v1), abs(v2));
  if (size == 0) {
    tau = 0;
    return v0;
  }
  let lift: f64 = 1;
  if (max(abs(v0), size) < SMALL) {
    lift = LIFT;
    v0 *= lift;
    v1 *= lift;
    v2 *= lift;
  }
  const beta = -copysign(sqrt(v0 * v0 + (v1 * v1 + v2 * v2)), v0);
  const divisor = v0 - beta;
  tau = (beta - v0) / beta;
  v1 /= divisor;
  v2 /= divisor;
  return beta / lift;
}

/** Writes what the reflector of column k leaves there: beta and zeros. */
// @ts-ignore: decorator
@inline
export function leave(order: i32, h: usize, ld: i32, k: i32, beta: f64): void {
  store<real>(at(h, ld, k + 1, k), <real>beta);
  store<real>(at(h, ld, k + 2, k), 0);
  if (order == 3) store<real>(at(h, ld, k + 3, k), 0);
}
