/** Residual branches: what an Add sums beside the shortcut that leads around them. */
import { attributes } from "../layers/attributes.ts";
import { activationOf } from "../layers/activation.ts";
import type { Layer } from "../layers/graph.ts";
import { roleOf, type Call, type Edge } from "./network.ts";
import { functionOf } from "./surroundings.ts";

/** A branch from the tensor where it leaves the shortcut to the Add where it meets the shortcut again. */
export interface Branch {
  /** The calls of layers with weights. */
  readonly calls: readonly Call[];
  /** The largest number of them, normalizations aside, on a way through the branch: m of Fixup. */
  readonly depth: number;
  /** The layer whose weights, set to zero, make the branch zero without stopping its gradient. */
  readonly end?: Call;
  /** The layers with weights that come last, if the branch does not end in a join of its own. */
  readonly last: readonly Call[];
}

/** The layers that an Add sums where none of the ways to it is a shortcut around the others. */
export interface Sum {
  readonly ends: readonly Call[];
  readonly terms: number;
}

export interface Joins {
  readonly branches: readonly Branch[];
  readonly sums: readonly Sum[];
}

/** The roles of layers that mix their inputs by weights. */
const MIXING = new Set(["linear", "recurrent", "embedding", "wrapper", "unknown"]);

const mixes = (call: Call) => MIXING.has(roleOf(call)) && call.layer.weights.length > 0;

/**
 * Finds the residual branches and the plain sums of a model. At an Add, the ways of its inputs are followed back to the
 * last tensor on which all of them depend. Inputs with the fewest layers with weights between, at most one (a
 * projection), are shortcuts, and the others are branches. If all inputs have equally many or none has less than two,
 * the Add is a plain sum.
 */
export function joins(calls: readonly Call[]): Joins {
  const branches: Branch[] = [];
  const sums: Sum[] = [];
  for (const { layer, inputs } of calls) {
    if (layer.getClassName() !== "Add") continue;
    const reach = inputs.map(upstream);
    const shared = [...reach[0]!].filter((edge) => reach.every((edges) => edges.has(edge)));
    const split = shared.reduce<Edge | undefined>(
      (last, edge) => (last && last.order > edge.order ? last : edge),
      undefined,
    );
    const before = split ? upstream(split) : new Set<Edge>();
    const ways = inputs.map((input, i) => {
      const between = [...reach[i]!].filter((edge) => !before.has(edge));
      return { input, between, depth: depthOf(input, new Set(between)) };
    });
    const least = Math.min(...ways.map(({ depth }) => depth));
    const longer = ways.filter(({ depth }) => depth > least);
    if (split === undefined || least > 1 || longer.length === 0) {
      if (least > 0) sums.push({ ends: ways.flatMap(({ input }) => sources(input)), terms: ways.length }); // prettier-ignore
      continue;
    }
    for (const { input, between, depth } of longer) {
      const end = zeroable(input);
      const inside = between
        .map(({ from }) => from)
        .filter(({ layer }) => layer.weights.length > 0);
      branches.push({ calls: inside, depth, ...(end && { end }), last: sources(input) });
    }
  }
  return { branches: withoutSharedEnds(branches, calls), sums };
}

/** A shared layer may be set to zero only if all its calls are ends of branches. */
function withoutSharedEnds(branches: readonly Branch[], calls: readonly Call[]): Branch[] {
  const ends = new Set(branches.map(({ end }) => end));
  const elsewhere = new Set(calls.filter((call) => !ends.has(call)).map(({ layer }) => layer));
  return branches.map(({ end, ...rest }) => {
    return end === undefined || elsewhere.has(end.layer) ? rest : { ...rest, end };
  });
}

/** The tensors on which a tensor depends, itself included. */
function upstream(edge: Edge): Set<Edge> {
  const found = new Set<Edge>();
  const open = [edge];
  for (let next = open.pop(); next; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...next.from.inputs);
  }
  return found;
}

/** The largest number of mixing layers on a way to a tensor, within a set of tensors. */
function depthOf(edge: Edge, within: ReadonlySet<Edge>): number {
  const depths = new Map<Edge, number>();
  for (const one of [...within].sort((a, b) => a.order - b.order)) {
    const before = Math.max(0, ...one.from.inputs.map((input) => depths.get(input) ?? 0));
    depths.set(one, before + (mixes(one.from) ? 1 : 0));
  }
  return depths.get(edge) ?? 0;
}

/** The nearest layers with weights before a tensor, through layers with one input and without weights. */
function sources(edge: Edge): Call[] {
  const { from } = edge;
  if (mixes(from)) return [from];
  return from.inputs.length === 1 ? sources(from.inputs[0]!) : [];
}

/** Finds the layer before a tensor that can be set to zero: nothing after it stops the gradient or adds a constant. */
function zeroable(edge: Edge): Call | undefined {
  const { from } = edge;
  const alone = edge.to.length === 1 && !edge.leaves;
  if (!alone || !passesZero(from.layer)) return undefined;
  if (canBeZero(from)) return from;
  return from.layer.weights.length === 0 && from.inputs.length === 1
    ? zeroable(from.inputs[0]!)
    : undefined;
}

function passesZero(layer: Layer): boolean {
  const activation = activationOf(layer);
  if (activation === undefined) return true;
  const sigma = functionOf(activation);
  return sigma !== undefined && sigma.value(0) === 0 && sigma.derivative(0) !== 0;
}

function canBeZero(call: Call): boolean {
  if (call.frozen) return false;
  return roleOf(call) === "linear" || (roleOf(call) === "normalization" && attributes(call.layer).gamma != null); // prettier-ignore
}
