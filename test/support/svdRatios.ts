/**
 * LAPACK's ratios of a singular value decomposition (TESTING/EIG/sdrvbd.f), in units of u: ‖A − USVᵀ‖₁
 * over max(m, n) ‖A‖₁, ‖I − UᵀU‖₁ over m, ‖I − VᵀV‖₁ over n; and the properties that must hold exactly.
 */
import * as assert from "uvu/assert";
import type { Matrix } from "../../src/linalg/index.ts";
import type { Data } from "../../src/wasm/memory.ts";
import type { Precision } from "./precisions.ts";
import { distance, Family, largest, orthogonality, residual } from "./ratios.ts";

/** The largest ratio that LAPACK accepts (svd.in): 50 of its ulp, which is 2u. */
export const HARD = 100;
/** The largest ratio that our tests accept. */
export const GATE = 10;

export interface Factors {
  u: Matrix;
  s: Data;
  v: Matrix;
}

/** Checks the three ratios and remembers the worst of each. */
export class SvdFamilies {
  readonly residual: Family;
  readonly u: Family;
  readonly v: Family;

  constructor(name: string, gate = GATE) {
    this.residual = new Family(`${name} ‖A − USVᵀ‖`, gate);
    this.u = new Family(`${name} ‖I − UᵀU‖`, gate);
    this.v = new Family(`${name} ‖I − VᵀV‖`, gate);
  }

  check(a: Matrix, { u, s, v }: Factors, what: string): void {
    checkValues(s, what);
    checkSigns(u, s.length, what);
    const larger = Math.max(a.rows, a.cols, 1);
    if (s.length > 0) {
      const left = columns(u, s.length);
      this.residual.check((residual(a, left, scaledRows(s, v)) * a.rows) / larger, what);
    }
    this.u.check(orthogonality(u), what);
    this.v.check(orthogonality(v), what);
  }

  note(): void {
    for (const family of [this.residual, this.u, this.v]) family.note();
  }
}

/** Checks that the values are sorted, finite and non-negative. */
export function checkValues(s: Data, what: string): void {
  s.forEach((x: number, i: number) => {
    assert.ok(x >= 0 && x <= (s[i - 1] ?? Number.MAX_VALUE), `s[${i}] = ${x}, ${what}`);
    assert.not(Object.is(x, -0), `s[${i}] is negative zero, ${what}`);
  });
}

/** Checks that in columns 0 … k − 1 the first of the components of largest magnitude is positive. */
function checkSigns(u: Matrix, k: number, what: string): void {
  for (let j = 0; j < k; j++) {
    let best = 0;
    for (let i = 0; i < u.rows; i++) {
      const x = u.data[i * u.cols + j];
      if (Math.abs(x) > Math.abs(best)) best = x;
    }
    assert.ok(best > 0, `u(:, ${j}) has ${best} as its largest component, ${what}`);
  }
}

/** max |s − exact| / (k u s₀): in units of the rounding of the largest; k = the number of values. */
export function absoluteError(s: Data, exact: Data, { u, tiny }: Precision): number {
  const worst = distance(s, exact);
  return worst === 0 ? 0 : worst / (s.length * Math.max(u * exact[0], tiny));
}

/** max |s_i − exact_i| / (k u exact_i): every value in units of its own rounding. */
export function relativeError(s: Data, exact: Data, { u }: Precision): number {
  const errors = Float64Array.from(s, (x, i) => (x === exact[i] ? 0 : x / exact[i] - 1));
  return largest(errors) / (s.length * u);
}

/** The first k columns, in f64. */
function columns({ rows, cols, data }: Matrix, k: number): Matrix {
  const at = (i: number) => data[Math.floor(i / k) * cols + (i % k)];
  return { rows, cols: k, data: Float64Array.from({ length: rows * k }, (_, i) => at(i)) };
}

/** diag(s) Vᵀ in f64 */
function scaledRows(s: Data, v: Matrix): Matrix {
  const n = v.rows;
  const at = (i: number) => s[Math.floor(i / n)] * v.data[(i % n) * v.cols + Math.floor(i / n)];
  return {
    rows: s.length,
    cols: n,
    data: Float64Array.from({ length: s.length * n }, (_, i) => at(i)),
  };
}
