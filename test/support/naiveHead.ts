/** A solved head by plain loops in f64, which use none of the code under test. */

export interface Fit {
  /** A row for each target. */
  readonly weights: number[][];
  readonly bias: number[];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * b[i]));
export const mean = (rows: readonly number[][]): number[] =>
  rows[0].map((_, j) => sum(rows.map((row) => row[j])) / rows.length);

/** Solves a x = b for every column of b by Gauss' elimination with pivots. */
function eliminate(a: number[][], b: number[][]): number[][] {
  const n = a.length;
  const rows = a.map((row, i) => [...row, ...b[i]]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      if (i !== k) for (let j = k; j < rows[i].length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, i) => row.slice(n).map((value) => value / row[i]));
}

/** Ridge regression with an intercept: W = P (S + λ)⁻¹ about the means. By the smaller of the two normal equations. */
export function ridge(x: readonly number[][], y: readonly number[][], lambda: number): Fit {
  const [centre, aim] = [mean(x), mean(y)];
  const xc = x.map((row) => row.map((value, j) => value - centre[j]));
  const yc = y.map((row) => row.map((value, j) => value - aim[j]));
  const d = centre.length;
  const own = (i: number, j: number) => (i === j ? lambda : 0);
  let columns: number[][]; // d x targets
  if (d <= x.length) {
    const s = centre.map((_, i) =>
      centre.map((_, j) => sum(xc.map((r) => r[i] * r[j])) + own(i, j)),
    );
    columns = eliminate(s, centre.map((_, i) => aim.map((_, c) => sum(xc.map((r, k) => r[i] * yc[k][c]))))); // prettier-ignore
  } else {
    const k = xc.map((a, i) => xc.map((b, j) => dot(a, b) + own(i, j)));
    const alpha = eliminate(k, yc);
    columns = centre.map((_, j) => aim.map((_, c) => sum(xc.map((r, i) => r[j] * alpha[i][c]))));
  }
  const weights = aim.map((_, c) => columns.map((row) => row[c]));
  return { weights, bias: aim.map((value, c) => value - dot(weights[c], centre)) };
}

export const apply = ({ weights, bias }: Fit, row: readonly number[]): number[] =>
  weights.map((own, c) => dot(own, row) + bias[c]);

export const oneHot = (labels: readonly number[], classes = Math.max(...labels) + 1): number[][] =>
  labels.map((label) => Array.from({ length: classes }, (_, c) => Number(c === label)));

/**
 * Σ (y − ŷ)² where every ŷ comes from all other samples; every target in units of its own variance.
 *
 * @param first the number of samples, from the first on, that are left out in turn
 */
export function leaveOneOut(
  x: readonly number[][],
  y: readonly number[][],
  lambda: number,
  first = x.length,
): number {
  const aim = mean(y);
  const energy = aim.map((value, c) => sum(y.map((row) => (row[c] - value) ** 2)));
  const without = <T>(list: readonly T[], i: number) => list.filter((_, k) => k !== i);
  const errors = x.slice(0, first).map((row, i) => {
    const found = apply(ridge(without(x, i), without(y, i), lambda), row);
    return sum(found.map((value, c) => (y[i][c] - value) ** 2 / energy[c]));
  });
  return sum(errors);
}
