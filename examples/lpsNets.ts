/**
 * Random narrow relu networks by the thousand, in plain arrays: which of them are born dead?
 *
 * A layer is `units` rows of `fan` weights and a bias. Dense layers and convolutions are the same here: a
 * unit works at every place (input, or pixel of an input) on the patch around it, one value or nine.
 */
import { errorFunction } from "simple-statistics";
import { lpsDesign } from "tfjs-initializers";
import { haar, normal } from "tfjs-initializers/linalg";

export const METHODS = ["He", "Glorot", "orthogonal", "RAI", "LPS"] as const;
export type Method = (typeof METHODS)[number];

const design = lpsDesign({ activation: "relu" });

/** Of the randomized asymmetric initialization of Lu et al. (arXiv 1903.06733), times 1/√fan. */
const RAI_DEVIATION = 0.6007;

/** Seeds one after the other, a new stream each. */
export type Seeds = () => number;
export function seedsFrom(seed: number): Seeds {
  let next = seed * 2 ** 32;
  return () => next++;
}

/** Rows of weights, and a bias at the end of each, for a layer of each of `nets` networks. */
export function draw(
  method: Method,
  nets: number,
  units: number,
  fan: number,
  seeds: Seeds,
): Float64Array {
  const width = fan + 1;
  const variance = {
    He: 2 / fan,
    Glorot: 2 / (fan + units),
    orthogonal: (2 * Math.max(units, fan)) / fan,
    RAI: RAI_DEVIATION ** 2 / fan,
    LPS: design.variance / fan,
  }[method];
  const gaussian = normal(nets * units, width, { seed: seeds(), dtype: "float64" }).data;
  const rows = gaussian.map((z) => Math.sqrt(variance) * z);
  const uniform = uniforms(2 * nets * units, seeds());
  for (let row = 0; row < nets * units; row++) {
    const bias = row * width + fan;
    const [net, unit] = [Math.floor(row / units), row % units];
    if (method === "RAI") {
      // One entry of [W | b] is from Beta(2, 1), the square root of a uniform number.
      const place = Math.floor(uniform[2 * row]! * width);
      rows[row * width + place] = Math.sqrt(uniform[2 * row + 1]!);
    } else if (method === "LPS") {
      // As lps does: an equal share of units for every root. Which comes first is drawn.
      const first = Math.floor(uniform[2 * net * units]! * design.biases.length);
      rows[bias] = design.biases[(first + unit) % design.biases.length]!;
    } else {
      rows[bias] = 0;
    }
    if (method === "orthogonal" && unit === 0) {
      const q = haar(units, fan, { seed: seeds(), dtype: "float64" }).data;
      q.forEach((x, at) => {
        const [i, j] = [Math.floor(at / fan), at % fan];
        rows[(row + i) * width + j] = Math.sqrt(variance) * x;
      });
    }
  }
  return rows;
}

/** Numbers in [0, 1): the angles of pairs of normal ones. */
export function uniforms(count: number, seed: number): Float64Array {
  const { data } = normal(count, 2, { seed, dtype: "float64" });
  return Float64Array.from({ length: count }, (_, i) => {
    const turn = Math.atan2(data[2 * i]!, data[2 * i + 1]!) / (2 * Math.PI);
    return turn < 0 ? turn + 1 : turn;
  });
}

/** The inputs that a network is watched on. */
export interface Inputs {
  /** One channel. */
  readonly values: Float64Array;
  /** Offsets of the values that a unit sees, from its place. */
  readonly patch: readonly number[];
  /** Where units work; the rest is padding. */
  readonly places: Int32Array;
}

/** `count` points of [−√3, √3], for dense layers. */
export function line(count: number): Inputs {
  const at = (i: number) => Math.sqrt(3) * ((2 * i) / (count - 1) - 1);
  const values = Float64Array.from({ length: count }, (_, i) => at(i));
  return { values, patch: [0], places: Int32Array.from(values.keys()) };
}

/** Gaussian pictures, for 3 x 3 convolutions with zero padding. */
export function pictures(count: number, side: number, seed: number): Inputs {
  const width = side + 2;
  const places = Int32Array.from({ length: count * side * side }, (_, i) => {
    const [picture, y, x] = [Math.floor(i / side / side), Math.floor(i / side) % side, i % side];
    return (picture * width + y + 1) * width + x + 1;
  });
  const values = new Float64Array(count * width * width);
  const pixels = normal(1, places.length, { seed }).data;
  places.forEach((place, i) => (values[place] = pixels[i]!));
  const patch = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => dy * width + dx));
  return { values, patch, places };
}

export interface Deaths {
  /** Share of networks with a layer, among the first 1, 2, …, that is zero on all inputs. */
  readonly dead: number[];
  /** For LPS, the bound 1 − Π_l (1 − E Π_i Φ(−b_i √d / (σ min |h|))), E over the networks still alive. */
  readonly bound: number[];
}

const CHUNK = 500;

/** Follows networks until a layer is dead, or through all layers; yields how many are done. */
export function* bornDead(
  method: Method,
  units: number,
  depth: number,
  nets: number,
  inputs: Inputs,
  seeds: Seeds,
): Generator<number, Deaths> {
  const [alive, died, chance] = [0, 1, 2].map(() => new Float64Array(depth)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let done = 0; done < nets; done += CHUNK) {
    let states = Array<Float64Array>(Math.min(CHUNK, nets - done)).fill(inputs.values);
    for (let layer = 0; layer < depth; layer++) {
      const channels = layer === 0 ? 1 : units;
      const fan = channels * inputs.patch.length;
      const rows = draw(method, states.length, units, fan, seeds);
      alive[layer]! += states.length;
      if (method === "LPS")
        for (const h of states) chance[layer]! += allOff(h, channels, units, inputs);
      const next = states.map((h, net) => forward(h, channels, rows, net, units, inputs));
      states = next.filter((h) => h !== undefined);
      died[layer]! += next.length - states.length;
    }
    yield Math.min(nets, done + CHUNK);
  }
  const upTo = (rate: (layer: number) => number) => {
    let survival = 1;
    return Array.from({ length: depth }, (_, layer) => 1 - (survival *= 1 - rate(layer)));
  };
  return {
    dead: upTo((layer) => (alive[layer] === 0 ? 1 : died[layer]! / alive[layer]!)),
    bound: upTo((layer) => (alive[layer] === 0 ? 0 : chance[layer]! / alive[layer]!)),
  };
}

/** A relu layer of one network, or undefined if it is zero everywhere. */
function forward(
  h: Float64Array,
  channels: number,
  rows: Float64Array,
  net: number,
  units: number,
  { values, patch, places }: Inputs,
): Float64Array | undefined {
  const size = values.length;
  const out = new Float64Array(units * size);
  let lives = false;
  let at = net * units * (channels * patch.length + 1);
  for (let unit = 0; unit < units; unit++) {
    const z = out.subarray(unit * size, (unit + 1) * size);
    for (let channel = 0; channel < channels; channel++) {
      for (const offset of patch) {
        const [weight, from] = [rows[at++]!, channel * size + offset];
        for (let i = 0; i < places.length; i++) z[places[i]!]! += weight * h[from + places[i]!]!;
      }
    }
    const bias = rows[at++]!;
    for (let i = 0; i < places.length; i++) {
      const y = z[places[i]!]! + bias;
      z[places[i]!] = y > 0 ? y : 0;
      lives ||= y > 0;
    }
  }
  return lives ? out : undefined;
}

/** Probability that all units of an LPS layer are off where their input is smallest. */
function allOff(h: Float64Array, channels: number, units: number, inputs: Inputs): number {
  const { values, patch, places } = inputs;
  const fan = channels * patch.length;
  let least = Infinity;
  for (let i = 0; i < places.length; i++) {
    let square = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (const offset of patch) square += h[channel * values.length + offset + places[i]!]! ** 2;
    }
    least = Math.min(least, square);
  }
  const { biases, variance } = design;
  const off = (b: number) =>
    0.5 * (1 + errorFunction(-b / Math.sqrt((2 * variance * least) / fan)));
  const each = least === 0 ? biases.map(() => 0) : biases.map(off);
  const all = each.map((_, first) =>
    Array.from({ length: units }, (_, i) => each[(first + i) % each.length]!).reduce(
      (p, x) => p * x,
    ),
  );
  return all.reduce((sum, p) => sum + p, 0) / all.length;
}
