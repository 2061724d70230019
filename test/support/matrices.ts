/**
 * Matrices for factorisations: the eight types of LAPACK's QR tests (TESTING/LIN/slatb4.f) and matrices on which QR
 * codes are known to fail. All are computed in f64 and rounded once to the precision asked for.
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { double, type Precision } from "./precisions.ts";
import { transpose } from "./ratios.ts";
import { stewart } from "../twins/haar.ts";
import { qr } from "../twins/qr.ts";

type Make = (m: number, n: number, precision: Precision) => Matrix;

/** LAPACK's SLAMCH('Precision') and the norms of its types 7 and 8 (slatb4.f). */
const eps = ({ u }: Precision) => 2 * u;
const small = (p: Precision) => 0.25 * (p.safmin / eps(p));
const large = (p: Precision) => 1 / small(p);

export const slatb4: Record<string, Make> = {
  diagonal: (m, n, p) => build(m, n, p, (i, j) => (i === j ? 2 ** (-i / Math.min(m, n)) : 0)),
  upper: (m, n, p) => triangle(m, n, p),
  lower: (m, n, p) => transpose(triangle(n, m, p)),
  "condition 2": (m, n, p) => conditioned(m, n, p, 2),
  "condition sqrt(.1/eps)": (m, n, p) => conditioned(m, n, p, Math.sqrt(0.1 / eps(p))),
  "condition .1/eps": (m, n, p) => conditioned(m, n, p, 0.1 / eps(p)),
  "near underflow": (m, n, p) => conditioned(m, n, p, 2, small(p)),
  "near overflow": (m, n, p) => conditioned(m, n, p, 2, large(p)),
};

export const hard: Record<string, Make> = {
  zero: (m, n, p) => build(m, n, p, () => 0),
  "rank 1": (m, n, p) => ranked(m, n, p, 1),
  "half rank": (m, n, p) => ranked(m, n, p, Math.ceil(Math.min(m, n) / 2)),
  "equal columns": (m, n, p) => map(gaussian(m, n, p), (a, i, j) => a(i, j >> 1)),
  "zero columns": (m, n, p) => map(gaussian(m, n, p), (a, i, j) => (j % 3 === 0 ? 0 : a(i, j))),
  "zero rows": (m, n, p) => map(gaussian(m, n, p), (a, i, j) => (i % 3 === 0 ? 0 : a(i, j))),
  ones: (m, n, p) => build(m, n, p, () => 1),
  kahan: (m, n, p) =>
    build(m, n, p, (i, j) => Math.sin(1.2) ** i * (i === j ? 1 : i < j ? -Math.cos(1.2) : 0)),
  hilbert: (m, n, p) => build(m, n, p, (i, j) => 1 / (i + j + 1)),
  lauchli: (m, n, p) =>
    build(m, n, p, (i, j) => (i === 0 ? 1 : i === j + 1 ? Math.sqrt(p.u) / 2 : 0)),
  "graded rows": (m, n, p) => map(gaussian(m, n, p), (a, i, j) => a(i, j) * grade(i, m)),
  "rows graded upwards": (m, n, p) => map(gaussian(m, n, p), (a, i, j) => a(i, j) / grade(i, m)),
  "graded columns": (m, n, p) => map(gaussian(m, n, p), (a, i, j) => a(i, j) * grade(j, n)),
  "columns graded upwards": (m, n, p) => map(gaussian(m, n, p), (a, i, j) => a(i, j) / grade(j, n)),
  "subnormal only": (m, n, p) =>
    map(uniform(m, n, p), (a, i, j) => p.tiny * Math.round(99 * a(i, j))),
  "smallest subnormal only": (m, n, p) =>
    map(uniform(m, n, p), (a, i, j) => p.tiny * Math.sign(a(i, j))),
  "subnormal columns among normal ones": (m, n, p) =>
    map(uniform(m, n, p), (a, i, j) => (j % 2 ? a(i, j) : p.tiny * Math.round(99 * a(i, j)))),
  "huge next to tiny": (m, n, p) =>
    map(uniform(m, n, p), (a, i, j) => a(i, j) * ((i + j) % 2 ? p.max / (8 * m) : p.safmin)),
};

/** A scale that falls from 1e18 for i = 0 to 1e-18 for i = n − 1. */
const grade = (i: number, n: number) => 10 ** (18 - (36 * i) / Math.max(n - 1, 1));

/** A matrix whose entry (i, j) is given by a formula. */
export function build(
  m: number,
  n: number,
  { array }: Precision,
  entry: (i: number, j: number) => number,
): Matrix {
  const values = Float64Array.from({ length: m * n }, (_, at) => entry(Math.floor(at / n), at % n));
  return { rows: m, cols: n, data: array.from(values) };
}

/** Independent N(0, 1) entries: Box–Muller on mulberry32, which is not the generator under test. */
export function gaussian(m: number, n: number, precision: Precision, seed = 1): Matrix {
  const next = mulberry32(seed);
  return build(
    m,
    n,
    precision,
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** Independent entries, uniform between -1 and 1. */
export function uniform(m: number, n: number, precision: Precision, seed = 1): Matrix {
  const next = mulberry32(seed);
  return build(m, n, precision, () => 2 * next() - 1);
}

/** U diag(s) Vᵀ with s falling geometrically from `norm` to `norm / condition` (slatms, mode 3). */
export function conditioned(
  m: number,
  n: number,
  precision: Precision,
  condition: number,
  norm = 1,
): Matrix {
  const k = Math.min(m, n);
  const [u, v] = [orthonormal(m, k, 2), orthonormal(n, k, 3)];
  const s = Array.from({ length: k }, (_, i) => norm * condition ** (-i / Math.max(k - 1, 1)));
  return build(m, n, precision, (i, j) =>
    s.reduce((sum, sl, l) => sum + u[i * k + l] * sl * v[j * k + l], 0),
  );
}

/** A product of Gaussian factors with `rank` columns. */
function ranked(m: number, n: number, precision: Precision, rank: number): Matrix {
  const [x, y] = [gaussian(m, rank, precision, 4), gaussian(n, rank, precision, 5)];
  return build(m, n, precision, (i, j) => {
    let sum = 0;
    for (let l = 0; l < rank; l++) sum += x.data[i * rank + l] * y.data[j * rank + l];
    return sum;
  });
}

/** Upper trapezoidal, condition 2. */
function triangle(m: number, n: number, precision: Precision): Matrix {
  const { r } = qr(conditioned(m, n, precision, 2));
  return build(m, n, precision, (i, j) => (i < r.rows ? r.data[i * n + j] : 0));
}

function map(
  a: Matrix,
  entry: (a: (i: number, j: number) => number, i: number, j: number) => number,
): Matrix {
  const at = (i: number, j: number) => a.data[i * a.cols + j];
  const out = a.data.slice();
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) out[i * a.cols + j] = entry(at, i, j);
  }
  return { ...a, data: out };
}

/** m x k with orthonormal columns. */
const orthonormal = (m: number, k: number, seed: number) =>
  stewart(gaussian(m, k, double, seed)).data;

/** Tommy Ettinger's generator of 32 bits of state: uniform in [0, 1). */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `"9x4 33x33"` → [[9, 4], [33, 33]] */
export const shapes = (list: string) =>
  list.split(" ").map((shape) => shape.split("x").map(Number));
