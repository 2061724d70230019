import { check, frame } from "../wasm/memory.ts";

/** The number and the shapes of products C = op(A)·op(B), where op is the identity or the transpose. */
export interface Products {
  /** Number of products. */
  readonly count: number;
  /** op(A) is m x k, op(B) k x n, C m x n. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Entries that are copied into a frame at a time, 4 MiB: the frame's memory stays below the size that is kept. */
const GROUP = 2 ** 20;

/**
 * Computes many matrix products of one shape. A factor that all of them share is given once.
 *
 * For internal use: the arguments are not checked.
 *
 * @param a count matrices, or one; each m x k, transposed k x m
 * @param b count matrices, or one; each k x n, transposed n x k
 * @param c count matrices m x n, overwritten; all zero when k = 0
 * @throws MemoryError
 */
export function matmulBatch(
  { count, m, n, k, transposeA, transposeB }: Products,
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
): void {
  if (count * m * n === 0) return;
  const [lda, ldb] = [transposeA ? m : k, transposeB ? k : n];
  // The distances from one product's matrices to the next one's.
  const [stepA, stepB, stepC] = [a.length > m * k ? m * k : 0, b.length > k * n ? k * n : 0, m * n];
  const group = Math.max(1, Math.floor(GROUP / (stepA + stepB + stepC)));
  frame("float32", (f) => {
    const { mark, release, gemm } = f.kernels;
    const shared = [stepA ? 0 : f.put(a), stepB ? 0 : f.put(b)];
    for (let first = 0; first < count; first += group) {
      const inner = mark();
      const end = Math.min(first + group, count);
      const put = (x: Float32Array, step: number) => f.put(x.subarray(first * step, end * step));
      let atA = stepA ? put(a, stepA) : shared[0];
      let atB = stepB ? put(b, stepB) : shared[1];
      const from = f.alloc((end - first) * stepC);
      const [ta, tb] = [Number(transposeA), Number(transposeB)];
      for (let i = first, at = from; i < end; i++, atA += 4 * stepA, atB += 4 * stepB) {
        check(gemm(ta, tb, m, n, k, 1, atA, lda, atB, ldb, 0, at, n), "a, b");
        at += 4 * stepC;
      }
      f.take(from, (end - first) * stepC, c.subarray(first * stepC, end * stepC));
      release(inner);
    }
  });
}
