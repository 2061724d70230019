/** What the decisions about the layers of one model have in common: rules, joins, and what activations ask for. */
import { gentleVariance, oddSlope, secondMoment, variancePreserving } from "../../init/propagation.ts"; // prettier-ignore
import { size } from "../../init/shape.ts";
import type { Activation } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { kindOf } from "../layers/kinds.ts";
import type { Kernels } from "./kernels.ts";
import { roleOf, type Call, type Edge } from "./network.ts";
import { joins, type Joins } from "./residual.ts";
import type { MomentOf } from "./signals.ts";
import { functionOf, outlets, type Outlet } from "./surroundings.ts";

/** The rules of a scheme. */
export interface Rules {
  readonly weights: Kernels;
  /** Whether residual branches end in zeros. */
  readonly residual?: true;
  /** Whether heads are zero. */
  readonly zeroHeads?: true;
}

export const SCHEMES = {
  auto: { weights: "orthogonal", residual: true },
  he: { weights: "gaussian" },
  orthogonal: { weights: "orthogonal" },
  fixup: { weights: "gaussian", residual: true, zeroHeads: true },
  zerO: { weights: "zerO", residual: true, zeroHeads: true },
  lps: { weights: "gaussian" },
} as const satisfies Record<string, Rules>;

export type Scheme = keyof typeof SCHEMES;

/** What the decisions about the layers of one model have in common. */
export interface Context extends Joins {
  readonly scheme: Scheme;
  readonly rules: Rules;
  readonly calls: readonly Call[];
  /** The largest sum of 3 / units over the layers on a way, see `SPREAD`. */
  readonly spread: number;
  /** The same for what paired convolutions scatter, see `scatterOf`. */
  readonly scatter: number;
  readonly aim: (activation: Activation, moment: number) => Aim;
  readonly momentOf: MomentOf;
}

/** What an activation asks of its pre-activations z, N(0, q). */
interface Aim {
  /** The q at which E[σ(z)²] is the second moment that entered the layer, or 1 if there is none. */
  readonly keeping: number;
  /** The largest q below that at which gradients survive as well, see `gentleVariance`. */
  readonly gentle: number;
  /** c, if σ(z) − σ(−z) = c z. */
  readonly slope?: number;
}

/**
 * A layer of orthonormal weights before relu with n units changes the norm of what passes through it at random, the
 * logarithm of its square by √(3/n): z|z| has the variance 3, and the norm of z itself is kept. Two such deviations of
 * a chain of layers stay within the factor 2 as long as 2 √(Σ 3/n) ≤ log 2.
 */
export const SPREAD = 0.12;

export function contextOf(scheme: Scheme, calls: readonly Call[]): Context {
  const joined = joins(calls);
  const branched = new Set(joined.branches.flatMap((branch) => branch.calls));
  const chained = (call: Call): Outlet | undefined =>
    roleOf(call) === "linear" && !branched.has(call)
      ? outlets(call).find(({ kind }) => kind === "activation")
      : undefined;
  const longest = (length: (call: Call) => number): number => {
    const lengths = new Map<Edge, number>();
    for (const call of calls) {
      const before = Math.max(0, ...call.inputs.map((edge) => lengths.get(edge)!));
      for (const edge of call.outputs) lengths.set(edge, before + length(call));
    }
    return Math.max(0, ...lengths.values());
  };
  const depth = longest((call) => (chained(call) ? 1 : 0));
  const units = (call: Call) => call.outputs[0]!.shape.at(-1) ?? Infinity;
  const spread = longest((call) => (chained(call) ? 3 / units(call) : 0));
  const scatter = longest((call) => (chained(call) ? scatterOf(call) : 0));
  const aim = remembered((activation, moment) => aimOf(activation, moment, depth));
  const momentOf = remembered((activation, q) => secondMoment(functionOf(activation)!, q));
  return { ...joined, scheme, rules: SCHEMES[scheme], calls, spread, scatter, aim, momentOf };
}

/**
 * What a convolution of n / 2 pairs of units adds to the variance of the logarithm of a squared norm: its kernel keeps
 * n / 2 of the directions of a patch, at random, and so 2 / (n / 2) for each patch; patches that do not overlap average.
 */
function scatterOf({ layer, outputs }: Call): number {
  const { map, axes = 0 } = kindOf(layer);
  if (map !== "convolution") return 0;
  const [{ shape }] = outputs as [Edge];
  const taps = size(attributes(layer).kernelSize!);
  const positions = size(shape.slice(-1 - axes, -1).map((length) => length ?? Infinity));
  return taps === 1 ? 0 : (4 / shape.at(-1)!) * Math.min(1, taps / positions);
}

/** A function of an activation that computes each value once: layers share a few, and integrals take milliseconds. */
function remembered<T>(
  compute: (activation: Activation, moment: number) => T,
): (activation: Activation, moment: number) => T {
  const known = new Map<string, T>();
  return (activation, moment) => {
    // Predictions that differ by roundings only are one.
    const rounded = Math.fround(moment);
    const key = `${activation.name} ${activation.parameter} ${rounded}`;
    const value = known.get(key) ?? compute(activation, rounded);
    known.set(key, value);
    return value;
  };
}

function aimOf(activation: Activation, moment: number, depth: number): Aim {
  const sigma = functionOf(activation);
  if (sigma === undefined) return { keeping: moment, gentle: moment };
  const keeping = variancePreserving(sigma, moment) ?? 1;
  // selu is made for weights of variance 1 / fan-in and finds its fixed point by itself (Klambauer et al. 2017).
  const gentle = activation.name === "selu" ? keeping : gentleVariance(sigma, depth, keeping);
  return { keeping, gentle, slope: oddSlope(sigma) };
}
