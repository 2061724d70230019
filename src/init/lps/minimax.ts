/** Remez's second algorithm: the polynomial with the least maximum error on [−1, 1]. */
import { float64 } from "../../arrays.ts";
import { ConvergenceError } from "../../errors.ts";
import { lstsq } from "../../linalg/lstsq.ts";
import { CHEBYSHEV, values } from "./bases.ts";
import { split } from "./quadrature.ts";

type Real = (u: number) => number;

const MOST_EXCHANGES = 60;
/** Number of search points for each of the n + 2 extrema. */
const DENSITY = 24;
/** Number of golden section steps: within 0.618^36 of a cell the value at an extremum is exact. */
const STEPS = 36;
const GOLDEN = 0.6180339887498949;

/**
 * Computes the Chebyshev coefficients c_0 … c_n of the p = Σ c_k T_k that minimises max |f − p|. By the theorem of de
 * la Vallée Poussin the levelled error |E| and the largest error enclose the least possible one; iterations end when
 * the two agree to the noise of f.
 *
 * @throws ConvergenceError when they do not agree, which may happen where f jumps
 */
export function minimax(f: Real, n: number, kinks: readonly number[], noise: number): number[] {
  const cells = DENSITY * (n + 2);
  const grid = split(
    Array.from({ length: cells + 1 }, (_, i) => crowded(i / cells)),
    kinks,
  );
  // The start is unsymmetric: for an even or odd f a symmetric reference may have E = 0.
  let reference = Array.from({ length: n + 2 }, (_, i) => crowded((i + 0.25) / (n + 2)));
  for (let exchange = 0; exchange < MOST_EXCHANGES; exchange++) {
    const { c, level } = levelled(f, reference);
    const error = (u: number) =>
      f(u) - values(CHEBYSHEV, n, u).reduce((p, t, k) => p + c[k]! * t, 0);
    const extrema = alternation(error, grid);
    const largest = extrema.reduce((most, u) => Math.max(most, Math.abs(error(u))), 0);
    if (largest - level <= noise) return c;
    if (extrema.length < n + 2) break;
    reference = thinned(extrema, n + 2, error);
  }
  throw new ConvergenceError(`no polynomial of degree ${n} levels the error of this function`);
}

/** Maps [0, 1] to [−1, 1], with points crowded at the ends as the cosine crowds them. */
function crowded(x: number): number {
  return 2 * x * x * (3 - 2 * x) - 1;
}

/** The p with f − p = ±E alternating at n + 2 points; |E| is at most the least maximum error. */
function levelled(f: Real, reference: readonly number[]): { c: number[]; level: number } {
  const size = reference.length;
  const a = reference.flatMap((u, i) => [...values(CHEBYSHEV, size - 2, u), i % 2 === 0 ? 1 : -1]);
  const { x } = lstsq(
    { rows: size, cols: size, data: float64(a) },
    { rows: size, cols: 1, data: float64(reference, f) },
  );
  return { c: Array.from(x.data.subarray(0, -1)), level: Math.abs(x.data.at(-1)!) };
}

/** The points of largest error between one change of its sign and the next. */
function alternation(error: Real, grid: readonly number[]): number[] {
  const errors = grid.map(error);
  const peaks: number[] = [];
  errors.forEach((e, i) => {
    const last = peaks.at(-1);
    if (last === undefined || e * errors[last]! < 0) peaks.push(i);
    else if (Math.abs(e) > Math.abs(errors[last]!)) peaks[peaks.length - 1] = i;
  });
  return peaks.map((i) =>
    highest((u) => Math.abs(error(u)), grid[i - 1] ?? -1, grid[i]!, grid[i + 1] ?? 1),
  );
}

/** The better of `start` and the result of a golden section search from a to b. */
function highest(f: Real, a: number, start: number, b: number): number {
  for (let step = 0; step < STEPS; step++) {
    const width = GOLDEN * (b - a);
    if (f(b - width) > f(a + width)) b = a + width;
    else a = b - width;
  }
  const found = (a + b) / 2;
  return f(found) > f(start) ? found : start;
}

/**
 * Reduces alternating extrema to `count` that still alternate. Each step removes the smallest extremum, and inside the
 * interval its smaller neighbour too.
 */
function thinned(extrema: readonly number[], count: number, error: Real): number[] {
  const left = extrema.map((u) => ({ u, size: Math.abs(error(u)) }));
  const smaller = (i: number, j: number) =>
    (left[i]?.size ?? Infinity) <= (left[j]?.size ?? Infinity) ? i : j;
  while (left.length > count) {
    const last = left.length - 1;
    let worst = left.reduce((at, _, i) => smaller(at, i), 0);
    if (left.length === count + 1) worst = smaller(0, last);
    const inside = worst > 0 && worst < last;
    left.splice(
      inside && smaller(worst - 1, worst + 1) < worst ? worst - 1 : worst,
      inside ? 2 : 1,
    );
  }
  return left.map(({ u }) => u);
}
