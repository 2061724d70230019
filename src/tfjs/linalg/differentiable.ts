/**
 * Checks that the gradients exist. A quantity counts as zero when it is at most 2 √size EPS times the quantities it
 * was computed from: rounding alone has about this effect (√ because roundings are as good as random).
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { ArgumentError } from "../../errors.ts";

const EPS = 2 ** -23;
const tolerance = (size: number) => 2 * Math.sqrt(size) * EPS;

/** Whether the gradient with respect to an output is zero, as it is for an output that the loss does not use. */
export function isZero(dy: Tensor): boolean {
  return dy.dataSync().every((value) => value === 0);
}

/** Checks that the singular values of each matrix are distinct, and not zero. */
export function checkDistinct(s: Tensor, size: number): void {
  const expected = "distinct non-zero singular values (else u and v have no gradient)";
  checkGaps(s, size, expected, () => true);
}

/** Checks that no singular value of a matrix is zero. */
export function checkFullRank(s: Tensor, size: number): void {
  const last = s.shape.at(-1)! - 1;
  checkGaps(s, size, "full rank (else there is no gradient)", (i) => i === last);
}

/** Checks that the eigenvalues of each matrix, which are given in ascending order, are distinct. */
export function checkSimple(w: Tensor, size: number): void {
  const n = w.shape.at(-1)!;
  const values = w.dataSync();
  for (let at = 1; at < values.length; at++) {
    const first = at - (at % n);
    const norm = Math.max(Math.abs(values[first]), Math.abs(values[first + n - 1]));
    if (at === first || values[at] - values[at - 1] > tolerance(size) * norm) continue;
    const expected = "distinct eigenvalues (else the vectors have no gradient)";
    throw new ArgumentError("a", expected, `${values[at - 1]} and ${values[at]}`);
  }
}

/** Checks the gaps s_i − s_{i+1} for the indices that matter; the last gap is the one to zero. */
function checkGaps(s: Tensor, size: number, expected: string, matters: (i: number) => boolean) {
  const k = s.shape.at(-1)!;
  const values = s.dataSync();
  for (const [at, value] of values.entries()) {
    const i = at % k;
    const next = i === k - 1 ? 0 : values[at + 1];
    if (!matters(i) || value - next > tolerance(size) * values[at - i]) continue;
    const actual = next === 0 ? `${value}` : `${value} and ${next}`;
    throw new ArgumentError("a", expected, actual);
  }
}

/**
 * Checks that the first k columns of each matrix are linearly independent, given r […batch, k, n] of its QR
 * factorization. |r_jj| is compared with the norm of column j, so that the scales of columns do not count.
 */
export function checkIndependent(r: Tensor): void {
  const expected = "linearly independent columns (else q and r have no gradient)";
  const [k, n] = r.shape.slice(-2);
  const values = r.dataSync();
  for (let from = 0; from < values.length; from += k * n) {
    for (let j = 0; j < k; j++) {
      let square = 0;
      for (let i = 0; i <= j; i++) square += values[from + i * n + j] ** 2;
      if (Math.abs(values[from + j * n + j]) > tolerance(k) * Math.sqrt(square)) continue;
      throw new ArgumentError("a", expected, `column ${j} dependent on those before it`);
    }
  }
}
