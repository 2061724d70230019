/** `tfjs-initializers/linalg`: dense linear algebra on typed arrays, without any framework. */
export { ArgumentError, MemoryError } from "../errors.ts";
export type { Data, Dtype } from "../wasm/memory.ts";
export { haar } from "./haar.ts";
export { matmul } from "./matmul.ts";
export type { Matrix } from "./matrix.ts";
export { normal } from "./normal.ts";
export { qr } from "./qr.ts";
