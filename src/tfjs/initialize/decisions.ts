/** What a scheme gives a linear layer: the scale of its kernel, how it is drawn, and why. */
import { exp, log } from "../../elementary.ts";
import { secondMoment } from "../../init/propagation.ts";
import type { Context, Rules } from "./context.ts";
import type { Kernels, Pairs } from "./kernels.ts";
import type { Call } from "./network.ts";
import { centred, pairedInput, pairedUnits } from "./pairs.ts";
import { padded, type Signal } from "./signals.ts";
import { functionOf, isHead, outlets, type Outlet } from "./surroundings.ts";

/** What a layer is in its model, as far as its weights are concerned. */
export type LayerRole = "hidden" | "head" | "branch end" | "recurrent" | "embedding" | "normalization" | "left"; // prettier-ignore

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

/** Decides about a linear layer, from all its calls and from what enters its first call. */
export function decide(call: Call, input: Signal, context: Context): Decision {
  const { scheme, calls, branches, sums } = context;
  const { weights, residual, zeroHeads }: Rules = context.rules;
  const uses = calls.filter(({ layer }) => layer === call.layer);
  const ways = uses.flatMap(outlets);
  const head = uses.every(isHead);
  const [activation] = ways.flatMap((way) => ("activation" in way ? [way.activation.name] : []));
  const common = { weights, ...(!head && activation && { activation }) } as const;
  const around = branches.filter((one) => uses.some((use) => one.calls.includes(use)));
  const why = head ? "output" : [...new Set(ways.map(reason))].join(" and ");

  const zero = (role: LayerRole, why: string): Decision => {
    return { ...common, role, variance: 0, why, notes: [] };
  };
  if (residual && around.some(({ end }) => end && uses.includes(end))) {
    return zero("branch end", "end of a residual branch");
  }
  const role = head ? "head" : "hidden";
  if (zeroHeads && head) return zero(role, why);

  const notes: string[] = [];
  const told = [why];
  let factor = 1;
  const depth = Math.min(...around.map((branch) => branch.depth));
  if (scheme === "fixup" && around.length > 0 && depth > 1) {
    // The paper's rule 2: weights times L^(−1/(2m−2)).
    factor = exp(-log(branches.length) / (depth - 1));
    told.push(`one of ${depth} layers in each of ${branches.length} branches`);
  }
  if (residual && around.some(({ end, last }) => !end && last.some((one) => uses.includes(one)))) {
    factor = 1 / (branches.length * branches.length);
    told.push(`last layer of one of ${branches.length} residual branches`);
    notes.push("not zero, because the branch would not learn, or the layer is used elsewhere");
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
  const rows = pairedInput(call, input, context);
  const units = pairedUnits(call, ways, input, context);
  const seen = rows?.moment ?? input.moment;
  const central = rows !== undefined && centred(call, context);
  const edges = central ? 1 : padded(call, input).factor;
  const moment = Math.min(Math.max(seen, 2 ** -40), 2 ** 40) * edges;
  const paired = units || rows !== undefined;
  const wanted = mean(
    ways.map((way) => (head ? seen : variance(way, input.moment, paired, context))),
  );
  return {
    ...common,
    role,
    variance: (factor * wanted) / moment,
    pairs: { channels: rows?.channels, units, central },
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
