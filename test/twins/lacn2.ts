/**
 * The estimate of ‖M‖₁ that LAPACK's lacn2 makes, for a matrix given by its columns: Higham, ACM TOMS 14 (1988),
 * algorithm 4.1, with at most five vectors.
 */
export function lacn2(columns: Float64Array[]): number {
  const n = columns.length;
  const times = (x: number[]) =>
    columns.map((_, i) => x.reduce((sum, value, j) => sum + columns[j][i] * value, 0));
  const transposed = (x: number[]) =>
    columns.map((column) => column.reduce((sum, value, i) => sum + value * x[i], 0));
  const norm = (x: number[]) => x.reduce((sum, value) => sum + Math.abs(value), 0);
  const signs = (x: number[]) => x.map((value) => (value < 0 ? -1 : 1));
  const largest = (x: number[]) => x.map(Math.abs).indexOf(Math.max(...x.map(Math.abs)));

  let estimate = norm(times(columns.map(() => 1 / n)));
  if (n === 1) return estimate;
  let sign = signs(times(columns.map(() => 1)));
  let slope = transposed(sign);
  for (let round = 2, j = largest(slope); ; round++) {
    const x = [...columns[j]];
    const before = estimate;
    estimate = Math.max(estimate, norm(x));
    if (norm(x) <= before || signs(x).every((value, i) => value === sign[i])) break;
    sign = signs(x);
    slope = transposed(sign);
    const last = j;
    j = largest(slope);
    if (Math.abs(slope[last]) === Math.abs(slope[j]) || round === 5) break;
  }
  const alternating = columns.map((_, i) => (i % 2 ? -1 : 1) * (1 + i / (n - 1)));
  return Math.max(estimate, (2 * norm(times(alternating))) / (3 * n));
}
