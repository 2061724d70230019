/** `tfjs-initializers/linalg`: dense linear algebra on typed arrays, without any framework. */
export { ArgumentError, ConvergenceError, EngineError, MemoryError } from "../errors.ts";
export { provideKernels } from "../wasm/engine.ts";
export type { Data, Dtype } from "../wasm/memory.ts";
export { cond } from "./cond.ts";
export { eigenvalues } from "./eigenvalues.ts";
export { eigh, type Eigh } from "./eigh.ts";
export { haar } from "./haar.ts";
export { lstsq, type LeastSquares } from "./lstsq.ts";
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
export { roots, type Roots } from "./roots.ts";
export { schur } from "./schur.ts";
export { spread } from "./spread.ts";
export { svd, type Svd, type SvdInfo, type SvdMethod } from "./svd.ts";
export { svdBatch } from "./svdBatch.ts";
export {
  lyapunov,
  sylvester,
  type Solution,
  type SylvesterInfo,
  type SylvesterOptions,
} from "./sylvester.ts";
export { topSvd, type TopSvd } from "./topSvd.ts";
