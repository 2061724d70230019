/** Matrix products. */
export { gemm, gemmPack, gemmTiles } from "../blas/gemm";
