/** Symmetric eigenvalues, singular values by divide and conquer. */
export { gesdd } from "../lapack/gesdd";
export { syevd } from "../lapack/syevd";
