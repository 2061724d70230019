/** Products over the windows of an image, which f32 alone needs. */
export { dwgrad } from "../blas/dwgrad";
export { wgrad } from "../blas/wgrad";
