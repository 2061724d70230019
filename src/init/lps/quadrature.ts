/** Integrals by Gauss–Legendre panels, which are halved until both halves agree with the whole. */
import { ConvergenceError } from "../../errors.ts";
import { normalDensity } from "../../elementary.ts";

type Real = (x: number) => number;

/** Positive zeros of the Legendre polynomial L_16 with their weights: exact to degree 31. From mpmath. */
const RULE = [
  [0.09501250983763744, 0.1894506104550685],
  [0.2816035507792589, 0.18260341504492358],
  [0.45801677765722737, 0.16915651939500254],
  [0.6178762444026438, 0.14959598881657674],
  [0.755404408355003, 0.12462897125553388],
  [0.8656312023878318, 0.09515851168249279],
  [0.9445750230732326, 0.062253523938647894],
  [0.9894009349916499, 0.027152459411754096],
] as const;
/** Relative accuracy of results computed in f64: some tens of roundings. */
export const ROUNDOFF = 1e-14;
/** Limit of panels. A jump takes two panels for each halving, about 100 in all; a function that takes more is noise. */
const MOST_PANELS = 4096;
/** The normal density is below 1e-31 beyond this point. */
const TAIL = 12;

/**
 * Integrates f from the first to the last of ascending points. Between two points f should be smooth; where it is not,
 * halving locates the irregularity, at the price of more panels.
 *
 * @param error absolute error allowed in a panel, above the noise of f
 * @throws ConvergenceError where f is noise, or not finite
 */
export function integrate(f: Real, points: readonly number[], error: number): number {
  const panels = points.slice(1).map((b, i) => {
    const a = points[i]!;
    return { a, b, value: gauss(f, a, b) };
  });
  let sum = 0;
  for (let done = 0; panels.length > 0; done++) {
    const { a, b, value } = panels.pop()!;
    const middle = (a + b) / 2;
    const [left, right] = [gauss(f, a, middle), gauss(f, middle, b)];
    if (Math.abs(left + right - value) <= error) {
      sum += left + right;
    } else if (done < MOST_PANELS) {
      panels.push({ a, b: middle, value: left }, { a: middle, b, value: right });
    } else {
      throw new ConvergenceError(
        `no integral of the function from ${points[0]} to ${points.at(-1)}`,
      );
    }
  }
  return sum;
}

/** The expectation E f(z) for z ~ N(mean, deviation²) and f ≥ 0, which may have kinks at the given points. */
export function expectation(
  f: Real,
  mean: number,
  deviation: number,
  kinks: readonly number[],
  tolerance = ROUNDOFF,
): number {
  if (deviation === 0) return f(mean);
  const weighted = (x: number) => f(mean + deviation * x) * normalDensity(x);
  const whole = Array.from({ length: TAIL + 1 }, (_, i) => 2 * i - TAIL);
  const points = split(
    whole,
    kinks.map((kink) => (kink - mean) / deviation),
  );
  const size = points.slice(1).reduce((sum, b, i) => sum + gauss(weighted, points[i]!, b), 0);
  return integrate(weighted, points, tolerance * size);
}

/** The points together with the breaks strictly between the first and the last point, ascending, without duplicates. */
export function split(points: readonly number[], breaks: readonly number[]): number[] {
  const inside = breaks.filter((x) => x > points[0]! && x < points.at(-1)!);
  return [...new Set([...points, ...inside])].sort((x, y) => x - y);
}

function gauss(f: Real, a: number, b: number): number {
  const [middle, half] = [(a + b) / 2, (b - a) / 2];
  return (
    half * RULE.reduce((sum, [x, w]) => sum + w * (f(middle - half * x) + f(middle + half * x)), 0)
  );
}

/** The place between a and b where f changes its sign; f(a) and f(b) must have different signs. */
export function bisect(f: Real, a: number, b: number): number {
  const rises = f(b) > 0;
  for (;;) {
    const middle = (a + b) / 2;
    if (middle <= a || middle >= b) return middle;
    if (f(middle) > 0 === rises) b = middle;
    else a = middle;
  }
}
