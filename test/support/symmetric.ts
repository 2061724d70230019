/**
 * Symmetric matrices: the types of LAPACK's tests (TESTING/EIG/ddrvst.f), matrices with known eigenvalues, and
 * matrices on which tridiagonal codes are known to lose orthogonality or not to return. All are computed in f64 and
 * rounded once to the precision asked for.
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, uniform } from "./matrices.ts";
import { double, type Precision } from "./precisions.ts";
import { modes } from "./spectra.ts";
import { stewart } from "../twins/haar.ts";

type Make = (n: number, precision: Precision) => Matrix;
type Spectrum = (i: number, n: number) => number;

/** A symmetric matrix whose entry (i, j), i ≥ j, is given by a formula. */
export function symmetric(
  n: number,
  precision: Precision,
  entry: (i: number, j: number) => number,
): Matrix {
  return build(n, n, precision, (i, j) => entry(Math.max(i, j), Math.min(i, j)));
}

const diagonal = (n: number, p: Precision, value: Spectrum) =>
  symmetric(n, p, (i, j) => (i === j ? value(i, n) : 0));

const tridiagonal = (
  n: number,
  p: Precision,
  d: (i: number) => number,
  e: (i: number) => number,
): Matrix => symmetric(n, p, (i, j) => (i === j ? d(i) : i === j + 1 ? e(j) : 0));

/** V diag(value) Vᵀ with Haar V. */
export function withValues(n: number, p: Precision, value: Spectrum): Matrix {
  const v = (drawn[n] ??= stewart(gaussian(n, n, double, 2)).data as Float64Array);
  const d = Array.from({ length: n }, (_, i) => value(i, n));
  return symmetric(n, p, (i, j) =>
    d.reduce((sum, x, l) => sum + v[i * n + l] * x * v[j * n + l], 0),
  );
}

const drawn: Record<number, Float64Array> = {};

/** (X + Xᵀ) / 2 of independent normals. */
export const random = (n: number, p: Precision, seed = 1, scale = 1): Matrix => {
  const { data } = gaussian(n, n, double, seed);
  return symmetric(n, p, (i, j) => (scale * (data[i * n + j] + data[j * n + i])) / 2);
};

/** Xᵀ X with X of `rank` rows. */
export function gram(n: number, p: Precision, rank: number): Matrix {
  const { data } = gaussian(rank, n, double, 3);
  return symmetric(n, p, (i, j) => {
    let sum = 0;
    for (let l = 0; l < rank; l++) sum += data[l * n + i] * data[l * n + j];
    return sum;
  });
}

/** A spectrum with the sign of every other value turned. */
const signed =
  (value: Spectrum): Spectrum =>
  (i, n) =>
    (i % 2 ? -1 : 1) * value(i, n);

/** The three distributions of ddrvst: from 1 to u in equal steps, in equal ratios, and 1, u, u, …. */
const even = (p: Precision) => modes["mode 4"](0.5 / p.u);
const geometric = (p: Precision) => modes["mode 3"](0.5 / p.u);
const clustered = (p: Precision) => modes["mode 1"](0.5 / p.u);
const root = (x: number) => 2 ** Math.floor(Math.log2(x) / 2);

/** Copies of Wilkinson's W⁺ of order 21, coupled by `glue`: its eigenvalues are close pairs, so here clusters. */
const glued = (n: number, p: Precision, glue: number) =>
  tridiagonal(
    n,
    p,
    (i) => Math.abs((i % 21) - 10),
    (i) => (i % 21 === 20 ? glue : 1),
  );

export const types: Record<string, Make> = {
  zero: (n, p) => diagonal(n, p, () => 0),
  identity: (n, p) => diagonal(n, p, () => 1),
  "diagonal, even": (n, p) => diagonal(n, p, signed(even(p))),
  "diagonal, geometric": (n, p) => diagonal(n, p, signed(geometric(p))),
  "diagonal, clustered": (n, p) => diagonal(n, p, signed(clustered(p))),
  even: (n, p) => withValues(n, p, signed(even(p))),
  geometric: (n, p) => withValues(n, p, signed(geometric(p))),
  clustered: (n, p) => withValues(n, p, signed(clustered(p))),
  "one large": (n, p) => withValues(n, p, clustered(p)),
  "one small": (n, p) => withValues(n, p, modes["mode 2"](0.5 / p.u)),
  "even, near overflow": (n, p) => withValues(n, p, (i, k) => (p.max / 4) * signed(even(p))(i, k)),
  "even, root of overflow": (n, p) => withValues(n, p, (i, k) => root(p.max) * even(p)(i, k)),
  "even, root of underflow": (n, p) => withValues(n, p, (i, k) => root(p.safmin) * even(p)(i, k)),
  "even, near underflow": (n, p) => withValues(n, p, (i, k) => p.safmin * signed(even(p))(i, k)),
  random: (n, p) => random(n, p),
  "random, near overflow": (n, p) => random(n, p, 1, p.max / (16 * Math.max(n, 1))),
  "random, subnormal": (n, p) =>
    symmetric(n, p, (i, j) => p.tiny * Math.round(99 * Math.sin(i + 7 * j))),
  banded: (n, p) => {
    const { data } = uniform(n, n, double, 4);
    return symmetric(n, p, (i, j) => (i - j <= 5 ? data[i * n + j] : 0));
  },
  "glued Wilkinson, loosely": (n, p) => glued(n, p, p.u),
  "glued Wilkinson": (n, p) => glued(n, p, Math.sqrt(p.u)),
  "glued Wilkinson, firmly": (n, p) => glued(n, p, 0.1),
  "1 2 1": (n, p) => tridiagonal(n, p, () => 2, () => 1), // prettier-ignore
  clement: (n, p) => tridiagonal(n, p, () => 0, (i) => Math.sqrt((i + 1) * (n - 1 - i))), // prettier-ignore
  legendre: (n, p) => tridiagonal(n, p, () => 0, (i) => (i + 1) / Math.sqrt(4 * (i + 1) ** 2 - 1)), // prettier-ignore
  "gram of half rank": (n, p) => gram(n, p, n >> 1),
  "gram of rank 1": (n, p) => gram(n, p, 1),
  repeated: (n, p) => withValues(n, p, (i) => (i % 5) - 2),
  reflection: (n, p) => withValues(n, p, (i, k) => (3 * i < k ? -1 : 1)),
  "graded down": (n, p) => symmetric(n, p, (i, j) => 10 ** (-(i + j) / 3) * (1 + Number(i === j))),
  "graded up": (n, p) => symmetric(n, p, (i, j) => 10 ** ((i + j - 2 * n) / 3) * (1 + Number(i === j))), // prettier-ignore
  "block diagonal": (n, p) => {
    const { data } = uniform(n, n, double, 5);
    return symmetric(n, p, (i, j) =>
      Math.floor(i / 7) === Math.floor(j / 7) ? data[i * n + j] : 0,
    );
  },
  "equal blocks": (n, p) => symmetric(n, p, (i, j) => (Math.floor(i / 8) === Math.floor(j / 8) ? Math.cos((i % 8) * (j % 8)) : 0)), // prettier-ignore
  ones: (n, p) => symmetric(n, p, () => 1),
  antidiagonal: (n, p) => symmetric(n, p, (i, j) => Number(i + j === n - 1)),
  arrow: (n, p) => symmetric(n, p, (i, j) => (i === j ? i : j === 0 ? 1 : 0)),
  hilbert: (n, p) => symmetric(n, p, (i, j) => 1 / (i + j + 1)),
  "weakly coupled": (n, p) => tridiagonal(n, p, (i) => (i * i) % 7, (i) => 10 ** -(i % 20)), // prettier-ignore
  "tiny off-diagonals": (n, p) => tridiagonal(n, p, () => 0, (i) => 2 ** (-8 * (i % 9))), // prettier-ignore
};
