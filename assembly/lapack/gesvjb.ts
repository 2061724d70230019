/**
 * gesvjb: singular value decompositions of many small matrices, one a SIMD lane.
 *
 * LANES matrices are interleaved, entry (i, j) of all in one v128, and go through plain one-sided Jacobi
 * together: X W = U diag(sigma) with W accumulated, which for such sizes is cheaper than any
 * preconditioning. A lane whose pair is orthogonal gets the identity for a rotation.
 *
 * The lanes compute in `real` alone, and compare products of four lengths of columns. Scaled to TOP, these stay
 * within the normal range down to lengths of GRADED times the largest; a matrix that is zero, graded beyond that, not
 * converged or whose singular values overflow is left to gejsv: its s begins with -1.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { reciprocalPower } from "../blas/nrm2";
import { Info } from "../info";
import { EPS, LANES, REAL, SINGLE } from "../real";

// @ts-ignore: decorator
@inline const SWEEPS: i32 = 30;
/**
 * Every matrix is scaled by a power of two to a largest entry in [TOP, 2 TOP): 2^24 or 2^240. For orders up to 64 all
 * lengths together are below 2^7 TOP, and (x·y)² below 2^26 TOP⁴, which both precisions hold.
 */
// @ts-ignore: decorator
@inline const TOP: f64 = SINGLE ? 16777216.0 : 1.7668470647783843e72;
/**
 * Smallest ratio of singular values for the lanes. Two columns so short still have 4 u² ‖x‖² ‖y‖² >= 4 u² GRADED⁴ TOP⁴,
 * which is 2^-110 or 2^-739: normal, so that no pair passes for orthogonal because of an underflow.
 */
// @ts-ignore: decorator
@inline const GRADED: f64 = SINGLE ? 1e-12 : 1e-120;

/**
 * `count` matrices A, m x n with 64 >= m >= n, one after the other; with `wide` each is stored as its transpose and the signs
 * are fixed by V (see gejsv). U is m x n, s has n entries, V is n x n; without `vectors` only s is written.
 */
export function gesvjb(
  wide: bool, count: i32, m: i32, n: i32, vectors: bool, a: usize, u: usize, s: usize, v: usize,
): Info {
  if (!(amax(count * m * n, a) <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const x = alloc(16 * <u64>m * n);
  const w = alloc(16 * <u64>n * n);
  const scales = alloc(8 * LANES);
  const sigma = alloc(8 * <u64>n);
  const order = alloc(4 * <u64>n);
  if (!x || !w || !scales || !sigma || !order) {
    release(frame);
    return Info.MEMORY;
  }
  for (let first = 0; first < count; first += LANES) {
    const lanes = min(LANES, count - first);
    interleave(wide, lanes, m, n, a + REAL * (<usize>first * m * n), x, scales);
    const done = jacobi(m, n, x, w);
    for (let lane = 0; lane < lanes; lane++) {
      const at = <usize>(first + lane);
      const values = s + REAL * at * n;
      if (!rank(m, n, x + REAL * lane, sigma, order) || !(done & (1 << lane))) {
        store<real>(values, -1);
        continue;
      }
      const scale = load<f64>(scales + 8 * lane);
      for (let j = 0; j < n; j++) {
        store<real>(values + REAL * j, <real>(load<f64>(sigma + 8 * load<i32>(order + 4 * j)) / scale));
      }
      if (!(<f64>load<real>(values) <= f64.MAX_VALUE)) {
        store<real>(values, -1);
        continue;
      }
      if (!vectors) continue;
      write(wide, m, n, x + REAL * lane, w + REAL * lane, sigma, order, u + REAL * at * m * n, v + REAL * at * n * n);
    }
  }
  release(frame);
  return Info.OK;
}

/** Columns of all lanes, each matrix scaled by a power of two; lanes without a matrix are zero. */
function interleave(wide: bool, lanes: i32, m: i32, n: i32, a: usize, x: usize, scales: usize): void {
  memory.fill(x, 0, 16 * m * n);
  for (let lane = 0; lane < lanes; lane++, a += REAL * m * n) {
    const top = amax(m * n, a);
    const scale = top > 0 ? reciprocalPower(top / TOP) : 1;
    store<f64>(scales + 8 * lane, scale);
    for (let j = 0, to = x + REAL * lane; j < n; j++) {
      for (let i = 0; i < m; i++, to += 16) {
        const from = a + REAL * (wide ? j * m + i : i * n + j);
        store<real>(to, <real>(scale * <f64>load<real>(from)));
      }
    }
  }
}

/** Sweeps over X, rotations accumulated in W. Returns a bit for every lane that converged. */
function jacobi(m: i32, n: i32, x: usize, w: usize): i32 {
  const zero = v128.splat<real>(0), one = v128.splat<real>(1), half = v128.splat<real>(0.5);
  const tol2 = v128.splat<real>(<real>(4 * <f64>m * EPS * EPS));
  const far = v128.splat<real>(<real>(SINGLE ? 4096.0 : 134217728.0));
  memory.fill(w, 0, 16 * n * n);
  for (let j = 0; j < n; j++) v128.store(w + 16 * (j * n + j), one);
  let turned = zero;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    turned = zero;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const xp = x + 16 * p * m, xq = x + 16 * q * m;
        let a = zero, b = zero, dot = zero;
        for (let i: usize = 0, end: usize = 16 * m; i < end; i += 16) {
          const pi = v128.load(xp + i), qi = v128.load(xq + i);
          a = v128.add<real>(a, v128.mul<real>(pi, pi));
          b = v128.add<real>(b, v128.mul<real>(qi, qi));
          dot = v128.add<real>(dot, v128.mul<real>(pi, qi));
        }
        const oblique = v128.gt<real>(v128.mul<real>(dot, dot), v128.mul<real>(v128.mul<real>(tol2, a), b));
        if (!v128.any_true(oblique)) continue;
        turned = v128.or(turned, oblique);
        // As in angles.ts; the longer column becomes p.
        const zeta = v128.div<real>(v128.mul<real>(half, v128.sub<real>(b, a)), dot);
        const size = v128.abs<real>(zeta);
        const root = v128.bitselect(
          size,
          v128.sqrt<real>(v128.add<real>(one, v128.mul<real>(size, size))),
          v128.gt<real>(size, far),
        );
        const t = v128.or(
          v128.div<real>(one, v128.add<real>(size, root)),
          v128.and(zeta, v128.splat<real>(-0.0)),
        );
        const cos = v128.div<real>(one, v128.sqrt<real>(v128.add<real>(one, v128.mul<real>(t, t))));
        const sin = v128.mul<real>(cos, t);
        const swap = v128.gt<real>(b, a);
        const pp = v128.bitselect(v128.bitselect(sin, cos, swap), one, oblique);
        const pq = v128.bitselect(v128.bitselect(cos, v128.neg<real>(sin), swap), zero, oblique);
        const qp = v128.bitselect(v128.bitselect(cos, sin, swap), zero, oblique);
        const qq = v128.bitselect(v128.bitselect(v128.neg<real>(sin), cos, swap), one, oblique);
        turn(m, xp, xq, pp, pq, qp, qq);
        turn(n, w + 16 * p * n, w + 16 * q * n, pp, pq, qp, qq);
      }
    }
    if (!v128.any_true(turned)) break;
  }
  return ~(SINGLE ? i32x4.bitmask(turned) : i64x2.bitmask(turned)) & ((1 << LANES) - 1);
}

/** p := pp p + pq q, q := qp p + qq q, lane by lane, for columns of n entries. */
// @ts-ignore: decorator
@inline
function turn(n: i32, p: usize, q: usize, pp: v128, pq: v128, qp: v128, qq: v128): void {
  for (const end = p + 16 * n; p < end; p += 16, q += 16) {
    const x = v128.load(p), y = v128.load(q);
    v128.store(p, v128.add<real>(v128.mul<real>(pp, x), v128.mul<real>(pq, y)));
    v128.store(q, v128.add<real>(v128.mul<real>(qp, x), v128.mul<real>(qq, y)));
  }
}

/** Lengths of the columns of one lane and their order, descending. False if they span too wide a range. */
function rank(m: i32, n: i32, x: usize, sigma: usize, order: usize): bool {
  for (let j = 0; j < n; j++) {
    let sum: f64 = 0;
    for (let i = 0; i < m; i++, x += 16) sum += <f64>load<real>(x) * <f64>load<real>(x);
    const length = sqrt(sum);
    store<f64>(sigma + 8 * j, length);
    let at = j;
    for (; at > 0 && load<f64>(sigma + 8 * load<i32>(order + 4 * (at - 1))) < length; at--) {
      store<i32>(order + 4 * at, load<i32>(order + 4 * (at - 1)));
    }
    store<i32>(order + 4 * at, j);
  }
  const largest = load<f64>(sigma + 8 * load<i32>(order));
  return load<f64>(sigma + 8 * load<i32>(order + 4 * (n - 1))) > GRADED * largest;
}

/** U and V of one lane, row-major, columns in order and with their signs. */
function write(
  byV: bool, m: i32, n: i32, x: usize, w: usize, sigma: usize, order: usize, u: usize, v: usize,
): void {
  for (let j = 0; j < n; j++) {
    const k = load<i32>(order + 4 * j);
    const xk = x + 16 * <usize>(k * m), wk = w + 16 * <usize>(k * n);
    const lead = byV ? largest(n, wk) : largest(m, xk);
    const sign: f64 = lead < 0 ? -1 : 1;
    const factor = sign / load<f64>(sigma + 8 * k);
    for (let i = 0; i < m; i++) store<real>(u + REAL * (i * n + j), <real>(factor * <f64>load<real>(xk + 16 * i)));
    for (let i = 0; i < n; i++) store<real>(v + REAL * (i * n + j), <real>(sign * <f64>load<real>(wk + 16 * i)));
  }
}

/** The component of largest magnitude, the first of equals. */
function largest(n: i32, x: usize): real {
  let best: real = 0;
  for (let i = 0; i < n; i++, x += 16) if (abs(load<real>(x)) > abs(best)) best = load<real>(x);
  return best;
}
