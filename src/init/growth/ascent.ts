/**
 * GradMaxOpt, the inverse of GradMax: incoming weights found by gradient ascent on orthogonal frames.
 *
 * Evci et al. 2022 only bring every neuron back to its norm after each step. Then all neurons climb the same hill and
 * end as k copies of one neuron, which remain copies for ever. Here, as in GradMax itself, the neurons are orthogonal:
 * each step ends in the nearest frame of their norm, the factor of a polar decomposition.
 */
import { float32, float64 } from "../../arrays.ts";
import { matmul } from "../../linalg/matmul.ts";
import { polar } from "../../linalg/polar.ts";
import { zeroWeights, norms, withNorm, type Weights } from "./neurons.ts";

/** Number of steps, as in Evci et al. 2022 (appendix): 100 steps of Adam. */
const STEPS = 100;

/** Adam's constants (Kingma and Ba, ICLR 2015, algorithm 1), without ε: the scale of the gradient does not matter. */
const [BETA1, BETA2] = [0.9, 0.999];

/** A step turns a neuron by a third at most. Of 0.03, 0.1, 0.3 and 1, this was the best on ‖Mw‖ for Gaussian M. */
const STEP = 0.3;

/**
 * Maximizes a function over matrices whose columns are orthogonal and have the norm of the first column of `start`. If
 * there are more columns than rows, the rows are orthogonal instead, as nearly as the norms of the columns allow.
 *
 * @param start d x k
 * @param gradient of the function at the given columns, d x k row-major
 */
export function ascend(start: Weights, gradient: (at: Weights) => Float32Array): Weights {
  const norm = norms(start)[0] ?? 0;
  const rate = (STEP * norm) / Math.sqrt(start.rows);
  const size = start.data.length;
  const [mean, square] = [float64(size), float64(size)];
  const frame = (a: Weights) => withNorm(polar(a).u, norm);
  let [at, power1, power2] = [frame(start), 1, 1];
  for (let step = 0; step < STEPS; step++) {
    const g = tangent(gradient(at), at, norm);
    [power1, power2] = [power1 * BETA1, power2 * BETA2];
    const next = zeroWeights(at.rows, at.cols);
    for (let i = 0; i < size; i++) {
      mean[i] = BETA1 * mean[i]! + (1 - BETA1) * g[i]!;
      square[i] = BETA2 * square[i]! + (1 - BETA2) * g[i]! * g[i]!;
      const scale = Math.sqrt(square[i]! / (1 - power2));
      const move = scale === 0 ? 0 : mean[i]! / (1 - power1) / scale;
      next.data[i] = at.data[i]! + rate * move;
    }
    at = frame(next);
  }
  return at;
}

/**
 * The part of a gradient that turns the frame: g − w·(wᵀg + gᵀw)/(2‖w_j‖²). Adam scales every component separately, and
 * would treat a component that only lengthens or skews the frame as a direction of its own.
 */
function tangent(data: Float32Array, w: Weights, norm: number): Float32Array {
  if (norm === 0) return data;
  const g = { ...w, data };
  const k = w.cols;
  const s = matmul(w, g, { transposeA: true });
  const turn = float32(s.data, (x, at) => (x + s.data[(at % k) * k + Math.floor(at / k)]!) / 2);
  const rest = matmul(w, { ...s, data: turn });
  return float32(data, (x, at) => x - rest.data[at]! / norm ** 2);
}
