/** The Schur form and Sylvester's equation. */
export { gees } from "../lapack/gees";
export { trevc } from "../lapack/trevc";
export { trexc } from "../lapack/trexc";
export { trsyl } from "../lapack/trsyl";
