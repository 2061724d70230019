/** Singular values by Jacobi's method. */
export { gejsv } from "../lapack/gejsv";
