/** Opposite pairs of units, with which a layer, its activation and the next layer together are linear. */
import { activationOf, type Activation } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { kindOf } from "../layers/kinds.ts";
import { SPREAD, type Context } from "./context.ts";
import { roleOf, type Call, type Edge } from "./network.ts";
import type { Signal } from "./signals.ts";
import type { Outlet } from "./surroundings.ts";

/** The pairs of a layer's input, if its kernel can have opposite weights for them. */
export function pairedInput(call: Call, { pairs }: Signal, context: Context): Signal["pairs"] {
  const { kernel } = attributes(call.layer);
  const { map } = kindOf(call.layer);
  if (!pairs || !takesPairs(call, context)) return undefined;
  const inputs = kernel!.shape.at(map === "transposed" ? -1 : -2)!;
  return inputs % pairs.channels === 0 ? pairs : undefined;
}

/**
 * Whether the units of a layer are made in opposite pairs, w and −w, for kernels with opposite weights behind the
 * activation. Since σ(z) − σ(−z) = c z, both layers together are linear and keep norms exactly, as do gradients: the
 * "looks linear" initialization of Balduzzi et al. 2017 (for relu). Pairs are made where independent units would let
 * the norms drift: in narrow or deep chains, and where an activation cannot keep activations and gradients alike.
 */
export function pairedUnits(
  call: Call,
  ways: readonly Outlet[],
  { moment }: Signal,
  context: Context,
): boolean {
  const [way] = ways as [Outlet];
  const [output] = call.outputs as [Edge];
  const units = output.shape.at(-1);
  if (way.kind !== "activation" || units == null || units % 2 !== 0) return false;
  const { name, parameter } = way.activation;
  const same = ({ activation }: { activation: Activation }) =>
    activation.name === name && activation.parameter === parameter;
  if (!ways.every((other) => other.kind === "activation" && same(other))) return false;
  const { slope, gentle, keeping } = context.aim(way.activation, moment);
  const drifts = context.spread > SPREAD || gentle < keeping;
  if (slope === undefined || !drifts || !makesPairs(call, context)) return false;
  return feedsKernels(output, activationOf(call.layer) !== undefined, context);
}

/**
 * Whether a convolution with opposite weights has them at its central tap alone: where kernels that see whole patches
 * would scatter norms beyond the factor 2, in deep chains of convolutions on small maps. Such kernels keep norms exactly
 * (delta-orthogonal, Xiao et al. 2018).
 */
export function centred({ layer }: Call, { scatter }: Context): boolean {
  return scatter > SPREAD && kindOf(layer).map === "convolution";
}

/** Whether all that becomes of a tensor, behind one activation, enters kernels that can have opposite weights. */
function feedsKernels(edge: Edge, activated: boolean, context: Context): boolean {
  if (edge.leaves || edge.to.length === 0) return false;
  return edge.to.every((next) => {
    const [output] = next.outputs as [Edge];
    const { channelwise, ordered } = kindOf(next.layer);
    switch (roleOf(next)) {
      case "activation":
        return !activated && feedsKernels(output, true, context);
      case "identity":
        return feedsKernels(output, activated, context);
      case "pooling":
      case "shape":
        return (channelwise || ordered) === true && feedsKernels(output, activated, context);
      case "linear":
        return activated && takesPairs(next, context);
      default:
        return false;
    }
  });
}

/** Whether a call can have opposite units: it must be the only one of its layer. */
const makesPairs = ({ layer }: Call, { calls }: Context): boolean =>
  kindOf(layer).map !== "depthwise" &&
  attributes(layer).dataFormat !== "channelsFirst" &&
  calls.filter((call) => call.layer === layer).length === 1;

/** Whether a call can have opposite weights for opposite inputs: it must be set, and not to zero. */
const takesPairs = (call: Call, context: Context): boolean =>
  makesPairs(call, context) &&
  kindOf(call.layer).map !== "separable" &&
  !call.frozen &&
  context.branches.every(({ end }) => end !== call);
