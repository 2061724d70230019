/** What the f64 binary has beyond the ABI of index.ts. */
export { polyval } from "./poly/horner";
export { roots } from "./poly/roots";
