/** Dense systems: factor, solve, invert. */
export { cholesky } from "../lapack/cholesky";
export { gesv } from "../lapack/gesv";
export { gesvb } from "../lapack/gesvb";
export { getri } from "../lapack/getri";
export { lu } from "../lapack/lu";
export { trtrs } from "../lapack/trtrs";
