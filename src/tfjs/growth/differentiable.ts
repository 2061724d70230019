/** Which groups the methods with gradients, GradMax and its inverse, are computed for. */
import { ArgumentError } from "../../errors.ts";
import type { Layer } from "../layers/graph.ts";
import { carries } from "./blocks.ts";
import type { Group, Place } from "./groups.ts";
import { runsOf } from "./numbers.ts";
import { describe } from "./passages.ts";
import type { Trace } from "./trace.ts";
import type { Zero } from "./waking.ts";

const MAKERS = ["Dense", "Conv1D", "Conv2D", "SeparableConv2D"];
const READERS = [...MAKERS, "Conv2DTranspose", "SimpleRNN", "GRU", "LSTM"];

/**
 * Checks that gradients of a group can be computed.
 *
 * @throws ArgumentError that names the layer for which they cannot, and the methods without gradients
 */
export function checkDifferentiable(trace: Trace, group: Group, zero: Zero): void {
  const refuse = (layer: Layer, detail = ""): never => {
    throw new ArgumentError(
      "method",
      `one without gradients ("split", "orthogonal", "random"), as "gradmax" has gradients of dense and convolutional ` +
        "units, called once, that are added, concatenated or passed one by one",
      describe(layer) + detail,
    );
  };
  const calls = (layer: Layer) => trace.calls.filter((call) => call.layer === layer).length;
  const check = (places: readonly Place[], known: readonly string[], does: string) => {
    for (const { use, axis } of places) {
      const { layer } = use;
      if (!known.includes(layer.getClassName()) || use.name === "recurrentKernel")
        refuse(layer, `, which ${does} the units`);
      if (calls(layer) > 1) refuse(layer, ", which is shared");
      const { runs } = runsOf(use.axes[axis]!.units!, group.block);
      if (does === "makes" && runs.length > 1)
        refuse(layer, ", which makes a unit for every position");
    }
  };
  check(group.producers, MAKERS, "makes");
  check(group.consumers, READERS, "reads");
  const makers = group.producers.map(({ use }) => use.layer);
  for (const { passage, layer } of group.calls) if (passage === "contracted") refuse(layer);
  for (const call of group.calls) {
    if (!call.outs.some(({ layout }) => carries(layout, group.block))) continue;
    const { layer, passage } = call;
    const strange = passage === "units" && !makers.includes(layer);
    const coupled = zero === "in" && (passage === "product" || passage === "extremum");
    const alone =
      passage === "product" && !call.ins.every(({ layout }) => carries(layout, group.block));
    const spatial = layer.getClassName().endsWith("Pooling3D");
    if (strange || coupled || alone || spatial) refuse(layer);
  }
}
