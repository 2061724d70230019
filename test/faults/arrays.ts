/** One call of each function of tfjs-initializers/linalg, to be disturbed. */
import * as linalg from "../../src/linalg/index.ts";
import type { Deeds } from "./deeds.ts";

const a = linalg.normal(5, 3, { seed: 1, dtype: "float64" });
const symmetric = linalg.matmul(a, a, { transposeA: true });
const square = linalg.normal(3, 3, { seed: 2, dtype: "float64" });
const [wide, single] = [linalg.normal(40, 60, { seed: 1 }), linalg.normal(20, 20, { seed: 3 })];
const exponential = linalg.expm(square);

export const arrays: Deeds = {
  cholesky: () => linalg.cholesky(symmetric),
  cond: () => linalg.cond(a),
  det: () => linalg.det(square),
  eigenvalues: () => linalg.eigenvalues(square, { balance: true }),
  eigh: () => linalg.eigh(symmetric),
  eig: () => linalg.eig(square),
  expm: () => linalg.expm(square),
  logm: () => linalg.logm(exponential),
  sqrtm: () => linalg.sqrtm(exponential),
  haar: () => linalg.haar(5, 3, { seed: 1 }),
  inverse: () => linalg.inverse(square),
  lu: () => linalg.lu(a),
  lstsq: () => linalg.lstsq(a, a, { weights: [1, 2, 3, 4, 5] }),
  "lstsq, jacobi": () => linalg.lstsq(a, a, { method: linalg.jacobi, tolerance: 1e-3 }),
  lyapunov: () => linalg.lyapunov(square, symmetric),
  matmul: () => linalg.matmul(a, a, { transposeB: true }),
  normal: () => linalg.normal(5, 3, { seed: 1 }),
  nullSpace: () => linalg.nullSpace(linalg.matmul(a, a, { transposeB: true })),
  pinv: () => linalg.pinv(a),
  polar: () => linalg.polar(a),
  polyfromroots: () => linalg.polyfromroots([1, 2, 3]),
  polyval: () => linalg.polyval([1, 2, 3], [4, 5]),
  qr: () => linalg.qr(a, { mode: "complete" }),
  rank: () => linalg.rank(a),
  ridge: () => linalg.ridge(a, a, 0.5),
  "ridge, of rank": () => linalg.ridge(a, a, 0),
  roots: () => linalg.roots([6, -5, 1, 2], { polish: true }),
  schur: () => linalg.schur(square),
  "schur, single": () => linalg.schur(single),
  solve: () => linalg.solve(symmetric, square, { assume: "posdef" }),
  "solve, general": () => linalg.solve(square, square),
  slogdet: () => linalg.slogdet(square),
  spread: () => linalg.spread(a, { step: 0.1 }),
  svd: () => linalg.svd(a, { mode: "complete" }),
  "svd, jacobi": () => linalg.svd(single, { method: linalg.jacobi }),
  "svd, values": () => linalg.svd(wide, { vectors: false }),
  svdBatch: () => linalg.svdBatch({ count: 2, rows: 2, cols: 2, data: symmetric.data.subarray(0, 8) }), // prettier-ignore
  "svdBatch, one by one": () => linalg.svdBatch({ count: 2, rows: 20, cols: 20, data: wide.data.subarray(0, 800) }), // prettier-ignore
  sylvester: () => linalg.sylvester(square, symmetric, square, { backwardError: true, separation: true }), // prettier-ignore
  "sylvester, symmetric": () => linalg.sylvester(symmetric, symmetric, symmetric),
  triangularSolve: () => linalg.triangularSolve(square, square),
  topSvd: () => linalg.topSvd(linalg.normal(60, 40, { seed: 1 }), 2, { seed: 1 }),
};
