/** The conditions on a real Schur form (LAPACK's TESTING/EIG/dchkhs.f): ratios and structure. */
import * as assert from "uvu/assert";
import type { Matrix } from "../../src/linalg/index.ts";
import { precisionOf, type Precision } from "./precisions.ts";
import {
  columnSums,
  difference,
  Family,
  largest,
  orthogonality,
  scaled,
  scaleOf,
  transpose,
} from "./ratios.ts";

/** Largest accepted ratio, in units of 2u as in LAPACK, which accepts 20 (nep.in); measured: up to 6, SciPy up to 3. */
const GATE = 8;

/** Checks Schur forms, and remembers the worst of each ratio, for one suite. */
export class SchurFamilies {
  readonly residual: Family;
  readonly orthogonality: Family;

  constructor(what: string, { dtype }: Precision, gate = GATE) {
    this.residual = new Family(`${what} ${dtype} ‖A − ZTZᵀ‖`, gate);
    this.orthogonality = new Family(`${what} ${dtype} ‖I − ZᵀZ‖`, gate);
  }

  /** Checks ratios and structure of one decomposition. */
  verify(a: Matrix, { t, z }: { t: Matrix; z: Matrix }, what: string): void {
    standard(t, what);
    this.orthogonality.check(orthogonality(z) / 2, what);
    this.residual.check(similarity(a, z, t), what);
  }

  note(): void {
    this.residual.note();
    this.orthogonality.note();
  }
}

/** ‖A − ZTZᵀ‖₁ / (n ‖A‖₁ 2u); ‖A‖₁ u counts as at least the spacing of subnormal numbers. */
export function similarity(a: Matrix, z: Matrix, t: Matrix): number {
  const { u, tiny } = precisionOf(a.data);
  const scale = scaleOf(a.data);
  const [x, y] = [scaled(a, scale), scaled(t, scale)];
  const zero = { ...y, data: new Float64Array(y.data.length) };
  const minus = difference(zero, z, y);
  const sum = difference({ ...x, data: x.data.map((v) => -v) }, minus, transpose(z));
  const error = largest(columnSums(sum));
  if (error === 0) return 0;
  const norm = Math.max(largest(columnSums(x)) * u, tiny * scale[0] * scale[1]);
  return error / (a.rows * 2 * norm);
}

/** Checks that T is exactly upper quasi-triangular, and that its 2 x 2 blocks are exactly standardised. */
export function standard({ rows: n, data }: Matrix, what: string): void {
  const at = (i: number, j: number) => data[i * n + j]!;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i - 1; j++) assert.ok(at(i, j) === 0, `T(${i}, ${j}) of ${what}`);
    if (i === 0 || at(i, i - 1) === 0) continue;
    assert.ok(i === 1 || at(i - 1, i - 2) === 0, `two subdiagonals at ${i} of ${what}`);
    assert.is(at(i, i), at(i - 1, i - 1), `diagonal of the block at ${i} of ${what}`);
    const signs = Math.sign(at(i, i - 1)) * Math.sign(at(i - 1, i));
    assert.is(signs, -1, `signs of the block at ${i} of ${what}`);
  }
}
