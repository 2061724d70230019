/**
 * laed4: the j-th root of the secular equation, the eigenvalue of diag(d) + rho z zᵀ between d_j and d_j+1
 *
 *   f(λ) = 1/rho + Σ z_i² / (d_i - λ),   rho > 0, d ascending and distinct, no z_i zero
 *
 * λ is sought as its distance tau from the nearer of the two poles, the origin, so that every d_i - λ is had to
 * full relative accuracy as (d_i - origin) - tau. A step interpolates the sum of the terms up to j by a constant and a
 * pole at d_j, the rest by one at d_j+1, each with value and slope (Bunch, Nielsen, Sorensen 1978; Li, LAPACK
 * Working Note 89); the first step takes the true residues of the two. A bracket is kept, and a step that leaves it
 * becomes a bisection. The last root has d_k-1 + rho ‖z‖² for its right neighbour, a pole of residue 0.
 *
 * d and zz (z_i²) are k f64, `length` is ‖z‖². Origin and tau go to `out`, two f64. Returns whether it converged.
 */

const U: f64 = 1.1102230246251565e-16;
/** LAPACK allows 30 without bisections; 3 to 5 are usual. */
const LIMIT: i32 = 100;

export function laed4(k: i32, j: i32, rho: f64, length: f64, d: usize, zz: usize, out: usize): bool {
  const last = j == k - 1;
  const dj = load<f64>(d + 8 * j);
  const gap = last ? rho * length : load<f64>(d + 8 * j + 8) - dj;
  // Of sums of k terms in two lanes twice, with a few roundings a term.
  const tolerance = U * (8 + 0.25 * k);

  let lo: f64 = 0, hi = gap, tau = 0.5 * gap;
  let origin = dj, right = gap;
  for (let count = 0; ; count++) {
    if (count == LIMIT) return false;
    sums(0, j + 1, d, zz, origin, tau, out);
    const psi = load<f64>(out), slopeLeft = load<f64>(out + 8);
    sums(j + 1, k, d, zz, origin, tau, out);
    const phi = load<f64>(out), slopeRight = load<f64>(out + 8);
    const f = 1 / rho + psi + phi;

    if (count == 0 && !last && f < 0) {
      // The root is nearer to the right pole.
      origin = load<f64>(d + 8 * j + 8);
      lo = -0.5 * gap;
      hi = 0;
      tau = lo;
      right = 0;
    } else {
      if (abs(f) <= tolerance * (1 / rho + phi - psi)) break;
      if (f < 0) lo = tau;
      else hi = tau;
      if (count == 0 && !last) hi = 0.5 * gap;
    }
    const a1 = (right - gap) - tau, a2 = right - tau;
    let s1: f64, s2: f64, c: f64;
    if (count == 0) {
      s1 = load<f64>(zz + 8 * j);
      s2 = last ? 0 : load<f64>(zz + 8 * j + 8);
      c = f - s1 / a1 - s2 / a2;
    } else {
      s1 = a1 * a1 * slopeLeft;
      s2 = a2 * a2 * slopeRight;
      c = f - a1 * slopeLeft - a2 * slopeRight;
    }
    let next = tau + step(f, c, s1, s2, a1, a2);
    if (!(next > lo && next < hi)) next = 0.5 * (lo + hi);
    if (next == tau || next == lo || next == hi) break; // the bracket has no number inside
    tau = next;
  }
  store<f64>(out, origin);
  store<f64>(out + 8, tau);
  return true;
}

/** The zero between the poles of c + s1 / (a1 - x) + s2 / (a2 - x), whose value at 0 is f. */
// @ts-ignore: decorator
@inline
function step(f: f64, c: f64, s1: f64, s2: f64, a1: f64, a2: f64): f64 {
  const a = c * (a1 + a2) + s1 + s2;
  const b = a1 * a2 * f;
  const root = sqrt(max<f64>(a * a - 4 * b * c, 0));
  return a > 0 ? 2 * b / (a + root) : (a - root) / (2 * c);
}

/** Σ z_i² / x_i and Σ z_i² / x_i², x_i = (d_i - origin) - tau, for i from..to-1, to `out`. */
function sums(from: i32, to: i32, d: usize, zz: usize, origin: f64, tau: f64, out: usize): void {
  const o = f64x2.splat(origin), t = f64x2.splat(tau);
  let value = f64x2.splat(0), slope = value;
  let i = from;
  for (; i + 2 <= to; i += 2) {
    const x = f64x2.sub(f64x2.sub(v128.load(d + 8 * i), o), t);
    const inverse = f64x2.div(f64x2.splat(1), x);
    const term = f64x2.mul(v128.load(zz + 8 * i), inverse);
    value = f64x2.add(value, term);
    slope = f64x2.add(slope, f64x2.mul(term, inverse));
  }
  let v = f64x2.extract_lane(value, 0) + f64x2.extract_lane(value, 1);
  let s = f64x2.extract_lane(slope, 0) + f64x2.extract_lane(slope, 1);
  if (i < to) {
    const inverse = 1 / (load<f64>(d + 8 * i) - origin - tau);
    const term = load<f64>(zz + 8 * i) * inverse;
    v += term;
    s += term * inverse;
  }
  store<f64>(out, v);
  store<f64>(out + 8, s);
}
