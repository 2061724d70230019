import type { Tensor } from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { nullSpace as nullSpaceOfMatrix } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";

type Options = { tolerance?: number };

/**
 * Orthonormal bases […batch, n, n − rank] of the null spaces {x: a·x = 0} of the matrices in a […batch, m, n],
 * which must have one rank: see `nullSpace` of tfjs-initializers/linalg. A basis is arbitrary
 * within its space, so it has no gradient.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @param options.tolerance relative to s₁, as in `rank`; default max(m, n)·2⁻²³
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
