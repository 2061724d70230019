import { checkFlag, checkOneOf, known } from "../arguments.ts";
import { allocate, check, frame, type Data, type Dtype } from "../wasm/memory.ts";
import { checkBatch, type Batch } from "./matrix.ts";
import { svd, type SvdMethod } from "./svd.ts";

/** Up to this order matrices go through the kernel by SIMD lanes. */
const SMALL = 16;

/**
 * The SVD of every matrix of a batch, as `svd` has it (reduced; signs fixed the same way): u is a batch of
 * rows x k, s of k values, v of cols x k, k = min(rows, cols). Matrices of up to 16 rows and columns are decomposed several
 * at a time, one a SIMD lane, by plain one-sided Jacobi, whatever the method; those of them that are zero or very graded
 * one by one by `"jacobi"`, all larger ones one by one by the method asked for. So the result for a matrix does not depend
 * on the others in its batch; for small ones it is that of `svd` to rounding.
 *
 * @throws as `svd`, for a malformed batch too; a NaN or infinity anywhere refuses the whole batch
 */
export function svdBatch<T extends Data>(
  a: Batch<T>,
  options: { vectors?: boolean; method?: SvdMethod } = {},
): { u: T; s: T; v: T } {
  const { vectors = true, method = "divide-and-conquer" } = known(options, ["vectors", "method"]);
  const dtype = checkBatch("a", a);
  checkFlag("vectors", vectors);
  checkOneOf("method", method, ["divide-and-conquer", "jacobi"]);
  const { count, rows, cols, data } = a;
  const k = Math.min(rows, cols);
  const u = allocate(dtype, vectors ? count * rows * k : 0) as T;
  const s = allocate(dtype, count * k) as T;
  const v = allocate(dtype, vectors ? count * cols * k : 0) as T;
  // There may be any number of matrices without entries.
  if (k === 0) return { u, s, v };
  const lanes = count > 0 && Math.max(rows, cols) <= SMALL;
  if (lanes) byLanes(a, dtype, vectors, u, s, v);
  const single = lanes ? "jacobi" : method;
  for (let i = 0; i < count; i++) {
    if (lanes && s[i * k]! >= 0) continue;
    const one = { rows, cols, data: data.subarray(i * rows * cols, (i + 1) * rows * cols) as T };
    if (!vectors) {
      s.set(svd(one, { vectors, method: single }).s, i * k);
      continue;
    }
    const found = svd(one, { method: single });
    u.set(found.u.data, i * rows * k);
    s.set(found.s, i * k);
    v.set(found.v.data, i * cols * k);
  }
  return { u, s, v };
}

/** What the kernel leaves undone has a negative first singular value. */
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
