/** The report of `initializeFromData`, as data and as a table. */
import { table } from "../layers/table.ts";

/** What `initializeFromData` did to one weight, or to one layer without a kernel. */
export interface LayerReport {
  /** Name of the layer. */
  readonly layer: string;
  /** Class name of the layer. */
  readonly kind: string;
  /** Name and shape of the weight. */
  readonly weight?: string;
  readonly shape?: readonly number[];
  /** Units x inputs of the equation; a depthwise convolution has one equation for each group, that is, each channel. */
  readonly equation?: { readonly units: number; readonly inputs: number; readonly groups: number };
  /** Backward error η_F of the equation's solution, the largest of the groups. */
  readonly residual?: number;
  readonly milliseconds?: number;
  /** Variance of the pre-activation before and after the weights were set. */
  readonly variance?: { readonly before: number; readonly after: number };
  /** Sentences on what was filled, reduced or left alone. */
  readonly notes: readonly string[];
}

/** What `initializeFromData` did to a model. */
export interface DataReport {
  readonly layers: readonly LayerReport[];
  readonly samples: number;
  readonly milliseconds: number;
  /** Sentences that concern no layer in particular: labels that were not used. */
  readonly notes: readonly string[];
  /** A table with a line for each layer report. */
  toString(): string;
}

export function report(
  layers: readonly LayerReport[],
  samples: number,
  milliseconds: number,
  notes: readonly string[],
): DataReport {
  const head = ["layer", "weight", "shape", "equation", "η_F", "ms", "variance", "", "notes"];
  const lines = layers.map(
    ({ layer, weight, shape, equation, residual, milliseconds, variance, notes }) => [
      layer,
      weight ?? "",
      shape?.join("×") ?? "",
      equation
        ? `${equation.units}×${equation.inputs}${equation.groups > 1 ? ` ·${equation.groups}` : ""}`
        : "",
      residual?.toExponential(1) ?? "",
      milliseconds?.toFixed(0) ?? "",
      variance ? `${variance.before.toPrecision(3)} →` : "",
      variance?.after.toPrecision(3) ?? "",
      notes.join("; "),
    ],
  );
  const last = `${samples} samples, ${milliseconds.toFixed(0)} ms`;
  const text = () => [table([head, ...lines]), ...notes, last].join("\n");
  return { layers, samples, milliseconds, notes, toString: text };
}
