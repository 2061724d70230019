/**
 * Linear algebra on float32 tensors, batched over leading dimensions, on every backend: `linalg` of the package.
 *
 * Names and options are those of tfjs-initializers/linalg, whose functions take plain matrices. The docstring of a
 * function says where its results are differentiable (`tf.grad`). TensorFlow.js registers its own gradients with
 * @tensorflow/tfjs-layers or the union package, not in Node with @tensorflow/tfjs-core alone.
 */
export { cholesky } from "./cholesky.ts";
export { cond } from "./cond.ts";
export { det, slogdet } from "./det.ts";
export { eig } from "./eig.ts";
export { eigh } from "./eigh.ts";
export { expm, logm, sqrtm } from "./functions.ts";
export { inverse } from "./inverse.ts";
export { jacobi } from "../../linalg/index.ts";
export { lstsq } from "./lstsq.ts";
export { lu } from "./lu.ts";
export { nullSpace } from "./nullSpace.ts";
export { pinv } from "./pinv.ts";
export { polar } from "./polar.ts";
export { qr } from "./qr.ts";
export { rank } from "./rank.ts";
export { ridge } from "./ridge.ts";
export { solve } from "./solve.ts";
export { svd } from "./svd.ts";
export { sylvester } from "./sylvester.ts";
export { topSvd } from "./topSvd.ts";
export { triangularSolve } from "./triangularSolve.ts";
