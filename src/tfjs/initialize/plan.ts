/** The new weights of a model, layer by layer in forward order, with what is predicted to flow between the layers. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { seedsOf } from "../../init/draws.ts";
import { normal } from "../../linalg/normal.ts";
import type { Layer } from "../layers/graph.ts";
import { attributes } from "../layers/attributes.ts";
import { kindOf } from "../layers/kinds.ts";
import { contextOf, type Context, type Scheme } from "./context.ts";
import { decide, type Decision } from "./decisions.ts";
import { cellsOf, cellValues, forgets, linearValues, normalizationValues, type Values } from "./kernels.ts"; // prettier-ignore
import { lpsDecision, type LpsChoices } from "./lps.ts";
import { network, roleOf, type Call, type Edge } from "./network.ts";
import type { InitializedLayer } from "./report.ts";
import { activated, padded, passed, STANDARD, type Signal } from "./signals.ts";

export interface Choices extends LpsChoices {
  readonly scheme: Scheme;
  readonly seed: number | undefined;
}

/** What one layer gets: its new values, its entry in the report, and its output given the inputs of a call. */
interface Plan {
  readonly values: Values;
  readonly row: Omit<InitializedLayer, "layer" | "kind">;
  readonly output: (call: Call, input: Signal) => Signal;
}

export interface Planned {
  readonly values: Values;
  readonly rows: readonly InitializedLayer[];
}

/** @param done called after every layer with weights, with the number of these so far and that of all */
export function plan(
  model: LayersModel,
  choices: Choices,
  done: (count: number, total: number, row: InitializedLayer) => void,
): Planned {
  const calls = network(model);
  const context = contextOf(choices.scheme, calls);
  const own = [...new Set(calls.filter(hasWeights).map(({ layer }) => layer))];
  const seeds = seedsOf(choices.seed, own.length);
  const plans = new Map<Layer, Plan>();
  const signals = new Map<Edge, Signal>();
  const [values, rows]: [Values, InitializedLayer[]] = [[], []];
  for (const call of calls) {
    const { layer, name, inputs, outputs } = call;
    const entering = inputs.map((edge) => signals.get(edge)!);
    const [input = STANDARD] = entering;
    let found = plans.get(layer);
    if (!found && hasWeights(call)) {
      found = planned(call, input, context, { ...choices, seed: seeds[own.indexOf(layer)] });
      values.push(...found.values);
    }
    const output = found ? found.output(call, input) : passed(call, entering, context.momentOf);
    for (const edge of outputs) signals.set(edge, output);
    if (found && !plans.has(layer)) {
      plans.set(layer, found);
      const variance = { in: input.moment, out: output.moment };
      const set = found.values.length > 0;
      rows.push({
        layer: name,
        kind: layer.getClassName(),
        ...found.row,
        ...(set && { variance }),
      });
      done(rows.length, own.length, rows.at(-1)!);
    }
  }
  return { values, rows };
}

/** Whether a call is of a layer whose weights `initialize` sets or lists: the slopes of a PReLU decide, but stay. */
function hasWeights(call: Call): boolean {
  return call.layer.weights.length > 0 && !["input", "activation"].includes(roleOf(call));
}

function planned(call: Call, input: Signal, context: Context, choices: Choices): Plan {
  const { layer, frozen } = call;
  const left = (why: string): Plan => ({
    values: [],
    row: { role: "left", what: "left as it is", why, notes: [] },
    output: (next, input) => (roleOf(next) === "linear" ? activated(next, { moment: input.moment }, context.momentOf) : STANDARD), // prettier-ignore
  });
  if (frozen) return left("it is not trainable");
  switch (roleOf(call)) {
    case "linear":
      return choices.scheme === "lps" ? lps(call, context, choices, left) : linear(call, input, context, choices.seed); // prettier-ignore
    case "normalization":
      return normalization(call, context);
    case "recurrent":
    case "wrapper":
    case "embedding":
      if (choices.scheme === "lps") return left(`lps has no weights for ${layer.getClassName()}`);
      return roleOf(call) === "embedding" ? embedding(call, context, choices.seed) : recurrent(layer, context, choices.seed, left); // prettier-ignore
    default:
      return left("not a layer of tf.layers");
  }
}

function linear(call: Call, input: Signal, context: Context, seed: number | undefined): Plan {
  const decision = decide(call, input, context);
  const { variance, role, activation, why, notes } = decision;
  return {
    values: linearValues(call.layer, { ...decision, seed }),
    row: { role, ...(activation && { activation }), what: worded(decision), why, notes },
    output: (next, input) => {
      const { channels, units, central } = decision.pairs ?? { units: false };
      const { factor, profile } = central ? { factor: 1 } : padded(next, input);
      const entering = channels && input.pairs ? input.pairs.moment : input.moment;
      const moment = variance * entering * factor;
      const pairs = units ? { channels: next.outputs[0]!.shape.at(-1)!, moment } : undefined;
      return activated(next, { moment, pairs, profile }, context.momentOf);
    },
  };
}

function worded({ variance, weights, pairs }: Decision): string {
  if (variance === 0) return "zero";
  if (weights === "zerO") return "identity or Hadamard matrix";
  const paired = pairs && (pairs.units || pairs.channels !== undefined) ? " in opposite pairs" : "";
  const tap = pairs?.central ? " at the central tap" : "";
  return `${weights}${paired}${tap}, ${Number(variance.toPrecision(3))} / fan-in`;
}

function lps(
  call: Call,
  { calls, momentOf }: Context,
  choices: Choices,
  left: (why: string) => Plan,
): Plan {
  const uses = calls.filter(({ layer }) => layer === call.layer);
  const decision = lpsDecision(uses, choices, choices.seed);
  if ("left" in decision) return left(decision.left);
  const { values, design, ...row } = decision;
  const { variance, biases } = design;
  const square = biases.reduce((sum, bias) => sum + bias * bias, 0) / biases.length;
  return {
    values,
    row: {
      ...row,
      design,
      what: `lps ${choices.weights ?? "gaussian"}, ${Number(variance.toPrecision(3))} / fan-in, biases ${biases.map((bias) => bias.toFixed(2)).join(", ")}`, // prettier-ignore
      why: row.activation ? `before ${row.activation}` : "output",
    },
    output: (next, input) =>
      activated(next, { moment: variance * input.moment + square }, momentOf),
  };
}

function normalization({ layer }: Call, { rules, branches }: Context): Plan {
  const end = rules.residual && branches.some((branch) => branch.end?.layer === layer);
  return {
    values: normalizationValues(layer, end ? 0 : 1),
    row: {
      role: end ? "branch end" : "normalization",
      what: end ? "gamma 0" : "gamma 1, beta 0",
      why: end ? "end of a residual branch" : "standardizes",
      notes: [],
    },
    output: () => (end ? { moment: 0 } : STANDARD),
  };
}

function recurrent(
  layer: Layer,
  { rules }: Context,
  seed: number | undefined,
  left: (why: string) => Plan,
): Plan {
  const cells = cellsOf(layer);
  if (cells.some((cell) => kindOf(cell).gates === undefined)) return left("its cell is not one of tf.layers"); // prettier-ignore
  const weights = rules.weights === "orthogonal" ? "orthogonal" : "gaussian";
  const seeds = seedsOf(seed, cells.length);
  return {
    values: cells.flatMap((cell, i) => cellValues(cell, weights, seeds[i])),
    row: {
      role: "recurrent",
      what: `${weights}, 1 / fan-in; recurrent orthogonal${cells.some(forgets) ? "; forget bias 1" : ""}`,
      why: "every gate keeps the variance, and the state its norm",
      notes: [],
    },
    output: () => STANDARD,
  };
}

function embedding(call: Call, { sums }: Context, seed: number | undefined): Plan {
  const table = attributes(call.layer).embeddings!;
  const [rows, cols] = table.shape as [number, number];
  const terms = sums.find(({ ends }) => ends.includes(call))?.terms ?? 1;
  const deviation = Math.sqrt(1 / terms);
  return {
    values: [[table, float32(normal(rows, cols, { seed }).data, (x) => deviation * x)]],
    row: {
      role: "embedding",
      what: `gaussian, variance ${Number((1 / terms).toPrecision(3))}`,
      why: terms > 1 ? `one of ${terms} terms` : "its rows are what enters the model",
      notes: [],
    },
    output: () => ({ moment: 1 / terms }),
  };
}
