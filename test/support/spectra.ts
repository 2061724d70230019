/**
 * Matrices for singular value decompositions: the five types of LAPACK's SVD tests (TESTING/EIG/sdrvbd.f),
 * the spectra of TESTING/MATGEN/slatm1.f, matrices whose small singular values are determined to full
 * relative accuracy, and matrices on which SVD codes return NaN or do not return. All are computed in f64 and rounded
 * once to the precision asked for.
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, uniform } from "./matrices.ts";
import { double, type Precision } from "./precisions.ts";
import { stewart } from "../twins/haar.ts";

type Make = (m: number, n: number, precision: Precision) => Matrix;

/** U diag(s) Vᵀ with Haar U and V; only the first min(m, n) values are read. */
export function withSpectrum(
  m: number,
  n: number,
  precision: Precision,
  value: (i: number, k: number) => number,
): Matrix {
  const k = Math.min(m, n);
  const [u, v] = [haar(m, k, 2), haar(n, k, 3)];
  for (let i = 0; i < k; i++) {
    const s = value(i, k);
    for (let row = 0; row < m; row++) u[row * k + i] *= s;
  }
  return build(m, n, precision, (i, j) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += u[i * k + l] * v[j * k + l];
    return sum;
  });
}

/** The modes of slatm1: value i of k, between 1 and 1 / condition. */
export const modes = {
  "mode 1": (condition: number) => (i: number) => (i === 0 ? 1 : 1 / condition),
  "mode 2": (condition: number) => (i: number, k: number) => (i < k - 1 ? 1 : 1 / condition),
  "mode 3": (condition: number) => (i: number, k: number) => condition ** -part(i, k),
  "mode 4": (condition: number) => (i: number, k: number) => 1 - part(i, k) * (1 - 1 / condition),
  "mode 5": (condition: number) => (i: number, k: number) => condition ** -scatter(i, k),
};

const part = (i: number, k: number) => i / Math.max(k - 1, 1);
/** Numbers scattered over [0, 1): multiples of the golden ratio, modulo 1. */
const scatter = (i: number, k: number) => ((i + k) * 0.6180339887498949) % 1;

/** Evenly spaced values. LAPACK's ulp is 2u; its extreme types are off the ends of the range by a factor of ulp. */
const evenly = ({ u }: Precision) => modes["mode 4"](0.5 / u);
const stretched = (p: Precision, norm: number) => (i: number, k: number) => norm * evenly(p)(i, k);

export const sdrvbd: Record<string, Make> = {
  zero: (m, n, p) => build(m, n, p, () => 0),
  identity: (m, n, p) => build(m, n, p, (i, j) => Number(i === j)),
  "evenly spaced": (m, n, p) => withSpectrum(m, n, p, evenly(p)),
  "near underflow": (m, n, p) => withSpectrum(m, n, p, stretched(p, p.safmin / (2 * p.u))),
  "near overflow": (m, n, p) => withSpectrum(m, n, p, stretched(p, p.max * (2 * p.u))),
};

/** Matrices of all modes at condition 1e2 and 1e6, and of spectra with equal and zero values. */
export const spectra: Record<string, Make> = {
  ...Object.fromEntries(
    Object.entries(modes).flatMap(([mode, spectrum]) =>
      [1e2, 1e6].map((condition): [string, Make] => [
        `${mode}, condition ${condition}`,
        (m, n, p) => withSpectrum(m, n, p, spectrum(condition)),
      ]),
    ),
  ),
  orthogonal: (m, n, p) => withSpectrum(m, n, p, () => 1),
  "repeated values": (m, n, p) => withSpectrum(m, n, p, (i) => 2 ** -(i >> 2)),
  "zero values": (m, n, p) => withSpectrum(m, n, p, (i, k) => (2 * i < k ? 1 / (i + 1) : 0)),
  "1 / i": (m, n, p) => withSpectrum(m, n, p, (i) => 1 / (i + 1)),
};

/** Matrices of integers, whose zero singular values are exact: of rank ⌈min(m, n) / 2⌉ at most. */
export function integers(m: number, n: number, precision: Precision): Matrix {
  const half = Math.ceil(Math.min(m, n) / 2);
  const digit = (i: number, j: number) => ((7 * i * i + 3 * i * j + 5 * j) % 11) - 5;
  return build(m, n, precision, (i, j) =>
    i < half ? digit(i, j) : digit(i % half, j) - digit((i + 1) % half, j),
  );
}

/** Bidiagonal: the diagonal falls over `decades`, the superdiagonal is 1 (Golub and Kahan's form). */
export const bidiagonal = (n: number, precision: Precision, decades: number): Matrix =>
  build(n, n, precision, (i, j) => (i === j ? 10 ** (-decades * part(i, n)) : Number(j === i + 1)));

/** Powers 0 … n − 1 of m points evenly spaced in (0, 1]. */
export const vandermonde: Make = (m, n, precision) =>
  build(m, n, precision, (i, j) => ((i + 1) / m) ** j);

/** A row of ones above ε I, so that every two columns are nearly equal. */
export const lauchli = (n: number, precision: Precision, ε: number): Matrix =>
  build(n + 1, n, precision, (i, j) => (i === 0 ? 1 : i === j + 1 ? ε : 0));

export const kahan = (n: number, precision: Precision, θ = 1.2): Matrix =>
  build(n, n, precision, (i, j) => (i > j ? 0 : Math.sin(θ) ** i * (i === j ? 1 : -Math.cos(θ))));

/** Kahan's matrix with a raised diagonal, so that pivoting leaves the columns in place, as in LAPACK's tests. */
export const perturbedKahan = (n: number, precision: Precision, θ: number): Matrix => {
  const a = kahan(n, double, θ).data;
  const raised = (i: number, j: number) => (i === j ? 1 + 25 * precision.u * (n - i) : 1);
  return build(n, n, precision, (i, j) => a[i * n + j] * raised(i, j));
};

/**
 * B D (or D B) with B = the identity + uniform entries / max(m, n), of a condition below 10, and D falling
 * over `decades`, in shuffled order. With m ≥ n for B D and m ≤ n for D B every singular value is
 * determined to relative accuracy u κ(B).
 */
export function scaled(
  m: number,
  n: number,
  precision: Precision,
  side: "left" | "right",
  decades = 12,
): Matrix {
  const b = uniform(m, n, double, 6).data;
  const count = side === "left" ? m : n;
  const d = shuffled(count).map((i) => 10 ** (-decades * part(i, count)));
  return build(
    m,
    n,
    precision,
    (i, j) => (Number(i === j) + b[i * n + j] / Math.max(m, n)) * d[side === "left" ? i : j],
  );
}

/**
 * Matrices from the issue lists of SVD codes in JavaScript, C++ and LAPACK, and matrices on which our own Jacobi
 * iteration did not settle at its tolerance.
 */
export const killers: Record<string, number[][]> = {
  "svd-js 5 a": [
    [-896, -896],
    [-19, -19],
  ],
  "svd-js 5 b": [
    [0, 0],
    [-1560.116, -2789.99],
  ],
  "numeric.js 75 a": [
    [1.2314470096270005, -8.927990819795772],
    [0.0710192233504547, -0.5148893692907976],
  ],
  "numeric.js 75 b": [
    [1, 2],
    [2, 4],
  ],
  "numeric.js 86": [
    [1, 1, 1, 1],
    [2, 2, 2, 2],
    [3, 3, 3, 3],
    [4, 4, 4, 4],
  ],
  "lalolab 5": [
    [-0.5, -0.5, 1, -1.5, 1.5, 0],
    [0.5, 0.5, -1, 1.5, -1.5, 0],
  ],
  "pvfmm 5 a": [
    [267.2136, -267.2136, -230.9624],
    [-4383.1704, 4383.1704, -4383.1704],
    [0, 0, 0],
  ],
  "pvfmm 5 b": [
    [7044.77, 0, 0],
    [0, -1.28e-322, 57.26],
    [0, 0, 0],
  ],
  "circling 3 x 3": [
    [1, 9, 3],
    [5, -1, 7],
    [8, -6, -6],
  ],
  "circling 4 x 4": [
    [-3, 0, 0, -1],
    [-2, 2, 2, -2],
    [0, 0, 0, -1],
    [1, 2, 2, -1],
  ],
  "circling in f64": [
    [-0.7237302525900304, -0.010878531262278557, -0.7687754793589577],
    [-0.8187722624279559, -0.658486076630652, 0.20470558060333133],
    [0.2057286431081593, -0.599611462559551, -0.2991020968183875],
  ],
};

export const fromRows = (rows: number[][], precision: Precision): Matrix =>
  build(rows.length, rows[0].length, precision, (i, j) => rows[i][j]);

/** m x k with orthonormal columns, row-major; each is computed once. */
function haar(m: number, k: number, seed: number): Float64Array {
  const made = (drawn[`${m} ${k} ${seed}`] ??= stewart(gaussian(m, k, double, seed)).data);
  return made.slice();
}

const drawn: Record<string, Float64Array> = {};

/** 0 … n − 1 in an order without pattern. */
const shuffled = (n: number) =>
  Array.from({ length: n }, (_, i) => i).sort((i, j) => Math.sin(99 * i) - Math.sin(99 * j));
