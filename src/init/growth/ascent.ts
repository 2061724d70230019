/** GradMaxOpt, the inverse of GradMax: incoming weights found by gradient ascent on spheres. */
import { zeros, norms, withNorm, type Weights } from "./neurons.ts";

/** What Evci et al. 2022 run (appendix): 100 steps of Adam, every neuron back to its norm after each. */
const STEPS = 100;

/** Adam's own constants (Kingma and Ba, ICLR 2015, algorithm 1), without ε: any scale is as good. */
const [BETA1, BETA2] = [0.9, 0.999];

/** A step moves a neuron by a tenth of its norm at most: 100 of them turn it anywhere, and settle. */
const STEP = 0.1;

/**
 * Maximizes a function of the columns' directions, all columns keeping their norms.
 *
 * @param start d x k
 * @param gradient of the function at the given columns, d x k row-major
 */
export function ascend(start: Weights, gradient: (at: Weights) => Float32Array): Weights {
  const norm = norms(start)[0] ?? 0;
  const rate = (STEP * norm) / Math.sqrt(start.rows);
  const size = start.data.length;
  const [mean, square] = [new Float64Array(size), new Float64Array(size)];
  let [at, power1, power2] = [start, 1, 1];
  for (let step = 0; step < STEPS; step++) {
    const g = gradient(at);
    [power1, power2] = [power1 * BETA1, power2 * BETA2];
    const next = zeros(at.rows, at.cols);
    for (let i = 0; i < size; i++) {
      mean[i] = BETA1 * mean[i]! + (1 - BETA1) * g[i]!;
      square[i] = BETA2 * square[i]! + (1 - BETA2) * g[i]! * g[i]!;
      const scale = Math.sqrt(square[i]! / (1 - power2));
      const move = scale === 0 ? 0 : mean[i]! / (1 - power1) / scale;
      next.data[i] = at.data[i]! + rate * move;
    }
    at = withNorm(next, norm);
  }
  return at;
}
