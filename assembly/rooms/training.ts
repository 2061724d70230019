/** Products over the windows of an image, which f32 alone needs. */
export { dwgrad } from "../conv/dwgrad";
export { wgrad } from "../conv/wgrad";
