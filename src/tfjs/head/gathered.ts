/** The samples of several tensors or pictures as one batch, which is learnt or forgotten as a whole or not at all. */
import { float32 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import { features, type Base, type Features, type Inputs, type RunOptions } from "./features.ts";
import { labelsOf, read, valuesOf } from "./labels.ts";

/** Samples with a label, or a row of numbers, for each. */
export interface Gathered {
  readonly features: Features;
  readonly labels: readonly unknown[];
}

/** @param classifies whether labels are those of classes, or else numbers */
export async function gathered(
  base: Base | undefined,
  inputs: Inputs,
  labels: unknown,
  classifies: boolean,
  run: RunOptions | undefined,
): Promise<Gathered> {
  const parts: Features[] = [];
  const all: unknown[] = [];
  for await (const { labels: given, ...part } of features(base, inputs, labels, run)) {
    const { labels: own } = await read(given);
    const size = parts[0]?.size ?? part.size;
    if (part.size !== size) {
      throw new ArgumentError("inputs", `${size} features a sample`, `${part.size}`);
    }
    for (const one of classifies ? labelsOf(own, part.count) : rows(own, part.count)) all.push(one);
    parts.push(part);
  }
  if (parts.length === 0) throw new ArgumentError("inputs", "at least one sample", "none");
  return { features: parts.length === 1 ? parts[0]! : joined(parts, all.length), labels: all };
}

function joined(parts: readonly Features[], count: number): Features {
  const { size } = parts[0]!;
  const x = float32(count * size);
  let at = 0;
  for (const part of parts) {
    x.set(part.x, at);
    at += part.x.length;
  }
  return { x, count, size };
}

function rows(given: unknown, count: number): number[][] {
  const { width, values } = valuesOf(given, count);
  return Array.from({ length: count }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
}
