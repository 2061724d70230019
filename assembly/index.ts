/** The ABI: what TypeScript may call. Addresses are bytes, sizes elements, matrices row-major. */
export { alloc, mark, release } from "./arena";
export { dwgrad } from "./blas/dwgrad";
export { gemm, gemmPack, gemmTiles } from "./blas/gemm";
export { wgrad } from "./blas/wgrad";
// Dense systems: factor, solve, invert.
export { cholesky } from "./lapack/cholesky";
export { gesv } from "./lapack/gesv";
export { gesvb } from "./lapack/gesvb";
export { getri } from "./lapack/getri";
export { lu } from "./lapack/lu";
export { trtrs } from "./lapack/trtrs";
export { trevc } from "./lapack/trevc";
// Everything else.
export { gees } from "./lapack/gees";
export { gejsv } from "./lapack/gejsv";
export { gesdd } from "./lapack/gesdd";
export { gesvjb } from "./lapack/gesvjb";
export { haar } from "./lapack/haar";
export { qr } from "./lapack/qr";
export { spread } from "./lapack/spread";
export { syevd } from "./lapack/syevd";
export { trexc } from "./lapack/trexc";
export { trsyl } from "./lapack/trsyl";
export { larnv } from "./random/larnv";
export { philox } from "./random/philox";
