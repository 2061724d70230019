import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/products.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/** Columns of a stripe: the block size of GEMM. */
const STRIPE = 128;

/**
 * The Gram matrix aᵀ·a, symmetric to the last bit, for half the flops of a product: GEMM computes stripes of the upper
 * triangle, and the lower triangle is their mirror image.
 */
export function gram<T extends Data>(a: Matrix<T>): Matrix<T> {
  const dtype = checkMatrix("a", a);
  const { rows: m, cols: n } = a;
  const bytes = a.data.BYTES_PER_ELEMENT;
  const data = frame(dtype, (f) => {
    const [x, c] = [f.put(a.data), f.alloc(n * n)];
    for (let j = 0; j < n; j += STRIPE) {
      const [from, to] = [x + j * bytes, c + j * (n + 1) * bytes];
      const height = Math.min(STRIPE, n - j);
      check(f.kernels.gemm(1, 0, height, n - j, m, 1, from, n, from, n, 0, to, n), "a");
    }
    return f.copy(c, n * n);
  });
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) data[i * n + j] = data[j * n + i]!;
  }
  return { rows: n, cols: n, data: data as T };
}
