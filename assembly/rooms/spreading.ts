/** Directions of rows, spread apart. */
export { spread } from "../lapack/spread";
