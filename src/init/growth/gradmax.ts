/**
 * GradMax: new neurons with zero incoming weights whose outgoing weights make the gradient of the
 * incoming ones as large as it can be. Evci et al., "GradMax: Growing neural networks using gradient
 * information", ICLR 2022.
 */
import { countOf, float32 } from "../../arrays.ts";
import { columns, besides } from "../../linalg/columns.ts";
import { normal } from "../../linalg/normal.ts";
import { topSvd } from "../../linalg/topSvd.ts";
import { directions } from "./orthogonal.ts";
import { positive, type Weights } from "./neurons.ts";

export interface GradMax {
  /** o x k with orthonormal columns; columns beyond min(d, o) are orthonormal in blocks. */
  readonly directions: Weights;
  /** The singular values of the growth matrix that belong to the directions, descending; random fill has none. */
  readonly singularValues: Float32Array;
  /** How many of the k directions are random fill, because the rank of the growth matrix is less than k. */
  readonly filled: number;
}

/**
 * Computes the outgoing directions of k new neurons.
 *
 * With zero incoming weights and f'(0) = 1 the gradient of the incoming weights is M·v for outgoing v, with the growth
 * matrix M = E[h ⊗ ∂L/∂z], d x o. Among orthonormal v_1 … v_k, Σ‖M v_i‖² is largest for the top k right singular
 * vectors (Ky Fan). Without orthogonality every v_i would be the first of these vectors, which makes k copies of one
 * neuron. The authors' code asks for orthogonality too (their section 3, equation 11, bounds norms only). Directions
 * beyond the rank of M, s_i ≤ max(d, o)·ε·s_1, are random and orthonormal to those kept.
 *
 * @param m growth matrix, d x o
 * @param k number of new neurons
 * @param seed of the random directions
 * @throws ArgumentError for a NaN or infinite entry; MemoryError
 */
export function gradmax(m: Weights, k: number, seed: number | undefined): GradMax {
  const { s, v } = topSvd(m, Math.min(k, m.rows, m.cols));
  const least = Math.max(m.rows, m.cols) * 2 ** -23 * (s[0] ?? 0);
  const rank = countOf(s, (value) => value > least);
  const kept = positive(columns(v, 0, rank));
  const fill = directions(kept, normal(m.cols, k - rank, { seed })).vectors;
  return {
    directions: besides(kept, fill),
    singularValues: float32(s.subarray(0, rank)),
    filled: k - rank,
  };
}
