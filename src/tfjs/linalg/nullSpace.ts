import type { Tensor } from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { nullSpace as nullSpaceOfMatrix } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";

type Options = { tolerance?: number };

/**
 * Computes orthonormal bases of the null spaces {x: a·x = 0} of the matrices in a […batch, m, n], which must all
 * have the same rank. See `nullSpace` of tfjs-initializers/linalg. There is no gradient, because a basis is
 * arbitrary within its space.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @param options.tolerance singular values up to tolerance·s₁ count as zero; default max(m, n)·2⁻²³
 * @returns bases in columns […batch, n, n − rank]
 * @throws ArgumentError for another kind of tensor, matrices of different ranks, a NaN or infinite entry, or a
 *   negative tolerance
 */
export function nullSpace(a: Tensor, options: Options = {}): Tensor {
  const { tolerance } = known(options, ["tolerance"]);
  return run(basis, { a }, { tolerance })[0];
}

const basis: Kernel<Options> = {
  name: "TfjsInitializersNullSpace",
  compute: each(([a], options) => [nullSpaceOfMatrix(a, options)]),
};
