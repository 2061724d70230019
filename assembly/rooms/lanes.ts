/** Singular values of small matrices, one a SIMD lane. */
export { gesvjb } from "../lapack/gesvjb";
