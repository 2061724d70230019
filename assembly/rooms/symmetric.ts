/** Symmetric eigenvalues, singular values. */
export { gejsv } from "../lapack/gejsv";
export { gesvjb } from "../lapack/gesvjb";
export { syevd } from "../lapack/syevd";
