import * as tf from "@tensorflow/tfjs-core";
import { float32 } from "../../arrays.ts";
import { lu as luOfMatrix } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";

/**
 * LU factorization with partial pivoting of every matrix in a […batch, m, n], k = min(m, n): l […batch, m, k] with ones on
 * its diagonal, u […batch, k, n], and p, int32 of shape […batch, m]: row i of l·u is row p[i] of a. It has no
 * gradient; `solve`, `inverse`, `det` and `slogdet` have theirs. See `lu` of tfjs-initializers/linalg.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, or when u overflows; MemoryError
 */
export function lu(a: tf.Tensor): { p: tf.Tensor; l: tf.Tensor; u: tf.Tensor } {
  return tf.tidy(() => {
    const [rows, l, u] = run(factorization, { a }, {});
    return { p: tf.cast(rows, "int32"), l, u };
  });
}

const factorization: Kernel<object> = {
  name: "TfjsInitializersLu",
  compute: /* @__PURE__ */ each(([a]) => {
    const { p, l, u } = luOfMatrix(a);
    return [float32(p), l, u];
  }),
};
