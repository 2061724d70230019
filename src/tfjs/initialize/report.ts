/** The report of `initialize`, as data and as a table. */
import type { LpsDesign } from "../../init/lps/lpsDesign.ts";
import { table } from "../layers/table.ts";
import type { LayerRole } from "./decisions.ts";

/** What `initialize` did to one layer. */
export interface InitializedLayer {
  /** Name of the layer, after those of nested models around it. */
  readonly layer: string;
  /** Class name of the layer. */
  readonly kind: string;
  readonly role: LayerRole;
  /** The activation that was found behind a hidden layer. */
  readonly activation?: string;
  /** The new weights, in words. */
  readonly what: string;
  /** The surroundings that asked for them. */
  readonly why: string;
  /** Mean square of what enters and leaves the layer, as predicted for inputs of mean square 1. */
  readonly variance?: { readonly in: number; readonly out: number };
  /** The design of a layer that the scheme "lps" has set. */
  readonly design?: LpsDesign;
  readonly notes: readonly string[];
}

/** What `initialize` did: an entry for each layer with weights, in forward order; `String(report)` is a table. */
export interface InitializeReport extends ReadonlyArray<InitializedLayer> {
  toString(): string;
}

export function report(layers: readonly InitializedLayer[]): InitializeReport {
  const text = () => {
    const head = ["layer", "kind", "weights", "because", "variance", "", "notes"];
    const lines = layers.map(({ layer, kind, what, why, variance, notes }) => [
      layer,
      kind,
      what,
      why,
      variance ? `${variance.in.toPrecision(3)} →` : "",
      variance?.out.toPrecision(3) ?? "",
      notes.join("; "),
    ]);
    return table([head, ...lines]);
  };
  return Object.defineProperty([...layers], "toString", { value: text });
}
