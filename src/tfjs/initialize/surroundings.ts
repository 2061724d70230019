/** What lies behind the output of a call: activations, a normalization, attention scores, or the end of the model. */
import { activations, activationNamed, type ActivationName } from "../../init/lps/activations.ts";
import type { Activation as Sigma } from "../../init/lps/activations.ts";
import { activationOf, type Activation } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { passesSigns } from "../layers/kinds.ts";
import { roleOf, type Call, type Edge } from "./network.ts";

/** The activation of an output that no activation follows. */
export const LINEAR: Activation = { name: "linear" };

/** One way that the output of a call takes, as far as the next layer that decides about the scale of the call. */
export type Outlet =
  /** Into an activation. */
  | { readonly kind: "activation"; readonly activation: Activation }
  /** Into a normalization, and then into an activation, which may be linear. */
  | { readonly kind: "normalization"; readonly name: string; readonly activation: Activation }
  /** Into a product of queries with keys, whose `terms` products are summed, and then into a softmax. */
  | { readonly kind: "scores"; readonly terms: number; readonly scale: number }
  /** Out of the model, or to a layer with weights, without an activation. */
  | { readonly kind: "linear" };

/** The ways of a call's output; the call's own activation is the only one if it has one. */
export function outlets(call: Call): Outlet[] {
  const activation = activationOf(call.layer);
  if (activation) return [{ kind: "activation", activation }];
  return behind(call.outputs[0]!);
}

function behind(edge: Edge): Outlet[] {
  const ways = edge.to.flatMap((next): Outlet[] => {
    const own = roleOf(next);
    const activation = own === "activation" ? activationOf(next.layer) : undefined;
    if (activation) return [{ kind: "activation", activation }];
    if (next.layer.getClassName() === "Dot") return [scores(next, edge) ?? { kind: "linear" }];
    if (own !== "activation" && !passesSigns(next.layer)) return [{ kind: "linear" }];
    const further = behind(next.outputs[0]!);
    return own === "normalization" ? further.map((way) => normalized(next, way)) : further;
  });
  return edge.leaves || ways.length === 0 ? [...ways, { kind: "linear" }] : ways;
}

function normalized({ layer }: Call, way: Outlet): Outlet {
  const activation =
    way.kind === "activation" || way.kind === "normalization" ? way.activation : LINEAR;
  return { kind: "normalization", name: layer.getClassName(), activation };
}

/** The outlet of queries or keys; undefined if no softmax follows their product. */
function scores(dot: Call, edge: Edge): Outlet | undefined {
  const { axes, normalize } = attributes(dot.layer);
  const place = dot.inputs.indexOf(edge);
  const axis = typeof axes === "number" ? axes : axes![place]!;
  const terms = edge.shape.at(axis);
  if (normalize || terms == null) return undefined;
  let [call, scale] = [dot, 1];
  for (;;) {
    const [next, ...others] = call.outputs[0]!.to;
    if (next === undefined || others.length > 0) return undefined;
    const { layer } = next;
    if (roleOf(next) === "activation" && activationOf(layer)?.name === "softmax") {
      return { kind: "scores", terms, scale };
    }
    if (layer.getClassName() === "Rescaling") scale *= Number(attributes(layer).scale);
    else if (!passesSigns(layer)) return undefined;
    call = next;
  }
}

/** Whether the call's whole output leaves the model without passing a layer that has a kernel or joins branches. */
export function isHead(call: Call): boolean {
  const [output] = call.outputs as [Edge];
  const through = output.to.every(
    (next) => (passesSigns(next.layer) || roleOf(next) === "activation") && isHead(next),
  );
  return through && (output.leaves || output.to.length > 0);
}

/** An activation as a function of numbers; undefined for one that has no such function, like softmax. */
export function functionOf({ name, parameter }: Activation): Sigma | undefined {
  // relu1 of this package is relu with the derivative 1 at 0.
  if (name === "relu1") return { ...activations.relu(), derivative: (x) => (x >= 0 ? 1 : 0) };
  return Object.hasOwn(activations, name)
    ? activationNamed(name as ActivationName, parameter)
    : undefined;
}
