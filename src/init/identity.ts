/** Kernels that hand their inputs on: identities, ZerO's Hadamard matrices and IDInit's padded identities. */
import { checkInteger, checkSingle } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import { checkPlaced, placed, type PlacedOptions } from "./placed.ts";

export interface IdentityOptions extends PlacedOptions {
  /** Factor, finite in single precision; default 1. */
  gain?: number;
  /** Number of groups of channels, for kernels […, in / groups, out]; default 1. Only with layer `"dense"`. */
  groups?: number;
}

export type PassingOptions = Omit<IdentityOptions, "groups">;

/**
 * Makes the kernel of a layer that hands on its inputs: unit i is gain times input i. Of more units than inputs those
 * that are left are zero, of more inputs than units those that are left are dropped. A convolution has these weights at
 * its spatial centre (a Dirac kernel).
 */
export function identity(shape: readonly number[], options: IdentityOptions = {}): Float32Array {
  checkIdentity(options);
  const { gain = 1, layer = "dense", groups = 1 } = options;
  const place: Parameters<typeof placed>[2] = (inputs, units, _, put) => {
    for (let i = 0; i < Math.min(inputs, units); i++) put(i, i, gain);
  };
  return placed(shape, layer, place, groups);
}

/**
 * Makes a kernel of zeros and powers of √2: the identity where there are no more units than inputs, and 2^(−m/2) times
 * the Hadamard matrix of 2^m ≥ units, cut to inputs x units, where there are more.
 *
 * @remarks
 * Zhao, Schäfer and Anandkumar, "ZerO Initialization: Initializing Neural Networks with only Zeros and Ones", TMLR 2022,
 * algorithms 1 and 2. The factor is that of the authors' code, by which the map from inputs to 2^m units is orthonormal.
 */
export function zerO(shape: readonly number[], options: PassingOptions = {}): Float32Array {
  checkIdentity(options);
  const { gain = 1, layer = "dense" } = options;
  return placed(shape, layer, (inputs, units, _, put) => {
    if (units <= inputs) {
      for (let i = 0; i < units; i++) put(i, i, gain);
      return;
    }
    let order = 1;
    while (order < units) order *= 2;
    const value = gain / Math.sqrt(order);
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < units; j++) put(i, j, odd(i & j) ? -value : value);
  });
}

/** Whether an odd number of bits is set. */
function odd(bits: number): boolean {
  bits ^= bits >>> 16;
  bits ^= bits >>> 8;
  bits ^= bits >>> 4;
  return ((0x6996 >>> (bits & 15)) & 1) === 1;
}

/**
 * Makes a padded identity: weights are `gain` where the numbers of input and unit agree modulo the smaller of their
 * counts, and zero elsewhere.
 *
 * A layer with more units than inputs so repeats its inputs instead of padding with zeros, and in a convolution each
 * repetition looks through another tap, from the centre outwards. A layer with fewer units than inputs sums the k
 * inputs that share a unit, with weights gain / √k.
 *
 * @remarks
 * Pan et al., "IDInit: A Universal and Stable Initialization Method for Neural Network Training", ICLR 2025. Only the
 * abstract and summaries were at hand: the padded identity with τ (`gain` 1) and ε (`gain` 1e-6, for the last layer of a
 * residual branch) is the paper's; 1/√k and the order of taps, which stands for its patch-maintain convolution, are
 * ours.
 */
export function idInit(shape: readonly number[], options: PassingOptions = {}): Float32Array {
  checkIdentity(options);
  const { gain = 1, layer = "dense" } = options;
  return placed(shape, layer, (inputs, units, taps, put) => {
    for (let j = 0; j < units; j++) {
      if (units >= inputs) {
        put(j % inputs, j, gain, Math.floor(j / inputs) % taps);
        continue;
      }
      const value = gain / Math.sqrt(Math.ceil((inputs - j) / units));
      for (let i = j; i < inputs; i += units) put(i, j, value);
    }
  });
}

/** Throws an ArgumentError for options of these kernels that are invalid whatever the shape. */
export function checkIdentity({ gain = 1, groups = 1, ...rest }: IdentityOptions): void {
  checkSingle("gain", gain);
  checkInteger("groups", groups, 1);
  checkPlaced(rest);
  const { layer = "dense" } = rest;
  if (groups > 1 && layer !== "dense") throw new ArgumentError("groups", `1 with layer "${layer}"`, show(groups)); // prettier-ignore
}
