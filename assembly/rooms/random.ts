/** Initial weights: normal, uniform and truncated numbers, shifted and scaled. */
export { draw } from "../random/draw";
