/**
 * trexc: moves a diagonal block of a quasi-triangular T up, by swaps of neighbours (laexc); T := Qᵀ T Q, V := Qᵀ V.
 *
 * A swap after Bai and Demmel (1993): with T11 X - X T22 = T12 the columns of (-X, I) span the invariant subspace
 * of T22; the Q of their QR factorization puts T22 first. The little equation is solved with complete pivoting;
 * the swap is tried on a copy and given up where it would leave more than rounding below the diagonal.
 * Orders 1 and 2 go through the same lines, in f64 for both binaries.
 */
import { at } from "../blas/panel";
import { TURN, entry, turnColumns, turnRows } from "../blas/turn";
import { EPS, REAL, SAFMIN } from "../real";
import { lanv2 } from "./lanv2";
import { turned } from "./lahqr";

/** Of `work`: Q, D, a column of their product, the little system (4 x 5 in a stride of 8). */
// @ts-ignore: decorator
@inline export const TREXC_WORK: usize = 3 * TURN + 4 * 8 * 8;

/** Order of the diagonal block that begins at row k. */
// @ts-ignore: decorator
@inline
export function blockSize(n: i32, t: usize, ld: i32, k: i32): i32 {
  return k + 1 < n && load<real>(at(t, ld, k + 1, k)) != 0 ? 2 : 1;
}

/** Moves the block at `from` up to row `to`, the first of a block; false if it did not get so far. */
export function trexc(n: i32, t: usize, ld: i32, v: usize, ldv: i32, from: i32, to: i32, work: usize): bool {
  const size = blockSize(n, t, ld, from);
  let k = from;
  while (k > to) {
    const above = k > 1 && load<real>(at(t, ld, k - 1, k - 2)) != 0 ? 2 : 1;
    if (!laexc(n, t, ld, v, ldv, k - above, above, size, work)) return false;
    k -= above;
    if (size == 2 && load<real>(at(t, ld, k + 1, k)) == 0) {
      // Rounding made two real eigenvalues of the pair: they go on one after the other.
      return trexc(n, t, ld, v, ldv, k, to, work) && trexc(n, t, ld, v, ldv, k + 1, to + 1, work);
    }
  }
  return true;
}

/** Exchanges the blocks of orders p and q at j and j + p; false, and nothing done, if they are too close. */
export function laexc(n: i32, t: usize, ld: i32, v: usize, ldv: i32, j: i32, p: i32, q: i32, work: usize): bool {
  const m = p + q;
  const turn = work, d = turn + TURN, e = d + TURN, system = e + TURN;
  let norm: f64 = 0;
  for (let r = 0; r < m; r++) {
    for (let c = 0; c < m; c++) {
      const x = <f64>load<real>(at(t, ld, j + r, j + c));
      norm = max(norm, abs(x));
      store<f64>(entry(d, r, c), x);
    }
  }
  sylvester(p, q, d, max(2 * EPS * norm, SAFMIN / EPS), system);
  basis(p, q, system, turn);
  // What Qᵀ D Q has below its new first block must be nothing but rounding.
  for (let c = 0; c < q; c++) {
    for (let k = 0; k < m; k++) {
      let sum: f64 = 0;
      for (let l = 0; l < m; l++) sum += load<f64>(entry(d, k, l)) * load<f64>(entry(turn, l, c));
      store<f64>(entry(e, k, 0), sum);
    }
    for (let r = q; r < m; r++) {
      let sum: f64 = 0;
      for (let k = 0; k < m; k++) sum += load<f64>(entry(turn, k, r)) * load<f64>(entry(e, k, 0));
      if (!(abs(sum) <= max(20 * EPS * norm, SAFMIN / EPS))) return false;
    }
  }
  turnRows(m, n - j, at(t, ld, j, j), ld, turn);
  turnColumns(m, j + m, at(t, ld, 0, j), ld, turn);
  turnRows(m, n, at(v, ldv, j, 0), ldv, turn);
  for (let r = q; r < m; r++) memory.fill(at(t, ld, j + r, j), 0, REAL * q);
  settle(n, t, ld, v, ldv, j, q, <real>load<f64>(entry(d, p, p)), turn);
  settle(n, t, ld, v, ldv, j + q, p, <real>load<f64>(entry(d, 0, 0)), turn);
  return true;
}

/** A block in its new place: one of order 1 keeps its value to the bit, one of order 2 its standard form. */
function settle(n: i32, t: usize, ld: i32, v: usize, ldv: i32, k: i32, size: i32, value: real, turn: usize): void {
  if (size == 1) {
    store<real>(at(t, ld, k, k), value);
  } else {
    lanv2(t, ld, k, turn);
    turned(n, t, ld, k, 2, turn);
    turnRows(2, n, at(v, ldv, k, 0), ldv, turn);
  }
}

/** Solves T11 X - X T22 = T12, pivots below `floor` raised to it; x(r, c) is left in column 4 of row r + p c. */
function sylvester(p: i32, q: i32, d: usize, floor: f64, s: usize): void {
  const order = p * q;
  memory.fill(s, 0, 256);
  for (let r = 0; r < p; r++) {
    for (let c = 0; c < q; c++) {
      const i = r + p * c;
      for (let k = 0; k < p; k++) add(s, i, k + p * c, load<f64>(entry(d, r, k)));
      for (let k = 0; k < q; k++) add(s, i, r + p * k, -load<f64>(entry(d, p + k, p + c)));
      add(s, i, 4, load<f64>(entry(d, r, p + c)));
    }
  }
  // Gauss–Jordan: unknown `column` is solved for in row `row`, which then changes places with row `column`.
  let open = (1 << order) - 1; // rows, and the unknowns that bear their number once they are solved
  for (let step = 0; step < order; step++) {
    let row = 0, column = 0;
    let best: f64 = -1;
    for (let i = 0; i < order; i++) {
      for (let k = 0; k < order; k++) {
        if (!((open >> i) & 1) || !((open >> k) & 1)) continue;
        const x = abs(load<f64>(cell(s, i, k)));
        if (x > best) {
          best = x;
          row = i;
          column = k;
        }
      }
    }
    for (let k = 0; k < 5 && row != column; k++) {
      const x = load<f64>(cell(s, row, k));
      store<f64>(cell(s, row, k), load<f64>(cell(s, column, k)));
      store<f64>(cell(s, column, k), x);
    }
    const pivot = best < floor ? floor : load<f64>(cell(s, column, column));
    for (let k = 0; k < 5; k++) store<f64>(cell(s, column, k), k == column ? 1 : load<f64>(cell(s, column, k)) / pivot);
    for (let i = 0; i < order; i++) {
      const factor = load<f64>(cell(s, i, column));
      if (i == column || factor == 0) continue;
      for (let k = 0; k < 5; k++) {
        store<f64>(cell(s, i, k), k == column ? 0 : load<f64>(cell(s, i, k)) - factor * load<f64>(cell(s, column, k)));
      }
    }
    open &= ~(1 << column);
  }
}

// @ts-ignore: decorator
@inline
function cell(s: usize, i: i32, k: i32): usize {
  return s + 8 * <usize>(8 * i + k);
}

// @ts-ignore: decorator
@inline
function add(s: usize, i: i32, k: i32, x: f64): void {
  store<f64>(cell(s, i, k), load<f64>(cell(s, i, k)) + x);
}

/** An orthogonal Q whose first q columns span those of (-X, I), by reflectors. */
function basis(p: i32, q: i32, system: usize, turn: usize): void {
  const m = p + q;
  for (let r = 0; r < 4; r++) for (let c = 0; c < 4; c++) store<f64>(entry(turn, r, c), r == c ? 1 : 0);
  for (let c = 0; c < q; c++) {
    // w := Qᵀ (column c of (-X, I)), its part from row c on
    let norm: f64 = 0, head: f64 = 0;
    let w1: f64 = 0, w2: f64 = 0, w3: f64 = 0;
    for (let r = c; r < m; r++) {
      let sum = load<f64>(entry(turn, p + c, r));
      for (let k = 0; k < p; k++) sum -= load<f64>(entry(turn, k, r)) * load<f64>(cell(system, k + p * c, 4));
      norm += sum * sum;
      if (r == c) head = sum;
      else if (r == c + 1) w1 = sum;
      else if (r == c + 2) w2 = sum;
      else w3 = sum;
    }
    const beta = -copysign(sqrt(norm), head);
    if (beta == 0) continue;
    const tau = (beta - head) / beta, divisor = head - beta;
    w1 /= divisor;
    w2 /= divisor;
    w3 /= divisor;
    for (let r = 0; r < m; r++) {
      let sum = load<f64>(entry(turn, r, c)) + load<f64>(entry(turn, r, c + 1)) * w1;
      if (c + 2 < m) sum += load<f64>(entry(turn, r, c + 2)) * w2;
      if (c + 3 < m) sum += load<f64>(entry(turn, r, c + 3)) * w3;
      sum *= tau;
      store<f64>(entry(turn, r, c), load<f64>(entry(turn, r, c)) - sum);
      store<f64>(entry(turn, r, c + 1), load<f64>(entry(turn, r, c + 1)) - sum * w1);
      if (c + 2 < m) store<f64>(entry(turn, r, c + 2), load<f64>(entry(turn, r, c + 2)) - sum * w2);
      if (c + 3 < m) store<f64>(entry(turn, r, c + 3), load<f64>(entry(turn, r, c + 3)) - sum * w3);
    }
  }
}
