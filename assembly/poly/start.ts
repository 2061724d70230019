/**
 * Where the iteration starts: on circles whose radii are the slopes of the Newton polygon, the upper convex
 * hull of the points (k, log2 |a_k|). Bini, Numer. Algorithms 13 (1996): an edge from i to k stands for
 * k - i roots of modulus about |a_i / a_k|^(1 / (k - i)).
 *
 * Logarithm and power are read off the bits of f64, linear between powers of two. Both are off by the same
 * curve, less than a tenth, which is nothing to a starting point.
 */
import { cos, sin } from "../random/elementary";
import { discriminant, value } from "./horner";
import { focus, modulus, place, Lens } from "./lens";

/** Bini's angle, which keeps the starting points off all axes of symmetry: 0.7 radians as a part of a turn. */
// @ts-ignore: decorator
@inline const ASKEW: f64 = 0.11140846016432673;

/** `hull` has room for n + 1 i32, `height` for n + 1 f64. */
export function start(w: Lens, hull: usize, height: usize): void {
  const n = w.n;
  if (n == 2 && quadratic(w)) return;
  let corners = 0;
  for (let k = 0; k <= n; k++) {
    const a = modulus(v128.load(w.a + 16 * k));
    if (a == 0) continue;
    const fraction = <f64>(reinterpret<u64>(a) - (<u64>1023 << 52)) / 4503599627370496.0; // 2^52
    store<f64>(height + 8 * k, fraction + <f64>load<i32>(w.ea + 4 * k));
    for (; corners >= 2; corners--) {
      const i = load<i32>(hull + 4 * (corners - 2));
      const j = load<i32>(hull + 4 * (corners - 1));
      if (drop(height, i, j) < drop(height, j, k)) break;
    }
    store<i32>(hull + 4 * corners++, k);
  }
  for (let corner = 1; corner < corners; corner++) {
    const i = load<i32>(hull + 4 * (corner - 1));
    const k = load<i32>(hull + 4 * corner);
    const radius = drop(height, i, k);
    const s = <i32>floor(radius);
    const r = 1 + (radius - <f64>s);
    w.s = s;
    for (let l = i; l < k; l++) {
      const turn = <f64>(l - i) / <f64>(k - i) + <f64>i / <f64>n + ASKEW;
      circle(w, l, r, turn - nearest(turn));
    }
  }
}

/** What log2 |a| falls by, a step from i to k. */
// @ts-ignore: decorator
@inline
function drop(height: usize, i: i32, k: i32): f64 {
  return (load<f64>(height + 8 * i) - load<f64>(height + 8 * k)) / <f64>(k - i);
}

/** Root l on the circle of radius r, `turn` in [-1/2, 1/2]: a quarter of the angle, squared twice. */
function circle(w: Lens, l: i32, r: f64, turn: f64): void {
  const quarter = f64x2.splat(turn * 1.5707963267948966);
  let c = v128.extract_lane<f64>(cos(quarter), 0);
  let s = v128.extract_lane<f64>(sin(quarter), 0);
  for (let i = 0; i < 2; i++) {
    const t = 2 * c * s;
    c = c * c - s * s;
    s = t;
  }
  place(w, l, r * c, r * s);
}

/**
 * Two roots in closed form: q / b_2 and b_0 / q with q = -(b_1 + sqrt(b_1² - 4 b_0 b_2)) / 2 and the sign of the
 * root that does not cancel. The discriminant is computed as if in twice the precision, so that both are good to a few u
 * however close they are: they need no iteration, and a double root stays whole. In the lens of their geometric mean
 * |b_0| is about |b_2|; if that is too small to be squared, they are far apart and not for here.
 */
function quadratic(w: Lens): bool {
  focus(w, (load<i32>(w.ea) - load<i32>(w.ea + 8)) >> 1);
  if (load<f64>(w.abs) < 1e-140 || load<f64>(w.abs + 16) < 1e-140) return false;
  const x0 = load<f64>(w.b), y0 = load<f64>(w.b, 8);
  const x1 = load<f64>(w.b, 16), y1 = load<f64>(w.b, 24);
  const x2 = load<f64>(w.b, 32), y2 = load<f64>(w.b, 40);
  discriminant(w.b);
  const dx = v128.extract_lane<f64>(value, 0), dy = v128.extract_lane<f64>(value, 1);
  // sqrt(dx + i dy): the larger part first.
  const t = sqrt(0.5 * (abs(dx) + sqrt(dx * dx + dy * dy)));
  const other = t > 0 ? (0.5 * dy) / t : 0;
  let tx = dx < 0 ? abs(other) : t;
  let ty = dx < 0 ? (dy < 0 ? -t : t) : other;
  if (x1 * tx + y1 * ty < 0) {
    tx = -tx;
    ty = -ty;
  }
  const qx = -0.5 * (x1 + tx);
  const qy = -0.5 * (y1 + ty);
  put(w, 0, qx, qy, x2, y2);
  put(w, 1, x0, y0, qx, qy);
  return true;
}

/** Root j at a quotient. */
function put(w: Lens, j: i32, x: f64, y: f64, u: f64, v: f64): void {
  const square = u * u + v * v;
  place(w, j, (x * u + y * v) / square, (y * u - x * v) / square);
}
