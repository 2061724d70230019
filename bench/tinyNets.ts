/** What the studies of diversity look at in nets that are trained side by side (examples/tinyNets.ts). */
import { read, type Nets } from "../examples/tinyNets.ts";

/** The mean |cos| between two hidden units of each net. */
export function likeness(nets: Nets): number[] {
  const { inputs, units, count } = nets;
  return Array.from({ length: count }, (_, s) => {
    const kernel = read(nets, s);
    const product = (i: number, j: number) => {
      let sum = 0;
      for (let at = 0; at < inputs * units; at += units) sum += kernel[at + i]! * kernel[at + j]!;
      return sum;
    };
    const lengths = Array.from({ length: units }, (_, i) => Math.sqrt(product(i, i)));
    let sum = 0;
    for (let i = 0; i < units; i++) {
      for (let j = 0; j < i; j++) sum += Math.abs(product(i, j)) / (lengths[i]! * lengths[j]!);
    }
    return (2 * sum) / (units * (units - 1));
  });
}
