/**
 * Net2Wider: splitting neurons keeps the function exactly, whatever the activation. Chen, Goodfellow and Shlens,
 * "Net2Net", ICLR 2016, section 2.3. Dividing the outgoing weights unevenly, which breaks the symmetry of the copies
 * without changing the function, is our formulation.
 */
import { checkSingle } from "../../arguments.ts";
import { normal } from "../../linalg/normal.ts";
import { norms, zeroWeights, type Neurons, type Weights } from "./neurons.ts";

export interface Split extends Neurons {
  /** For each new neuron, the existing neuron that it copies. */
  readonly sources: number[];
  /** The outgoing weights of the existing neurons, o x m, each divided among the copies of its neuron. */
  readonly divided: Weights;
}

/**
 * Makes k new neurons, copies of existing ones in random order; no neuron is copied twice before all are copied once. A
 * neuron that now has c copies sends v/c + d_i from copy i, Σ d_i = 0, ‖d_i‖ about noise · ‖v‖/c.
 *
 * @param noise relative size of the differences, ≥ 0; default 0.1
 * @throws ArgumentError for a bad noise or seed, or when there is no neuron to split
 */
export function split(
  { incoming, outgoing }: Neurons,
  k: number,
  { noise = 0.1, seed }: { noise?: number; seed?: number } = {},
): Split {
  const [d, o, m] = [incoming.rows, outgoing.rows, incoming.cols];
  checkSingle("noise", noise, "non-negative");
  const draws = normal(o + 1, m + k, { seed });
  const order = Array.from({ length: m }, (_, j) => j).sort(
    (i, j) => draws.data[i]! - draws.data[j]! || i - j,
  );
  const sources = Array.from({ length: k }, (_, i) => order[i % m]!);
  const families = Array.from({ length: m }, (_, j) => [j]);
  sources.forEach((source, i) => families[source]!.push(m + i));

  const grown: Split = {
    incoming: zeroWeights(d, k),
    outgoing: zeroWeights(o, k),
    divided: zeroWeights(o, m),
    sources,
  };
  for (let row = 0; row < d; row++) {
    sources.forEach((source, i) => {
      grown.incoming.data[row * k + i] = incoming.data[row * m + source]!;
    });
  }
  const lengths = norms(outgoing);
  families.forEach((family, j) => {
    // Gaussian vectors of o components have length about √o.
    const scale = (noise * lengths[j]!) / family.length / Math.sqrt(o);
    for (let row = 0; row < o; row++) {
      const g = family.map((copy) => draws.data[(row + 1) * (m + k) + copy]!);
      const mean = g.reduce((sum, x) => sum + x, 0) / family.length;
      // The last copy takes the rounding errors of the others, so that the copies add up to v again.
      let rest = outgoing.data[row * m + j]!;
      const share = rest / family.length;
      family.forEach((copy, i) => {
        const alone = i === family.length - 1;
        const value = alone ? rest : Math.fround(share + scale * (g[i]! - mean));
        rest -= value;
        if (copy < m) grown.divided.data[row * m + copy] = value;
        else grown.outgoing.data[row * k + copy - m] = value;
      });
    }
  });
  return grown;
}
