/**
 * LAPACK's ratios of a symmetric eigen-decomposition (TESTING/EIG/dsyt21.f), in units of u: ‖A − VWVᵀ‖₁ over
 * n ‖A‖₁, ‖I − VᵀV‖₁ over n; and the properties that must hold exactly.
 */
import * as assert from "uvu/assert";
import type { Eigh, Matrix } from "../../src/linalg/index.ts";
import type { Data } from "../../src/wasm/memory.ts";
import { type Precision } from "./precisions.ts";
import { distance, Family, largest, orthogonality, residual } from "./ratios.ts";

/** The largest ratio that LAPACK accepts (sep.in). */
export const HARD = 60;
/** The largest ratio that our tests accept. */
export const GATE = 10;

/** Checks the two ratios and remembers the worst of each. */
export class EighFamilies {
  readonly residual: Family;
  readonly vectors: Family;

  constructor(name: string, gate = GATE) {
    this.residual = new Family(`${name} ‖A − VWVᵀ‖`, gate);
    this.vectors = new Family(`${name} ‖I − VᵀV‖`, gate);
  }

  check(a: Matrix, { values, vectors }: Eigh<Data>, what: string): void {
    const n = a.rows;
    assert.equal([values.length, vectors.rows, vectors.cols], [n, n, n], what);
    values.forEach((x: number, i: number) =>
      assert.ok(x >= (values[i - 1] ?? -Infinity) && x < Infinity, `value ${i} is ${x}, ${what}`),
    );
    checkSigns(vectors, what);
    if (n > 0) this.residual.check(residual(a, vectors, scaledRows(values, vectors)), what);
    this.vectors.check(orthogonality(vectors), what);
  }

  note(): void {
    for (const family of [this.residual, this.vectors]) family.note();
  }
}

/** Checks that in every column the first of the components of largest magnitude is positive. */
function checkSigns({ rows, cols, data }: Matrix, what: string): void {
  for (let j = 0; j < cols; j++) {
    let best = 0;
    for (let i = 0; i < rows; i++)
      if (Math.abs(data[i * cols + j]) > Math.abs(best)) best = data[i * cols + j];
    assert.ok(best > 0, `column ${j} has ${best} as its largest component, ${what}`);
  }
}

/** max |w − exact| / (n u max |exact|): in units of the rounding of the largest. */
export function valuesError(values: Data, exact: Data, { u, tiny }: Precision): number {
  const worst = distance(values, exact);
  const size = largest(Float64Array.from(exact));
  return worst === 0 ? 0 : worst / (values.length * Math.max(u * size, tiny));
}

/** diag(w) Vᵀ in f64 */
function scaledRows(values: Data, v: Matrix): Matrix {
  const n = v.rows;
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) data[i * n + j] = values[i] * v.data[j * n + i];
  return { rows: n, cols: n, data };
}
