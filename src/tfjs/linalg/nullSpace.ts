import type { Tensor } from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { nullSpace as nullSpaceOfMatrix, type SvdMethod } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";

type Options = { tolerance?: number; method?: SvdMethod };

/**
 * Computes orthonormal bases of the null spaces {x: a·x = 0} of the matrices in a […batch, m, n], which must all
 * have the same rank. See `nullSpace` of tfjs-initializers/linalg. There is no gradient, because a basis is
 * arbitrary within its space.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @param options.tolerance singular values up to tolerance·s₁ count as zero; default max(m, n)·2⁻²³; a smaller one needs
 *   `method: jacobi`
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @returns bases in columns […batch, n, n − rank]
 * @throws ArgumentError for another kind of tensor, matrices of different ranks, a NaN or infinite entry, or a
 *   negative tolerance
 */
export function nullSpace(a: Tensor, options: Options = {}): Tensor {
  const { tolerance, method } = known(options, ["tolerance", "method"]);
  return run(basis, { a }, { tolerance, method })[0];
}

const basis: Kernel<Options> = {
  name: "TfjsInitializersNullSpace",
  compute: /* @__PURE__ */ each(([a], options) => [nullSpaceOfMatrix(a, options)]),
};
