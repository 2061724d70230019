/** `tfjs-initializers/linalg`: dense linear algebra on typed arrays, without any framework. */
export {
  ArgumentError,
  ConvergenceError,
  EngineError,
  MemoryError,
  SingularError,
} from "../errors.ts";
export { provideKernels } from "../wasm/engine.ts";
export type { Data, Dtype } from "../wasm/memory.ts";
export { cholesky } from "./cholesky.ts";
export { cond } from "./cond.ts";
export { det, slogdet } from "./det.ts";
export { eig, type Eig } from "./eig.ts";
export { eigenvalues } from "./eigenvalues.ts";
export { eigh, type Eigh } from "./eigh.ts";
export { expm } from "./expm.ts";
export { haar } from "./haar.ts";
export { inverse } from "./inverse.ts";
export { jacobi } from "./jacobi.ts";
export { lstsq, type LeastSquares } from "./lstsq.ts";
export { logm } from "./logm.ts";
export { lu, type Lu } from "./lu.ts";
export { matmul } from "./matmul.ts";
export type { Batch, Matrix } from "./matrix.ts";
export { normal } from "./normal.ts";
export { nullSpace } from "./nullSpace.ts";
export { pinv } from "./pinv.ts";
export { polar } from "./polar.ts";
export {
  polyfromroots,
  polyval,
  type Complex,
  type ComplexArrays,
  type Numbers,
} from "./polynomial.ts";
export { qr } from "./qr.ts";
export { rank } from "./rank.ts";
export { ridge, type Ridge } from "./ridge.ts";
export { roots, type Roots } from "./roots.ts";
export { schur } from "./schur.ts";
export type { Svd, SvdInfo, SvdMethod } from "./singular.ts";
export { solve, type Solve, type SolveInfo } from "./solve.ts";
export { spread } from "./spread.ts";
export { sqrtm } from "./sqrtm.ts";
export { svd } from "./svd.ts";
export { svdBatch } from "./svdBatch.ts";
export {
  lyapunov,
  sylvester,
  type Solution,
  type SylvesterInfo,
  type SylvesterOptions,
} from "./sylvester.ts";
export { topSvd, type TopSvd } from "./topSvd.ts";
export { triangularSolve } from "./triangularSolve.ts";
