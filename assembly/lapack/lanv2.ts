/**
 * lanv2: standard form of a real 2 x 2 matrix by a rotation,
 *
 *   [ a b ]   [ cs -sn ] [ a' b' ] [ cs  sn ]     either c' = 0 (real eigenvalues a', d'),
 *   [ c d ] = [ sn  cs ] [ c' d' ] [-sn  cs ]     or a' = d' and b' c' < 0 (a complex pair).
 *
 * After Bai and Demmel (1993) as in LAPACK, with the threshold between the two made relative. In f64 for both
 * binaries; an off-diagonal that rounds to zero in `real` makes the pair real. No fused multiply-add may come in
 * here: a zero decides the control flow.
 */
import { entry } from "../blas/turn";
import { at } from "../blas/panel";
import { hypotenuse } from "./larfg";

/** Unit in the last place of f64, times LAPACK's 4: below, two real eigenvalues count as nearly equal. */
// @ts-ignore: decorator
@inline const NEARLY: f64 = 4 * f64.EPSILON;

/** The block at rows and columns k, k+1 of H, in place; the rotation is left in Q (see turn). */
export function lanv2(h: usize, ld: i32, k: i32, turn: usize): void {
  const pa = at(h, ld, k, k), pc = at(h, ld, k + 1, k);
  let a = <f64>load<real>(pa), b = <f64>load<real>(pa + sizeof<real>());
  let c = <f64>load<real>(pc), d = <f64>load<real>(pc + sizeof<real>());
  let cs: f64 = 1, sn: f64 = 0;
  if (c != 0 && b == 0) {
    cs = 0;
    sn = 1;
    const t = d;
    d = a;
    a = t;
    b = -c;
    c = 0;
  } else if (c != 0 && (a != d || b > 0 == c > 0)) {
    const p = 0.5 * (a - d);
    const large = max(abs(b), abs(c));
    const small = min(abs(b), abs(c)) * (b > 0 == c > 0 ? 1 : -1);
    const scale = max(abs(p), large);
    const z = (p / scale) * p + (large / scale) * small;
    if (z >= NEARLY * scale) {
      const root = p + copysign(sqrt(scale) * sqrt(z), p);
      a = d + root;
      d -= (large / root) * small;
      const tau = hypotenuse(c, abs(root));
      cs = root / tau;
      sn = c / tau;
      b -= c;
      c = 0;
    } else {
      // Complex, or real and nearly equal: make the diagonal equal.
      const sigma = b + c, delta = a - d;
      const tau = hypotenuse(sigma, abs(delta));
      cs = sqrt(0.5 * (1 + abs(sigma) / tau));
      sn = -(p / (tau * cs)) * copysign(1, sigma);
      const aa = a * cs + b * sn, bb = b * cs - a * sn, cc = c * cs + d * sn, dd = d * cs - c * sn;
      b = <f64><real>(bb * cs + dd * sn);
      c = <f64><real>(cc * cs - aa * sn);
      const middle = 0.5 * ((aa * cs + cc * sn) + (dd * cs - bb * sn));
      a = middle;
      d = middle;
      if (c != 0 && b == 0) {
        b = -c;
        c = 0;
        const t = cs;
        cs = -sn;
        sn = t;
      } else if (c != 0 && b > 0 == c > 0) {
        const sb = sqrt(abs(b)), sc = sqrt(abs(c));
        const shift = copysign(sb * sc, c);
        const t = 1 / sqrt(abs(b + c));
        a = middle + shift;
        d = middle - shift;
        b -= c;
        c = 0;
        const c1 = sb * t, s1 = sc * t;
        const cs0 = cs;
        cs = cs0 * c1 - sn * s1;
        sn = cs0 * s1 + sn * c1;
      }
    }
  }
  store<real>(pa, <real>a);
  store<real>(pa + sizeof<real>(), <real>b);
  store<real>(pc, <real>c);
  store<real>(pc + sizeof<real>(), <real>d);
  store<f64>(entry(turn, 0, 0), cs);
  store<f64>(entry(turn, 0, 1), -sn);
  store<f64>(entry(turn, 1, 0), sn);
  store<f64>(entry(turn, 1, 1), cs);
}
