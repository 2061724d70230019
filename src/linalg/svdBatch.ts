import { checkFlag, known } from "../arguments.ts";
import { allocate, check, type Data, type Dtype } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/lanes.ts";
import { checkBatch, type Batch } from "./matrix.ts";
import { checkMethod, type SvdMethod } from "./singular.ts";
import { svd } from "./svd.ts";

/** Matrices up to this order are decomposed in SIMD lanes. */
const SMALL = 16;

/**
 * Computes the SVD of every matrix of a batch, reduced and with signs fixed as in `svd`.
 *
 * @param a matrices of one shape, rows x cols; they are not changed
 * @param options.vectors `false`: only the singular values; default true
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @returns with k = min(rows, cols): u, a batch of rows x k; s, k values for each matrix; v, a batch of cols x k
 *
 * @remarks
 * Small matrices are decomposed several at a time, one in each SIMD lane, by plain one-sided Jacobi, whatever the
 * method. Small matrices that are zero or very graded and all larger ones are decomposed one by one by the method asked
 * for. The result for a matrix therefore does not depend on the others in its batch, and is that of `svd` up to rounding.
 *
 * @throws the errors of `svd`, also for a malformed batch; a NaN or infinity anywhere refuses the whole batch
 */
export function svdBatch<T extends Data>(
  a: Batch<T>,
  options: { vectors?: boolean; method?: SvdMethod } = {},
): { u: T; s: T; v: T } {
  const { vectors = true, method } = known(options, ["vectors", "method"]);
  const dtype = checkBatch("a", a);
  checkFlag("vectors", vectors);
  checkMethod(method);
  const { count, rows, cols, data } = a;
  const k = Math.min(rows, cols);
  const u = allocate(dtype, vectors ? count * rows * k : 0) as T;
  const s = allocate(dtype, count * k) as T;
  const v = allocate(dtype, vectors ? count * cols * k : 0) as T;
  // The number of matrices without entries is not limited by memory, so no loop may run over them.
  if (k === 0) return { u, s, v };
  const lanes = count > 0 && Math.max(rows, cols) <= SMALL;
  if (lanes) byLanes(a, dtype, vectors, u, s, v);
  for (let i = 0; i < count; i++) {
    if (lanes && s[i * k]! >= 0) continue;
    const one = { rows, cols, data: data.subarray(i * rows * cols, (i + 1) * rows * cols) as T };
    if (!vectors) {
      s.set(svd(one, { vectors, method }).s, i * k);
      continue;
    }
    const found = svd(one, { method });
    u.set(found.u.data, i * rows * k);
    s.set(found.s, i * k);
    v.set(found.v.data, i * cols * k);
  }
  return { u, s, v };
}

/** Decomposes small matrices in SIMD lanes. The first singular value of a matrix that the kernel skips is negative. */
function byLanes(a: Batch, dtype: Dtype, vectors: boolean, u: Data, s: Data, v: Data): void {
  const wide = a.rows < a.cols;
  const [m, n] = wide ? [a.cols, a.rows] : [a.rows, a.cols];
  const [tall, small] = wide ? [v, u] : [u, v];
  frame(dtype, (f) => {
    const input = f.put(a.data);
    const [pu, ps, pv] = [f.alloc(tall.length), f.alloc(s.length), f.alloc(small.length)];
    // prettier-ignore
    check(f.kernels.gesvjb(Number(wide), a.count, m, n, Number(vectors), input, pu, ps, pv), "a");
    f.take(pu, tall.length, tall);
    f.take(ps, s.length, s);
    f.take(pv, small.length, small);
  });
}
