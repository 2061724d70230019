/** Symmetric eigenvalues, singular values. */
export { gejsv } from "../lapack/gejsv";
export { gesdd } from "../lapack/gesdd";
export { gesvjb } from "../lapack/gesvjb";
export { syevd } from "../lapack/syevd";
