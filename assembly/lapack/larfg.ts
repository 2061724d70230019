/**
 * larfg: the elementary reflector H = I - tau v vᵀ, v(0) = 1, with H x = beta e1.
 *
 *   beta = -sign(x0) ‖x‖,  v = x / (x0 - beta),  tau = (beta - x0) / beta
 *
 * The sign makes x0 - beta free of cancellation. On exit x0 holds beta and x(1:) holds v(1:);
 * tau = 0 (H = I) when x(1:) is zero. Scalars are f64 in both binaries. v comes from a division, not
 * from a reciprocal, which could overflow; |v(i)| <= 1.
 */
import { nrm2 } from "../blas/nrm2";
import { EPS, SAFMIN, SINGLE } from "../real";

/** 2^600 lifts every subnormal f64 far above `safmin / eps`, exactly. */
const LIFT: f64 = reinterpret<f64>(<u64>(1023 + 600) << 52);

/** n values of x, `inc` bytes apart; returns tau. */
export function larfg(n: i32, x: usize, inc: usize): f64 {
  const rest = x + inc;
  const norm = nrm2(n - 1, rest, inc);
  if (norm == 0) return 0;
  const alpha: f64 = <f64>load<real>(x);
  let beta = -copysign(hypotenuse(alpha, norm), alpha);
  if (!SINGLE && abs(beta) < SAFMIN / EPS) {
    // beta would lose bits to gradual underflow, and H its orthogonality: work on a lifted copy.
    for (let i = 0, p = x; i < n; i++, p += inc) store<real>(p, <real>(LIFT * load<real>(p)));
    const tau = larfg(n, x, inc);
    store<real>(x, <real>(load<real>(x) / LIFT));
    return tau;
  }
  const divisor = alpha - beta;
  for (let i = 1, p = rest; i < n; i++, p += inc) store<real>(p, <real>(<f64>load<real>(p) / divisor));
  store<real>(x, <real>beta);
  return (beta - alpha) / beta;
}

/** sqrt(a² + b²) without overflow, b > 0; LAPACK's lapy2. */
export function hypotenuse(a: f64, b: f64): f64 {
  const w = max(abs(a), b);
  const z = min(abs(a), b) / w;
  return w * sqrt(1 + z * z);
}
