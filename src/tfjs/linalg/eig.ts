import * as tf from "@tensorflow/tfjs-core";
import { eig as eigOfMatrix } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";

type Parts = { re: tf.Tensor; im: tf.Tensor };

/**
 * Eigenvalues and right eigenvectors of every square matrix in a […batch, n, n], as real and imaginary parts: values
 * […batch, n], vectors […batch, n, n], column j of length 1 for value j. See `eig` of tfjs-initializers/linalg. It has no
 * gradient; for symmetric matrices `eigh` has.
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included
 * @throws ArgumentError for another kind of tensor, a matrix that is not square, a NaN or infinite entry, or when a value
 *   overflows; ConvergenceError; MemoryError
 */
export function eig(a: tf.Tensor): { values: Parts; vectors: Parts } {
  const [re, im, vectorsRe, vectorsIm] = run(decomposition, { a }, {});
  return { values: { re, im }, vectors: { re: vectorsRe, im: vectorsIm } };
}

const decomposition: Kernel<object> = {
  name: "TfjsInitializersEig",
  compute: /* @__PURE__ */ each(([a]) => {
    const { values, vectors } = eigOfMatrix(a);
    return [values.re, values.im, vectors.re, vectors.im];
  }),
};
