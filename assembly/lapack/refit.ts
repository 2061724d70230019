/**
 * refit: the columns of U, eigenvectors of diag(d) + rho z zᵀ.
 *
 * A new ẑ is made for which the computed roots λ are exact (Löwner's formula; Gu and Eisenstat 1995), so that its
 * vectors u_i = ẑ_i / (d_i - λ) are orthogonal however close the roots are:
 *
 *   ẑ_i² = Π_j (λ_j - d_i) / Π_{j≠i} (d_j - d_i) / rho
 */
import { Merge } from "./merge";

/** ẑ, but for the factor 1/rho: the vectors are normalised anyway. */
export function refit(m: Merge, k: i32): void {
  const d = m.dk, product = m.zhat;
  for (let i = 0; i < k; i++) store<f64>(product + 8 * i, 1);
  for (let j = 0; j < k; j++) {
    const o = load<f64>(m.origin + 8 * j), t = load<f64>(m.tau + 8 * j);
    quotients(0, j, d, load<f64>(d + 8 * j), o, t, product);
    quotients(j + 1, k, d, load<f64>(d + 8 * j), o, t, product);
    store<f64>(product + 8 * j, load<f64>(product + 8 * j) * (load<f64>(d + 8 * j) - o - t));
  }
  for (let i = 0; i < k; i++) {
    store<f64>(product + 8 * i, copysign(sqrt(-load<f64>(product + 8 * i)), load<f64>(m.zk + 8 * i)));
  }
}

/** product_i *= (d_i - λ) / (d_i - d_j) for i from..to-1 */
function quotients(from: i32, to: i32, d: usize, dj: f64, origin: f64, tau: f64, product: usize): void {
  const p = f64x2.splat(dj), o = f64x2.splat(origin), t = f64x2.splat(tau);
  let i = from;
  for (; i + 2 <= to; i += 2) {
    const di = v128.load(d + 8 * i);
    const ratio = f64x2.div(f64x2.sub(f64x2.sub(di, o), t), f64x2.sub(di, p));
    v128.store(product + 8 * i, f64x2.mul(v128.load(product + 8 * i), ratio));
  }
  if (i < to) {
    const di = load<f64>(d + 8 * i);
    store<f64>(product + 8 * i, load<f64>(product + 8 * i) * ((di - origin - tau) / (di - dj)));
  }
}

/** First and last row of the kept columns, in their order, to where zz and zk are no longer needed. */
export function gatherRows(m: Merge, k: i32): void {
  for (let i = 0; i < k; i++) {
    const from = load<i32>(m.kept + 4 * i);
    store<f64>(m.zz + 8 * i, load<f64>(m.first + 8 * from));
    store<f64>(m.zk + 8 * i, load<f64>(m.last + 8 * from));
  }
  if (k & 1) {
    // Vectors of two: what lies beyond must not count.
    store<f64>(m.zhat + 8 * k, 0);
    store<f64>(m.dk + 8 * k, load<f64>(m.dk + 8 * (k - 1)));
    store<f64>(m.zz + 8 * k, 0);
    store<f64>(m.zk + 8 * k, 0);
    store<f64>(m.root + 8 * k, 0);
  }
}

/** Column j of U at unit length, and with it value, first and last row of the merged piece, in `spare`. */
export function column(m: Merge, k: i32, j: i32): void {
  const o = f64x2.splat(load<f64>(m.origin + 8 * j)), t = f64x2.splat(load<f64>(m.tau + 8 * j));
  let squares = f64x2.splat(0), first = squares, last = squares;
  for (let i = 0; i < k; i += 2) {
    const x = f64x2.div(v128.load(m.zhat + 8 * i), f64x2.sub(f64x2.sub(v128.load(m.dk + 8 * i), o), t));
    v128.store(m.u + 8 * i, x);
    squares = f64x2.add(squares, f64x2.mul(x, x));
    first = f64x2.add(first, f64x2.mul(x, v128.load(m.zz + 8 * i)));
    last = f64x2.add(last, f64x2.mul(x, v128.load(m.zk + 8 * i)));
  }
  const scale = 1 / sqrt(sum(squares));
  const factor = f64x2.splat(scale);
  for (let i = 0; i < k; i += 2) {
    v128.store(m.u + 8 * i, f64x2.mul(factor, v128.load(m.u + 8 * i)));
  }
  const to = m.spare + 24 * j;
  store<f64>(to, load<f64>(m.origin + 8 * j) + load<f64>(m.tau + 8 * j));
  store<f64>(to + 8, scale * sum(first));
  store<f64>(to + 16, scale * sum(last));
}

/**
 * The left vector that belongs to column j, at unit length: u_0 = -1 and u_i = d_i ẑ_i / (d_i² - λ), where 1 = rho (see
 * bdsdc).
 */
export function leftColumn(m: Merge, k: i32, j: i32): void {
  const o = f64x2.splat(load<f64>(m.origin + 8 * j)), t = f64x2.splat(load<f64>(m.tau + 8 * j));
  for (let i = 0; i < k; i += 2) {
    const x = f64x2.div(v128.load(m.zhat + 8 * i), f64x2.sub(f64x2.sub(v128.load(m.dk + 8 * i), o), t));
    v128.store(m.u + 8 * i, f64x2.mul(v128.load(m.root + 8 * i), x));
  }
  store<f64>(m.u, -1);
  let squares = f64x2.splat(0);
  for (let i = 0; i < k; i += 2) {
    const x = v128.load(m.u + 8 * i);
    squares = f64x2.add(squares, f64x2.mul(x, x));
  }
  const factor = f64x2.splat(1 / sqrt(sum(squares)));
  for (let i = 0; i < k; i += 2) {
    v128.store(m.u + 8 * i, f64x2.mul(factor, v128.load(m.u + 8 * i)));
  }
}

// @ts-ignore: decorator
@inline
function sum(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}
