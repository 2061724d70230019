/**
 * Orthogonal growth: new neurons whose weights are orthonormal, and orthogonal to those of the existing neurons. Our
 * formulation; in the literature that compares ways to grow, orthogonal growth stands beside splitting.
 */
import { float32 } from "../../arrays.ts";
import { checkOneOf } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { besides, columns, place } from "../../linalg/columns.ts";
import { normal } from "../../linalg/normal.ts";
import { qr } from "../../linalg/qr.ts";
import { meanNorm, newNorm, withNorm, zeroWeights, type Neurons, type Weights } from "./neurons.ts";

export interface OrthogonalGrowthOptions {
  /**
   * Which side gets orthogonal weights. `"in"` (default): the incoming side, with zero outgoing weights. `"out"`: the
   * outgoing side, with zero incoming weights. `"pair"`: both sides, in twins [V, V] and [Z, −Z] that cancel; k is
   * even.
   */
  side?: "in" | "out" | "pair";
  /** `"existing"` (default): orthogonal to the existing neurons and to each other; `"none"`: only to each other. */
  against?: "existing" | "none";
  /** Norm of a new vector relative to the mean norm of the existing ones, > 0; default 1. */
  gain?: number;
  seed?: number;
}

/**
 * Makes k new neurons. Their norms are gain · mean_j ‖w_j‖ on each side that is not zero.
 *
 * @returns their weights, d x k and o x k, and `free`: the number of directions in the complement of the existing
 *   neurons, max(0, d − m) (with `"pair"` the smaller of both sides). The first new neurons take these directions;
 *   further neurons are orthonormal in blocks of their own.
 * @throws ArgumentError for an unknown side or against, norms that are 0 or infinite (for example when all old weights
 *   of a side are zero), a bad seed, an odd k with `"pair"`, or weights that are not finite
 */
export function growOrthogonal(
  { incoming, outgoing }: Neurons,
  k: number,
  options: OrthogonalGrowthOptions = {},
): Neurons & { free: number } {
  const { side = "in", against = "existing", gain = 1, seed } = options;
  checkOneOf("side", side, ["in", "out", "pair"]);
  checkOneOf("against", against, ["existing", "none"]);
  if (side === "pair" && k % 2 !== 0) {
    throw new ArgumentError("units", 'an even number with side: "pair"', show(k));
  }
  const [d, o] = [incoming.rows, outgoing.rows];
  const count = side === "pair" ? k / 2 : k;
  const draws = normal(d + o, count, { seed });
  const fresh = (existing: Weights, first: number) => {
    const rows = existing.rows;
    const data = draws.data.subarray(first * count, (first + rows) * count);
    const kept = against === "existing" ? existing : zeroWeights(rows, 0);
    const { vectors, free } = directions(kept, { rows, cols: count, data });
    return { vectors: withNorm(vectors, newNorm(gain, meanNorm(existing))), free };
  };
  if (side === "in") {
    const { vectors, free } = fresh(incoming, 0);
    return { incoming: vectors, outgoing: zeroWeights(o, k), free };
  }
  if (side === "out") {
    const { vectors, free } = fresh(outgoing, d);
    return { incoming: zeroWeights(d, k), outgoing: vectors, free };
  }
  const [v, z] = [fresh(incoming, 0), fresh(outgoing, d)];
  const minus = { ...z.vectors, data: float32(z.vectors.data, (x) => -x) };
  return {
    incoming: besides(v.vectors, v.vectors),
    outgoing: besides(z.vectors, minus),
    free: Math.min(v.free, z.free),
  };
}

/**
 * Makes as many directions in the complement of the columns of `kept` (d x m) as the Gaussian g (d x k) has columns:
 * orthonormal, orthogonal to all of kept, and uniformly distributed among such directions.
 *
 * They come from the Householder QR of [kept, g], which is orthogonal to the span also when kept is rank deficient.
 * Only free = max(0, d − m) directions are sure to exist; columns beyond are made from g alone, in blocks of d columns,
 * each block orthonormal in itself.
 */
export function directions(kept: Weights, g: Weights): { vectors: Weights; free: number } {
  const [d, count] = [kept.rows, g.cols];
  const free = Math.max(0, d - kept.cols);
  const first = Math.min(count, free);
  const q = qr(besides(kept, columns(g, 0, first)), { positive: true }).q;
  const vectors = zeroWeights(d, count);
  place(columns(q, q.cols - first), vectors, 0);
  for (let at = first; at < count; at += d) {
    const block = columns(g, at, Math.min(at + d, count));
    place(qr(block, { positive: true }).q, vectors, at);
  }
  return { vectors, free };
}
