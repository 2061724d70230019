/** Values and roots of polynomials, in f64 alone. */
export { polyval } from "../poly/horner";
export { roots } from "../poly/roots";
