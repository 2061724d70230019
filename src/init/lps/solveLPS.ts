/**
 * All stationary points of one polynomial neuron, by the homotopy that starts from the linear product structure.
 *
 * The loss Σ_i (P(w·x_i + b) − y_i)² of P of degree n has a gradient of N = dim w + 1 polynomials of degree D = 2n − 1
 * in u = (w, b). G, each component a product of D random linear forms, has D^N zeros, each from one factor of every
 * component; H = (1 − t) γ G + t F, γ a random complex number, leads them to all isolated zeros of F, with probability
 * one (Morgan, Sommese and Wampler, "A product-decomposition bound for Bezout numbers", SIAM J. Numer. Anal. 32 (1995)
 * 1308–1325). Applying this homotopy to a neuron is our formulation.
 */
import { countOf, float64 } from "../../arrays.ts";
import { checkInteger, checkSeed, finiteNumbers, known } from "../../arguments.ts";
import { ArgumentError, ConvergenceError, show } from "../../errors.ts";
import { checkMatrix, type Matrix } from "../../linalg/matrix.ts";
import { normal } from "../../linalg/normal.ts";
import { svd } from "../../linalg/svd.ts";
import { abs, complex, norm, scale, type Complex } from "./homotopy/complex.ts";
import { coordinates } from "./homotopy/coordinates.ts";
import { gradientOf, lossOf, type Neuron } from "./homotopy/neuron.ts";
import { evaluate, productSystem, startPoints } from "./homotopy/productSystem.ts";
import { track, type Homotopy } from "./homotopy/track.ts";

export interface StationaryPoint {
  /** Real parts of w followed by b; `im` holds the imaginary parts. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** By the eigenvalues of the Hessian: `"singular"` if one of them is 0; `"complex"` if the point is not real. */
  readonly kind: "minimum" | "maximum" | "saddle" | "singular" | "complex";
  /** Σ_i (P(w·x_i + b) − y_i)²; NaN for complex points. */
  readonly loss: number;
}

export interface LpsSolution {
  /** Number of paths that were followed, D^N. */
  readonly paths: number;
  /** Number of paths that went to infinity. */
  readonly diverged: number;
  /** The distinct ends of the other paths: real ones by loss, then the complex ones. */
  readonly points: StationaryPoint[];
}

/** Two ends whose relative distance is below this are the same point. */
const SAME = 1e-6;
/** Below these, the reciprocal condition of a Hessian makes a point singular, and imaginary parts count as roundoff. */
const [SINGULAR, REAL] = [1e-9, 1e-9];
/** Tolerances of the tracker; a finer one is tried when two paths end in one regular point. */
const TOLERANCES = [1e-6, 1e-9, 1e-12];

/**
 * Finds all isolated stationary points, real and complex, of L(w, b) = Σ_i (P(w·x_i + b) − y_i)². It is a diagnostic
 * for small problems, not a trainer: the number of paths is (2n − 1)^(d + 1) for P of degree n and d inputs.
 *
 * @param coefficients of P, real, ascending (as from `approximate`), degree ≥ 1
 * @param x samples in rows, m x d; with a column of ones they must have rank d + 1
 * @param y m targets
 * @param options.seed of the random start, integer from 0 to 2^53 − 1; default 0
 * @param options.mostPaths the largest number of paths to follow, a positive integer; more are refused; default 1000
 * @returns the points, and the numbers of paths and of paths that diverged
 *
 * @remarks
 * Paths are followed in coordinates of size 1 (see `coordinates`), so that the units of inputs and targets do not
 * matter. An end counts as infinite if Newton's method finds it at infinity to rounding, or if it is a multiple zero at
 * a distance beyond 1000 in these coordinates. A check ensures that complex points come in conjugate pairs.
 *
 * @throws ArgumentError for malformed or non-finite arguments, dependent columns, too many paths, or points or
 *   losses that overflow; ConvergenceError when a path is lost
 */
export function solveLPS(
  coefficients: ArrayLike<number>,
  x: Matrix<Float64Array>,
  y: ArrayLike<number>,
  options: { seed?: number; mostPaths?: number } = {},
): LpsSolution {
  const { seed = 0, mostPaths = 1000 } = known(options, ["seed", "mostPaths"]);
  checkSeed(seed);
  checkInteger("mostPaths", mostPaths, 1);
  const given = checked(coefficients, x, y);
  const unknowns = x.cols + 1;
  const degree = 2 * (given.p.length - 1) - 1;
  let paths = 1;
  for (let k = 0; k < unknowns && paths <= mostPaths; k++) paths *= degree;
  if (paths > mostPaths) {
    throw new ArgumentError(
      "x, coefficients",
      `at most mostPaths = ${mostPaths} paths`,
      `${degree}^${unknowns} = ${degree ** unknowns}`,
    );
  }
  const { neuron, back } = coordinates(given.p, x, given.targets);
  const homotopy = randomStart(neuron, unknowns, degree, seed);
  const starts = startPoints(homotopy.start);
  let ends = starts.map((u) => track(homotopy, u, TOLERANCES[0]!));
  for (const tolerance of TOLERANCES.slice(1)) {
    const lost = ends.map((_, i) => isJump(neuron, ends, i));
    ends = ends.map((end, i) => (lost[i] ? track(homotopy, starts[i]!, tolerance) : end));
  }
  if (ends.some((_, i) => isJump(neuron, ends, i))) {
    throw new ConvergenceError("solveLPS: two paths ran together");
  }
  const finite = ends.filter((end) => end !== undefined);
  const distinct = finite.filter((u, i) => !finite.slice(0, i).some((other) => same(u, other)));
  if (!distinct.every((u) => distinct.some((other) => same(conjugate(u), other)))) {
    throw new ConvergenceError("solveLPS: a point came without its conjugate, so a path was lost");
  }
  const points = distinct.map((u) => described(given, neuron, u, back));
  const order = (point: StationaryPoint) => (Number.isNaN(point.loss) ? Infinity : point.loss);
  points.sort((a, b) => order(a) - order(b) || a.re[0]! - b.re[0]! || a.im[0]! - b.im[0]!);
  return { paths, diverged: ends.length - finite.length, points };
}

function checked(
  coefficients: ArrayLike<number>,
  x: Matrix<Float64Array>,
  y: ArrayLike<number>,
): Neuron {
  if (checkMatrix("x", x) !== "float64" || !x.data.every(Number.isFinite)) {
    throw new ArgumentError("x", "finite float64 samples", show(x.data));
  }
  const p = finiteNumbers("coefficients", coefficients, "finite coefficients of degree ≥ 1");
  while (p.at(-1) === 0) p.pop();
  if (p.length < 2) {
    throw new ArgumentError("coefficients", "a polynomial of degree ≥ 1", show(coefficients));
  }
  const expected = `${x.rows} finite numbers, one a sample`;
  if (y?.length !== x.rows) throw new ArgumentError("y", expected, show(y));
  const targets = finiteNumbers("y", y, expected);
  const samples = targets.map((_, i) => [...x.data.subarray(i * x.cols, (i + 1) * x.cols), 1]);
  return { p, samples, targets };
}

/** Draws random forms, patch and γ; γ is scaled so that G and F have the same size at a random point. */
function randomStart(neuron: Neuron, unknowns: number, degree: number, seed: number): Homotopy {
  const [forms, point] = [unknowns * degree * (unknowns + 1), unknowns + 1];
  const { data } = normal(forms + 2 * point + 1, 2, { seed, dtype: "float64" });
  const random = Array.from({ length: data.length / 2 }, (_, i) =>
    complex(data[2 * i]!, data[2 * i + 1]!),
  );
  const start = productSystem(random, unknowns, degree);
  const v = random.slice(forms, forms + point);
  const patch = random.slice(forms + point, forms + 2 * point);
  const gamma = random[forms + 2 * point]!;
  const ratio = norm(gradientOf(neuron, v).value) / norm(evaluate(start, v).value);
  return { start, neuron, patch, gamma: scale(gamma, ratio / abs(gamma)) };
}

/** Half the Hessian of the loss at u. */
function hessianOf(neuron: Neuron, u: readonly Complex[]): Complex[][] {
  return gradientOf(neuron, [...u, complex(1)]).jacobian.map((row) => row.slice(0, -1));
}

const same = (u: readonly Complex[], v: readonly Complex[]): boolean =>
  norm(u.map((z, j) => complex(z.re - v[j]!.re, z.im - v[j]!.im))) <= SAME * (1 + norm(u));

/** Whether another path ended in the same regular zero, which only one path can reach. */
function isJump(neuron: Neuron, ends: readonly (Complex[] | undefined)[], i: number): boolean {
  const u = ends[i];
  if (u === undefined) return false;
  const shared = ends.some((other, j) => j !== i && other !== undefined && same(u, other));
  return shared && !isSingular(neuron, u);
}

/** Whether the Hessian is singular, by the real matrix [re −im; im re], which has each of its singular values twice. */
function isSingular(neuron: Neuron, u: readonly Complex[]): boolean {
  const hessian = hessianOf(neuron, u);
  const [n, size] = [u.length, 2 * u.length];
  const data = float64({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    const { re, im } = hessian[i % n]![j % n]!;
    return i < n === j < n ? re : i < n ? -im : im;
  });
  const { s } = svd({ rows: size, cols: size, data }, { vectors: false });
  return s.at(-1)! <= SINGULAR * s[0]!;
}

const conjugate = (u: readonly Complex[]): Complex[] => u.map(({ re, im }) => complex(re, -im));

/** Describes the point with coordinates z: its place as the problem was given, its kind and its loss. */
function described(
  given: Neuron,
  neuron: Neuron,
  z: readonly Complex[],
  back: (z: readonly Complex[]) => Complex[],
): StationaryPoint {
  const isReal = z.every(({ im }) => Math.abs(im) <= REAL * (1 + norm(z)));
  const own = isReal ? z.map(({ re }) => complex(re)) : z;
  const u = back(own);
  const re = float64(u, (one) => one.re);
  const im = float64(u, (one) => one.im);
  const loss = isReal ? lossOf(given, [...re]) : 0;
  if (![...re, ...im, loss].every(Number.isFinite)) {
    throw new ArgumentError("x, y", "points and losses that can be represented", "an overflow");
  }
  if (!isReal) return { re, im, kind: "complex", loss: NaN };
  const kind = isSingular(neuron, own) ? "singular" : kindOf(neuron, own);
  return { re, im, kind, loss };
}

/** The kind by the signs of the Hessian's eigenvalues, which plus its norm are the singular values of H + ‖H‖ I. */
function kindOf(neuron: Neuron, u: readonly Complex[]): StationaryPoint["kind"] {
  const entries = hessianOf(neuron, u).flat();
  const shift = Math.sqrt(entries.reduce((sum, { re }) => sum + re * re, 0));
  const n = u.length;
  const data = float64(entries, ({ re }, at) => re + (at % (n + 1) === 0 ? shift : 0));
  const { s } = svd({ rows: n, cols: n, data }, { vectors: false });
  const positive = countOf(s, (value) => value > shift);
  return positive === n ? "minimum" : positive === 0 ? "maximum" : "saddle";
}
