/** What a scheme gives a linear layer: the scale of its kernel, how it is drawn, and why. */
import { exp, log } from "../../elementary.ts";
import { gentleVariance, oddSlope, secondMoment, variancePreserving } from "../../init/propagation.ts"; // prettier-ignore
import { activationOf, type Activation } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import type { Kernels, Pairs } from "./kernels.ts";
import { roleOf, type Call, type Edge } from "./network.ts";
import { joins, type Joins } from "./residual.ts";
import { padded, type MomentOf, type Signal } from "./signals.ts";
import { functionOf, isHead, outlets, type Outlet } from "./surroundings.ts";

/** What a layer is in its model, as far as its weights are concerned. */
export type LayerRole = "hidden" | "head" | "branch end" | "recurrent" | "embedding" | "normalization" | "left"; // prettier-ignore

/** The rules of a scheme. */
interface Rules {
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

export interface Decision {
  readonly role: LayerRole;
  /** The activation that follows, if one does. */
  readonly activation?: string;
  /** Mean square of a weight times the fan-in; 0 for weights of zero. */
  readonly variance: number;
  readonly weights: Kernels;
  readonly pairs?: Pairs;
  readonly why: string;
  readonly notes: readonly string[];
}

/** What the decisions about the layers of one model have in common. */
export interface Context extends Joins {
  readonly scheme: Scheme;
  readonly rules: Rules;
  readonly calls: readonly Call[];
  /** The largest sum of 3 / units over the layers on a way, see `SPREAD`. */
  readonly spread: number;
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
const SPREAD = 0.12;

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
  const aim = remembered((activation, moment) => aimOf(activation, moment, depth));
  const momentOf = remembered((activation, q) => secondMoment(functionOf(activation)!, q));
  return { ...joined, scheme, rules: SCHEMES[scheme], calls, spread, aim, momentOf };
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

/** Decides about a linear layer, from all its calls and from what enters its first call. */
export function decide(call: Call, input: Signal, context: Context): Decision {
  const { scheme, calls, branches, sums } = context;
  const { weights, residual, zeroHeads }: Rules = context.rules;
  const uses = calls.filter(({ layer }) => layer === call.layer);
  const ways = uses.flatMap(outlets);
  const head = uses.every(isHead);
  const [activation] = ways.flatMap((way) => ("activation" in way ? [way.activation.name] : []));
  const common = { weights, ...(!head && activation && { activation }) } as const;
  const branch = branches.find((one) => uses.some((use) => one.calls.includes(use)));
  const why = head ? "output" : [...new Set(ways.map(reason))].join(" and ");

  if (residual && branch?.end && uses.includes(branch.end)) {
    return {
      ...common,
      role: "branch end",
      variance: 0,
      why: "end of a residual branch",
      notes: [],
    };
  }
  const role = head ? "head" : "hidden";
  if (zeroHeads && head) return { ...common, role, variance: 0, why, notes: [] };

  const notes: string[] = [];
  let factor = 1;
  const told = [why];
  if (scheme === "fixup" && branch && branch.depth > 1) {
    // The paper's rule 2: weights times L^(−1/(2m−2)).
    factor = exp(-log(branches.length) / (branch.depth - 1));
    told.push(`one of ${branch.depth} layers in one of ${branches.length} branches`);
  }
  if (residual && branch && !branch.end && branch.last.some((last) => uses.includes(last))) {
    factor = 1 / (branches.length * branches.length);
    told.push(`last of a residual branch, one of ${branches.length}`);
    notes.push("zero weights would never learn: an activation follows that is flat at zero");
  }
  if (scheme !== "auto") {
    const variance = factor * mean(ways.map((way) => (head || scheme === "zerO" ? 1 : usual(way))));
    return { ...common, role, variance, why: told.join(", "), notes };
  }

  const sum = sums.find(({ ends }) => uses.some((use) => ends.includes(use)));
  if (sum) {
    factor /= sum.terms;
    told.push(`one of ${sum.terms} terms`);
  }
  const rows = pairedInput(call, input);
  const units = pairedUnits(uses, ways, input, context);
  const seen = rows?.moment ?? input.moment;
  const moment = Math.min(Math.max(seen, 2 ** -40), 2 ** 40) * padded(call, input).factor;
  const paired = units || rows !== undefined;
  const wanted = mean(
    ways.map((way) => (head ? seen : variance(way, input.moment, paired, context))),
  );
  return {
    ...common,
    role,
    variance: (factor * wanted) / moment,
    pairs: { channels: rows?.channels, units },
    why: told.join(", "),
    notes,
  };
}

/** The variance of pre-activations that "auto" aims at. */
function variance(way: Outlet, moment: number, paired: boolean, { aim }: Context): number {
  switch (way.kind) {
    case "activation": {
      const { keeping, gentle, slope } = aim(way.activation, moment);
      return paired && slope !== undefined ? keeping : gentle;
    }
    case "scores":
      // The sum of `terms` products of queries and keys gets the variance 1.
      return 1 / (Math.sqrt(way.terms) * Math.abs(way.scale));
    default:
      return moment;
  }
}

/**
 * The usual gain, squared: 2 for relu (He et al. 2015), 1 for selu (Klambauer et al. 2017), tanh (LeCun et al. 1998) and
 * where no activation follows, 1 / E[σ(z)²] with z ~ N(0, 1) for others. Before a normalization the scale does not
 * matter.
 */
function usual(way: Outlet): number {
  if (way.kind !== "activation" || ["selu", "tanh"].includes(way.activation.name)) return 1;
  const sigma = functionOf(way.activation);
  return sigma ? 1 / secondMoment(sigma, 1) : 1;
}

function reason(way: Outlet): string {
  switch (way.kind) {
    case "activation":
      return `before ${way.activation.name}`;
    case "normalization":
      return `before ${way.name}`;
    case "scores":
      return `queries or keys, ${way.terms} products a score`;
    case "linear":
      return "no activation follows";
  }
}

/** The pairs of a layer's input, if its kernel can have opposite weights for them. */
function pairedInput({ layer }: Call, { pairs }: Signal): Signal["pairs"] {
  const { kernel } = attributes(layer);
  const { map } = kindOf(layer);
  if (!pairs || !takesPairs(layer)) return undefined;
  const inputs = kernel!.shape.at(map === "transposed" ? -1 : -2)!;
  return inputs % pairs.channels === 0 ? pairs : undefined;
}

/**
 * Whether the units of a layer are made in opposite pairs, w and −w, for kernels with opposite weights behind the
 * activation. Since σ(z) − σ(−z) = c z, both layers together are linear and keep norms exactly, as do gradients: the
 * "looks linear" initialization of Balduzzi et al. 2017 (for relu). Pairs are made where independent units would let
 * the norms drift: in narrow or deep chains, and where an activation cannot keep activations and gradients alike.
 */
function pairedUnits(
  uses: readonly Call[],
  ways: readonly Outlet[],
  { moment }: Signal,
  { spread, aim, branches }: Context,
): boolean {
  const [{ layer, outputs }] = uses as [Call];
  const [first] = ways as [Outlet];
  const units = outputs[0]!.shape.at(-1);
  if (first.kind !== "activation" || units == null || units % 2 !== 0) return false;
  const { name, parameter } = first.activation;
  const same = ({ activation }: { activation: Activation }) =>
    activation.name === name && activation.parameter === parameter;
  if (!ways.every((way) => way.kind === "activation" && same(way))) return false;
  const { slope, gentle, keeping } = aim(first.activation, moment);
  const drifts = spread > SPREAD || gentle < keeping;
  if (slope === undefined || !drifts || !makesPairs(layer)) return false;
  const ends = new Set(branches.map(({ end }) => end));
  const activated = activationOf(layer) !== undefined;
  return uses.every((use) => feedsKernels(use.outputs[0]!, activated, ends));
}

/** Whether all that becomes of a tensor, behind one activation, enters kernels that can have opposite weights. */
function feedsKernels(
  edge: Edge,
  activated: boolean,
  ends: ReadonlySet<Call | undefined>,
): boolean {
  if (edge.leaves || edge.to.length === 0) return false;
  return edge.to.every((next) => {
    const [output] = next.outputs as [Edge];
    const { channelwise, ordered } = kindOf(next.layer);
    switch (roleOf(next)) {
      case "activation":
        return !activated && feedsKernels(output, true, ends);
      case "identity":
        return feedsKernels(output, activated, ends);
      case "pooling":
      case "shape":
        return (channelwise || ordered) === true && feedsKernels(output, activated, ends);
      case "linear":
        return activated && takesPairs(next.layer) && !next.frozen && !ends.has(next);
      default:
        return false;
    }
  });
}

const makesPairs = (layer: Layer) =>
  kindOf(layer).map !== "depthwise" && attributes(layer).dataFormat !== "channelsFirst";

const takesPairs = (layer: Layer) => makesPairs(layer) && kindOf(layer).map !== "separable";

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
