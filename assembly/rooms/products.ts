/** Matrix products. */
export { gemm } from "../blas/gemm";
