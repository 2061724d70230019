/**
 * roots: all roots of a polynomial with discs that certainly hold them; f64 only.
 *
 *   start ─► aberth ─► polish ─► conjugate (real p) ─► include ─► connect ─► sort
 *
 * Work is n² by sweep: some 8 sweeps of horner and the repulsion, then two rounds of the compensated scheme and one,
 * with half of the roots for real p, for the discs. Memory is 120 n bytes.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { Info } from "../info";
import { aberth, polish } from "./aberth";
import { conjugate } from "./conjugate";
import { connect, include } from "./inclusion";
import { start } from "./start";
import { focus, NOTHING, split, Lens } from "./lens";

/**
 * `a` holds n + 1 complex coefficients, ascending, the last not zero; with `real` they are real, and the
 * roots come out real or conjugate. re, im and radius have n f64 each, sorted by re, then |im|.
 */
export function roots(n: i32, real: bool, fine: bool, a: usize, re: usize, im: usize, radius: usize): Info {
  if (!(amax(2 * (n + 1), a) <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const info = solve(n, real, fine, a, re, im, radius);
  release(frame);
  return info;
}

function solve(n: i32, real: bool, fine: bool, a: usize, re: usize, im: usize, radius: usize): Info {
  // Roots that are exactly zero are as many as there are zero coefficients below.
  let zeros = 0;
  while (zeros < n && load<f64>(a + 16 * zeros) == 0 && load<f64>(a + 16 * zeros, 8) == 0) zeros++;
  for (let j = 0; j < zeros; j++) {
    store<f64>(re + 8 * j, 0);
    store<f64>(im + 8 * j, 0);
    store<f64>(radius + 8 * j, 0);
  }
  const rest = n - zeros;
  if (rest == 0) return Info.OK;
  const w = open(rest, a + 16 * zeros);
  const work = alloc(16 * (<u64>n + 1));
  if (!w || !work) return Info.MEMORY;

  start(w, work, work + 8 * (rest + 1));
  focus(w, load<i32>(w.ez));
  if (!aberth(w, work)) return Info.CONVERGENCE;
  if (fine) polish(w, work);
  if (real) conjugate(w);
  include(w, real, zeros, re, im, radius);
  if (!(amax(rest, re + 8 * zeros) <= f64.MAX_VALUE && amax(rest, im + 8 * zeros) <= f64.MAX_VALUE)) {
    return Info.OVERFLOW;
  }
  connect(n, re, im, radius, work, work + 8 * n);
  sort(n, re, im, radius);
  return Info.OK;
}

function open(n: i32, a: usize): Lens | null {
  const even = <u64>((n + 1) & ~1);
  const place = alloc(offsetof<Lens>());
  const pairs = alloc(48 * <u64>(n + 1));
  const reals = alloc(24 * even + 16);
  const exponents = alloc(8 * <u64>(n + 1));
  if (!place || !pairs || !reals || !exponents) return null;
  const w = changetype<Lens>(place);
  w.n = n;
  w.a = pairs;
  w.b = pairs + 16 * (n + 1);
  w.z = pairs + 32 * (n + 1);
  w.re = reals;
  w.im = reals + 8 * <usize>even;
  w.abs = reals + 16 * <usize>even;
  w.ea = exponents;
  w.ez = exponents + 4 * (n + 1);
  for (let k = 0; k <= n; k++) {
    const from = a + 16 * k;
    store<i32>(w.ea + 4 * k, split(load<f64>(from), load<f64>(from, 8), w.a + 16 * k, NOTHING));
  }
  // The odd one out of a pair is so far that its square overflows, and it repels nobody.
  if (n & 1) store<f64>(w.re + 8 * n, 1e200);
  if (n & 1) store<f64>(w.im + 8 * n, 0);
  return w;
}

/** By insertion: stable, so that conjugate neighbours stay neighbours. */
function sort(n: i32, re: usize, im: usize, radius: usize): void {
  for (let j = 1; j < n; j++) {
    const x = load<f64>(re + 8 * j);
    const y = load<f64>(im + 8 * j);
    const r = load<f64>(radius + 8 * j);
    let i = j - 1;
    for (; i >= 0; i--) {
      const other = load<f64>(re + 8 * i);
      if (!(other > x || (other == x && abs(load<f64>(im + 8 * i)) > abs(y)))) break;
      store<f64>(re + 8 * (i + 1), other);
      store<f64>(im + 8 * (i + 1), load<f64>(im + 8 * i));
      store<f64>(radius + 8 * (i + 1), load<f64>(radius + 8 * i));
    }
    store<f64>(re + 8 * (i + 1), x);
    store<f64>(im + 8 * (i + 1), y);
    store<f64>(radius + 8 * (i + 1), r);
  }
}
