/** The Schur form and Sylvester's equation. */
export { gees } from "../lapack/gees";
export { trexc } from "../lapack/trexc";
export { trsyl } from "../lapack/trsyl";
