/** Normal numbers, random orthogonal matrices, QR. */
export { haar } from "../lapack/haar";
export { qr } from "../lapack/qr";
export { larnv } from "../random/larnv";
export { philox } from "../random/philox";
