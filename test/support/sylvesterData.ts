/**
 * Equations from published suites, with their answers.
 *
 * SLICOT: examples SB04MD and SB04ND; benchmark CTLEX 4.1 by the formulas of Kressner, Mehrmann and Penzl, SLICOT
 * Working Note 1999-6. Copyright (c) 1996-2020, SLICOT Team, BSD 3-Clause licence.
 * SciPy: scipy/linalg/tests/test_solvers.py. Copyright (c) 2001-2002 Enthought, Inc. 2003, SciPy
 * Developers, BSD 3-Clause licence.
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { build } from "./matrices.ts";
import { double, type Precision } from "./precisions.ts";
import { gemm } from "../twins/gemm.ts";

type Rows = number[][];

export const matrix = (rows: Rows, precision: Precision): Matrix =>
  build(rows.length, rows[0].length, precision, (i, j) => rows[i][j]);

interface Known {
  name: string;
  a: Matrix;
  b: Matrix;
  c: Matrix;
  x: Matrix;
}

/** Equations of integers, so that equation and answer are exact; c is computed if the source does not give it. */
export function integers(precision: Precision): Known[] {
  const of = (name: string, a: Rows, b: Rows, x: Rows): Known => {
    const [left, right, exact] = [a, b, x].map((rows) => matrix(rows, precision));
    const [ax, xb] = [gemm(left, exact).value, gemm(exact, right).value];
    const c = build(left.rows, right.rows, precision, (i, j) => ax[i * right.rows + j] + xb[i * right.rows + j]); // prettier-ignore
    return { name, a: left, b: right, c, x: exact };
  };
  // prettier-ignore
  return [
    of(
      "SB04ND",
      [[17, 24, 1, 8, 15], [23, 5, 7, 14, 16], [0, 6, 13, 20, 22], [0, 0, 19, 21, 3], [0, 0, 0, 2, 9]],
      [[8, 1, 6], [0, 5, 7], [0, 9, 2]],
      [[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 1, -1], [2, -2, 1]],
    ),
    of(
      "coefficients and answer of SB04QD",
      [[1, 2, 3], [6, 7, 8], [9, 2, 3]],
      [[7, 2, 3], [2, 1, 2], [3, 4, 1]],
      [[2, 3, 6], [4, 7, 1], [5, 3, 2]],
    ),
    of("SB04MD's coefficients", [[2, 1, 3], [0, 2, 1], [6, 1, 2]], [[2, 1], [1, 6]], [[-3, 1], [-1, 1], [5, 0]]),
  ];
}

/** SB04ND's right-hand side as printed, and SB04MD's answer to the four digits that are printed. */
export const printed = {
  sb04nd: [[62, -12, 26], [59, -10, 31], [70, -6, 9], [35, 31, -7], [36, -15, 7]], // prettier-ignore
  sb04md: {
    a: [[2, 1, 3], [0, 2, 1], [6, 1, 2]], // prettier-ignore
    b: [[2, 1], [1, 6]], // prettier-ignore
    c: [[2, 1], [1, 4], [0, 5]], // prettier-ignore
    x: [[-2.7685, 0.5498], [-1.0531, 0.6865], [4.5257, -0.4389]], // prettier-ignore
  },
};

/** SciPy's cases, without the complex and the empty ones. */
export function scipy(precision: Precision): [Matrix, Matrix, Matrix][] {
  // prettier-ignore
  const cases: [Rows, Rows, Rows][] = [
    [[[1, 2], [0, 4]], [[5, 6], [0, 8]], [[9, 10], [11, 12]]],
    [
      [[1, 0, 0, 0], [0, 1, 2, 0], [0, 0, 3, -4], [0, 0, 2, 5]],
      [[2, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, -1], [0, 0, 1, 1]],
      [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    ],
    [[[8, 1, 6], [3, 5, 7], [4, 9, 2]], [[2, 3], [4, 5]], [[1, 2], [3, 4], [5, 6]]],
    [[[1, 0], [0, 1]], [[1]], [[2], [2]]],
    // SciPy's Lyapunov cases, with aᵀ as b.
    [[[1, 2], [3, 4]], [[1, 3], [2, 4]], [[9, 10], [11, 12]]],
    [[[0, 1], [-0.5, -1]], [[0, -0.5], [1, -1]], [[0, 0], [0, 9]]],
    [
      [[3, 9, 5, 1, 4], [1, 2, 3, 8, 4], [4, 6, 6, 6, 3], [1, 5, 2, 0, 7], [5, 3, 3, 1, 5]],
      [[3, 1, 4, 1, 5], [9, 2, 6, 5, 3], [5, 3, 6, 2, 3], [1, 8, 6, 0, 1], [4, 4, 3, 7, 5]],
      [[2, 4, 1, 0, 1], [4, 1, 0, 2, 0], [1, 0, 3, 0, 3], [0, 2, 0, 1, 0], [1, 0, 3, 0, 4]],
    ],
  ];
  return cases.map(([a, b, c]) => [matrix(a, precision), matrix(b, precision), matrix(c, precision)]); // prettier-ignore
}

/** aᵀx + xa = y with x known: two reflections H and a grading S about a diagonal matrix. */
export function ctlex41(n: number, r: number, s: number): { a: Matrix; y: Matrix; x: Matrix } {
  const square = (entry: (i: number, j: number) => number) => build(n, n, double, entry);
  const reflection = (sign: number) => square((i, j) => Number(i === j) - (2 / n) * sign ** (i + j)); // prettier-ignore
  const [h1, h2] = [reflection(1), reflection(-1)];
  const grading = (sign: number) => square((i, j) => (i === j ? s ** (sign * i) : 0));
  const [up, down] = [grading(1), grading(-1)];
  const product = (...factors: Matrix[]) =>
    factors.reduce((a, b) => ({ rows: a.rows, cols: b.cols, data: gemm(a, b).value }));
  const core = square((i, j) => (i === j ? -(r ** i) : 0));
  const solution = square((i, j) => ((i + 1) * (j + 1)) / (r ** i + r ** j));
  const ones = build(1, n, double, (_, j) => j + 1);
  const b = product(ones, h1, down, h2);
  return {
    a: product(h2, up, h1, core, h1, down, h2),
    y: square((i, j) => -b.data[i] * b.data[j]),
    x: product(h2, down, h1, solution, h1, down, h2),
  };
}
