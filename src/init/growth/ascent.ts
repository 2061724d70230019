/** GradMaxOpt, the inverse of GradMax: incoming weights found by gradient ascent on spheres. */
import { zeros, norms, withNorm, type Weights } from "./neurons.ts";

/** What Evci et al. 2022 run (appendix): 100 steps of Adam, every neuron back to its norm after each. */
const STEPS = 100;

/** Adam's own constants (Kingma and Ba, ICLR 2015, algorithm 1), without ε: any scale is as good. */
const [BETA1, BETA2] = [0.9, 0.999];

/** A step turns a neuron by a third at most: of 0.03, 0.1, 0.3, 1 the best on ‖Mw‖ for Gaussian M. */
const STEP = 0.3;

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
    const g = tangent(gradient(at), at);
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

/**
 * What of a gradient turns the columns: g − w (g·w)/‖w‖². Adam scales every component for itself, and
 * would take what only lengthens them for a direction of its own.
 */
function tangent(g: Float32Array, { rows, cols, data: w }: Weights): Float64Array {
  const [along, square] = [new Float64Array(cols), new Float64Array(cols)];
  for (let at = 0; at < g.length; at++) {
    along[at % cols]! += g[at]! * w[at]!;
    square[at % cols]! += w[at]! * w[at]!;
  }
  const out = new Float64Array(rows * cols);
  for (let at = 0; at < g.length; at++) {
    const j = at % cols;
    out[at] = square[j] === 0 ? 0 : g[at]! - (w[at]! * along[j]!) / square[j]!;
  }
  return out;
}
