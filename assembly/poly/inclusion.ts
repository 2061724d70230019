/**
 * Discs around the approximations that certainly hold the roots.
 *
 * B. T. Smith, J. ACM 17 (1970), by Gerschgorin's theorem: for distinct z_j the discs around z_j of radius
 *
 *   r_j = n |p(z_j)| / (|a_n| prod over i != j of |z_j - z_i|)
 *
 * hold all roots, and k of them that touch each other and no other hold exactly k. A disc that touches others is
 * then widened to hold all of those it is connected with, so that every single disc holds a root.
 *
 * The radii are upper bounds in floating point: |p| is the compensated value with its error, u |p| + 16 (n + 1)² u² S,
 * where 12 is proven (horner.ts); the rest covers second order, the rounding of S and what the lens drops. A
 * factor of the product is good to 5 u, the product and the quotient together to (6 n + 10) u. After aberth alone |p|
 * may be 8 n u S, of which that is 48 n² u² S: the proof needs the slack beside the noise.
 */
import { exponent, scale } from "../blas/exponent";
import { EPS } from "../real";
import { compensated, size, value } from "./horner";
import { approach, excess, modulus, see, Lens } from "./lens";

/** How far apart equal approximations are set for the theorem, relative to them. */
// @ts-ignore: decorator
@inline const APART: f64 = 3.552713678800501e-15; // 2^-48
/** Smallest positive number: what rounding a root or a radius to a subnormal loses at most. */
// @ts-ignore: decorator
@inline const TINY: f64 = 5e-324;

/** Roots and radii, from `first` of the three arrays on. Moves equal roots of w apart. */
export function include(w: Lens, real: bool, first: i32, re: usize, im: usize, radius: usize): void {
  const n = w.n;
  for (let j = 0; j < n; j++) {
    const e = load<i32>(w.ez + 4 * j);
    store<f64>(re + 8 * (first + j), scale(load<f64>(w.z + 16 * j), e));
    store<f64>(im + 8 * (first + j), scale(load<f64>(w.z + 16 * j, 8), e));
    store<f64>(radius + 8 * (first + j), separate(w, j));
  }
  const lead = modulus(v128.load(w.a + 16 * n));
  const slack = 1 + (6 * <f64>n + 20) * EPS;
  const noise = 16 * <f64>((n + 1) * (n + 1)) * EPS * EPS;
  let at = radius + 8 * first;
  for (let j = 0; j < n; j++, at += 8) {
    approach(w, j);
    const zr = load<f64>(w.re + 8 * j);
    const zi = load<f64>(w.im + 8 * j);
    compensated(n, w.b, w.abs, zr, zi);
    const residual = modulus(value) * (1 + 4 * EPS) + noise * size;
    // Product and its exponent, which starts at that of a_n in the lens.
    let product = lead;
    let e = load<i32>(w.ea + 4 * n) + w.s * n - w.m;
    for (let i = 0; i < n; i++) {
      if (i == j) continue;
      const dr = zr - load<f64>(w.re + 8 * i);
      const di = zi - load<f64>(w.im + 8 * i);
      product *= sqrt(dr * dr + di * di);
      e += excess(w, i);
      if (!(product > 1e-150 && product < 1e150)) {
        const t = exponent(product);
        product = scale(product, -t);
        e += t;
      }
    }
    const moved = load<f64>(at) * modulus(f64x2(zr, zi));
    const bound = (<f64>n * residual) / product;
    // The larger of two exponents carries: the quotient's, moved to where it can be added.
    const disc = scale(bound * slack, w.s - e) + scale(moved, w.s);
    store<f64>(at, disc * (1 + 4 * EPS) + 2 * TINY);
    if (real && zi != 0) {
      j++;
      at += 8;
      store<f64>(at, load<f64>(at - 8));
    }
  }
}

/** Moves root j off all before it; returns by how much, relative to it. */
function separate(w: Lens, j: i32): f64 {
  const z = w.z + 16 * j;
  let moved: f64 = 0;
  for (let i = 0; i < j; i++) {
    if (load<i32>(w.ez + 4 * i) != load<i32>(w.ez + 4 * j)) continue;
    if (v128.all_true<i64>(v128.eq<f64>(v128.load(w.z + 16 * i), v128.load(z)))) {
      store<f64>(z, load<f64>(z) + APART);
      moved += 2 * APART;
      i = -1;
    }
  }
  if (moved) see(w, j);
  return moved;
}

/** Widens discs that touch. `label` has room for count i32. Distances are bounded without a square. */
export function connect(count: i32, re: usize, im: usize, radius: usize, label: usize, wide: usize): void {
  let merged = false;
  for (let i = 0; i < count; i++) {
    store<i32>(label + 4 * i, i);
    for (let j = 0; j < i; j++) {
      const dr = abs(load<f64>(re + 8 * i) - load<f64>(re + 8 * j));
      const di = abs(load<f64>(im + 8 * i) - load<f64>(im + 8 * j));
      const reach = (load<f64>(radius + 8 * i) + load<f64>(radius + 8 * j)) * (1 + 4 * EPS);
      if (max(dr, di) > reach) continue;
      const from = load<i32>(label + 4 * j);
      const to = load<i32>(label + 4 * i);
      if (from == to) continue;
      merged = true;
      for (let k = 0; k <= i; k++) if (load<i32>(label + 4 * k) == from) store<i32>(label + 4 * k, to);
    }
  }
  if (!merged) return;
  for (let i = 0; i < count; i++) {
    let r = load<f64>(radius + 8 * i);
    for (let j = 0; j < count; j++) {
      if (j == i || load<i32>(label + 4 * j) != load<i32>(label + 4 * i)) continue;
      const dr = abs(load<f64>(re + 8 * i) - load<f64>(re + 8 * j));
      const di = abs(load<f64>(im + 8 * i) - load<f64>(im + 8 * j));
      r = max(r, (dr + di + load<f64>(radius + 8 * j)) * (1 + 4 * EPS));
    }
    store<f64>(wide + 8 * i, r);
  }
  memory.copy(radius, wide, 8 * count);
}
