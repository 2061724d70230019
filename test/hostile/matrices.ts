/** Good calls of `tfjs-initializers/linalg`, on arrays, and of `linalg`, on tensors. */
import { readFileSync } from "node:fs";
import * as door from "../../src/tfjs/index.ts";
import { tf } from "../support/wasm.ts";
import type { Good } from "./attempt.ts";

export type Goods = Record<string, (() => unknown[]) | (Omit<Good, "call"> & Partial<Good>)>;

export const matrix = (rows: number, cols: number) => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, (_, at) => Math.fround(Math.sin(at + 1)) + (at % (cols + 1) === 0 ? 3 : 0)), // prettier-ignore
});
const single = (rows: number, cols: number) => {
  const { data } = matrix(rows, cols);
  return { rows, cols, data: Float32Array.from(data) };
};
const square = () => matrix(3, 3);
const symmetric = () => ({ rows: 3, cols: 3, data: Float64Array.of(4, 1, 2, 1, 5, 0, 2, 0, 6) });
const tall = () => matrix(4, 3);
const method = door.linalg.jacobi;
const numbers = () => [1, -3.5, 2, 0.25];

/** An infinite condition number is that of a singular matrix; products and determinants overflow as IEEE's do. */
const infinite = true;
const sylvester = () => ({ symmetric: false, backwardError: true, separation: true });

// prettier-ignore
const ofArrays: Goods = {
  provideKernels: () => [new WebAssembly.Module(readFileSync("build/orthogonal.f32.wasm"))],
  "linalg/cholesky": () => [symmetric()],
  "linalg/cond": { good: () => [tall(), { method }], infinite },
  "linalg/det": { good: () => [square()], infinite },
  "linalg/eig": () => [square()],
  "linalg/eigenvalues": () => [square(), { balance: true }],
  "linalg/eigh": () => [symmetric(), { vectors: true }],
  "linalg/expm": () => [square()],
  "linalg/haar": () => [4, 3, { seed: 1, dtype: "float32" }],
  "linalg/inverse": () => [square()],
  "linalg/logm": () => [symmetric()],
  "linalg/lstsq": () => [tall(), matrix(4, 2), { tolerance: 0.1, method, weights: [1, 2, 3, 4] }],
  "linalg/lu": () => [tall()],
  "linalg/lyapunov": { good: () => [square(), symmetric(), sylvester()], infinite },
  "linalg/matmul": { good: () => [single(4, 3), single(4, 3), { transposeA: true, transposeB: false }], infinite },
  "linalg/normal": () => [4, 3, { seed: 1, dtype: "float64" }],
  "linalg/nullSpace": () => [tall(), { tolerance: 0.1, method }],
  "linalg/pinv": () => [single(4, 3), { tolerance: 0.1, method }],
  "linalg/polar": () => [tall()],
  "linalg/polyfromroots": () => [{ re: numbers(), im: [0, 1, -1, 0] }],
  "linalg/polyval": { good: () => [numbers(), { re: numbers(), im: [0, 1, -1, 0] }], infinite },
  "linalg/qr": () => [tall(), { mode: "complete", positive: true }],
  "linalg/rank": () => [single(4, 3), { tolerance: 0.1, method }],
  "linalg/ridge": { good: () => [tall(), matrix(4, 2), 0.5], infinite },
  "linalg/roots": { good: () => [{ re: numbers(), im: [0, 1, -1, 0] }, { polish: true }], infinite },
  "linalg/schur": () => [square()],
  "linalg/slogdet": { good: () => [square()], infinite },
  "linalg/solve": () => [symmetric(), matrix(3, 2), { assume: "posdef" }],
  "linalg/spread": () => [single(4, 3), { step: 0.1, units: "rows" }],
  "linalg/sqrtm": () => [symmetric()],
  "linalg/svd": () => [tall(), { vectors: true, mode: "reduced", method }],
  "linalg/svdBatch": () => [{ ...tall(), count: 2, rows: 2 }, { vectors: true, method }],
  "linalg/sylvester": { good: () => [square(), symmetric(), square(), sylvester()], infinite },
  "linalg/topSvd": () => [tall(), 2, { seed: 1, tolerance: 0.1 }],
  "linalg/triangularSolve": () => [square(), matrix(3, 2), { lower: false, transpose: true, unit: true }],
};

export const tensor = (...shape: number[]) => tf.randomNormal(shape, 0, 1, "float32", 1);
const definite = () => tf.tensor2d([[2, 1], [1, 3]]); // prettier-ignore

// prettier-ignore
const ofTensors: Goods = {
  "linalg.cholesky": () => [definite()],
  "linalg.cond": { good: () => [tensor(2, 3, 3), { method }], infinite },
  "linalg.det": { good: () => [tensor(2, 3, 3)], infinite },
  "linalg.eig": () => [tensor(3, 3)],
  "linalg.eigh": () => [definite(), { vectors: true }],
  "linalg.expm": () => [tensor(2, 3, 3)],
  "linalg.inverse": () => [tensor(2, 3, 3)],
  "linalg.logm": () => [definite()],
  "linalg.lstsq": () => [tensor(4, 3), tensor(4, 2), { tolerance: 0.1, method, weights: [1, 2, 3, 4] }],
  "linalg.lu": () => [tensor(4, 3)],
  "linalg.nullSpace": () => [tensor(2, 3), { tolerance: 0.1, method }],
  "linalg.pinv": () => [tensor(2, 3), { tolerance: 0.1, method }],
  "linalg.polar": () => [tensor(3, 3)],
  "linalg.qr": () => [tensor(3, 2), { mode: "reduced", positive: true }],
  "linalg.rank": () => [tensor(3, 2), { tolerance: 0.1, method }],
  "linalg.ridge": { good: () => [tensor(4, 3), tensor(4, 2), 0.5], infinite },
  "linalg.slogdet": { good: () => [tensor(3, 3)], infinite },
  "linalg.solve": () => [definite(), tensor(2, 3), { assume: "posdef" }],
  "linalg.sqrtm": () => [definite()],
  "linalg.svd": () => [tensor(3, 2), { vectors: true, mode: "reduced", method }],
  "linalg.sylvester": () => [tensor(2, 2), tensor(3, 3), tensor(2, 3)],
  "linalg.topSvd": () => [tensor(3, 2), 1, { seed: 1, tolerance: 0.1 }],
  "linalg.triangularSolve": () => [tensor(3, 3), tensor(3, 2), { lower: false, transpose: true, unit: true }],
};

export const ofMatrices: Goods = { ...ofArrays, ...ofTensors };
