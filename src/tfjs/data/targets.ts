/** The values that the pre-activations of a stage should take: the targets for a head, else the requested code. */
import { ArgumentError, show } from "../../errors.ts";
import { seedsOf } from "../../init/draws.ts";
import type { Equation } from "../../init/data/encode.ts";
import type { Link } from "../../init/data/head.ts";
import { besides } from "../../linalg/columns.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { normal } from "../../linalg/normal.ts";
import type { Head } from "./heads.ts";
import type { Labels } from "./labels.ts";
import type { Checked, CodeFunction } from "./options.ts";
import type { Linear, Task } from "./plan.ts";
import type { Stage } from "./stages.ts";

/** A batch of the vectors that enter a stage, with their positions and labels. */
export interface Gathered {
  /** A matrix for each group, with one vector per row. */
  readonly vectors: readonly Matrix<Float64Array>[];
  /** The positions of the vectors, sample by sample. */
  readonly chosen: readonly (readonly number[])[];
  /** Number of positions that a sample has. */
  readonly available: number;
  readonly labels: LabelsOf<Labels>;
}

/** One entry for each output of the model, undefined for outputs without labels. */
export type LabelsOf<T> = readonly (T | undefined)[];

/** The properties of labels that hold for all batches. */
export type LabelShape = Pick<Labels, "size" | "single">;

/** Values that a code computes for each batch, in addition to the vectors that enter a stage. */
export interface Streamed {
  readonly width: number;
  values(x: Matrix<Float64Array>, batch: Gathered): Matrix;
}

export interface Target {
  readonly code: Equation["code"];
  readonly streamed?: Streamed;
  /** Whether the targets are those of the mean over all positions of a sample. */
  readonly pooled?: boolean;
}

/**
 * Chooses the code of a stage: the targets for the last stage of a head with labels, else the code of the options.
 *
 * @param shapes shapes of the labels
 * @throws ArgumentError for labels that are missing or do not fit the units of a head
 */
export function target(
  { head, layer, oneSided, stages }: Linear,
  stage: Stage,
  shapes: LabelsOf<LabelShape>,
  { code, seed }: Pick<Checked, "code" | "seed">,
): Target {
  const last = stage === stages.at(-1);
  const { units } = stage.layout;
  const shape = head && last ? shapes[head.output] : undefined;
  if (shape) {
    const link = linkFor(head!, units);
    const intercept = stage.bias !== undefined;
    return {
      code: { kind: "targets", link, intercept, seed },
      streamed: { width: units, values: targets(head!, shape, units, layer.name) },
      pooled: head!.at === "mean",
    };
  }
  const common = { units, oneSided: last && oneSided, seed };
  const width = shapes.reduce((sum, one) => sum + (one?.single ? one.size : 0), 0);
  if (typeof code === "function") {
    const streamed = { width: units, values: checkedCode(code, units, layer.name) };
    return { code: { kind: "streamed", ...common }, streamed };
  }
  switch (code) {
    case "labels":
      if (width === 0) {
        const given = shapes.some((one) => one) ? "others" : "none";
        const expected = 'labels of shape [samples] or [samples, width] for the code "labels"';
        throw new ArgumentError("ys", expected, given);
      }
      return {
        code: { kind: "labels", ...common },
        streamed: { width, values: (_, batch) => labelVectors(batch)! },
      };
    case "random": {
      let next = seed;
      const values: Streamed["values"] = ({ rows }) => {
        const [own, rest] = seedsOf(next, 2) as [number, number];
        next = rest;
        return normal(rows, units, { seed: own, dtype: "float64" });
      };
      return { code: { kind: "streamed", ...common }, streamed: { width: units, values } };
    }
    default:
      return { code: { kind: code, ...common } };
  }
}

/** Notes on labels that no layer has used, with the reasons. */
export function unused(
  tasks: readonly Task[],
  outputs: readonly Head[],
  names: readonly string[],
  shapes: LabelsOf<LabelShape>,
  { method, code }: Pick<Checked, "method" | "code">,
): string[] {
  return outputs.flatMap(({ output, step, why }) => {
    const shape = shapes[output];
    if (shape === undefined) return [];
    const linear = tasks.filter((task) => task.kind === "linear");
    const coded = shape.single && (code === "labels" || typeof code === "function");
    const solved = linear.some(({ head }) => head?.output === output);
    if (method === "sylvester" && (solved || (coded && linear.some(({ head }) => !head))))
      return [];
    const left = tasks.find((task) => task.kind === "left" && task.layer === step?.layer);
    const reason =
      method !== "sylvester"
        ? `the method is "${method}"`
        : (why ??
          (left?.kind === "left"
            ? `${left.layer.name} is left alone (${left.why})`
            : `${step!.layer.name} is set for another call of it`));
    return [`ys of ${names[output]} not used: ${reason}`];
  });
}

/** The link of a head; the identity where the layer's units are no multiple of the classes of the softmax. */
function linkFor({ link }: Head, units: number): Link {
  const broken = link.kind === "softmax" && units % link.classes !== 0;
  return broken ? { kind: "identity" } : link;
}

/** The targets of a head's units. A single label vector of a sample is used at all positions. */
function targets(
  { output, at }: Head,
  { size }: LabelShape,
  units: number,
  layer: string,
): Streamed["values"] {
  const refuse = (positions: number): never => {
    const where = positions > 1 ? ` at each of ${positions} positions` : "";
    const expected = `label vectors of ${units} entries${where}, the units of ${layer}`;
    throw new ArgumentError("ys", expected, `${size} numbers a sample`);
  };
  if (at === "each" ? size % units !== 0 : size !== units) refuse(1);
  return (_, { labels, chosen, available }) => {
    if (size !== units && size !== available * units) refuse(available);
    return labels[output]!.at(chosen, units);
  };
}

/** The label vectors of all outputs side by side, one row for each vector that enters the stage. */
function labelVectors({ labels, chosen }: Gathered): Matrix<Float64Array> | undefined {
  const parts = labels.flatMap((one) => (one?.single ? [one.at(chosen, one.size)] : []));
  return parts.length > 0 ? parts.reduce((all, part) => besides(all, part)) : undefined;
}

function checkedCode(code: CodeFunction, units: number, layer: string): Streamed["values"] {
  return (x, batch) => {
    const s = code(x, labelVectors(batch), units, layer);
    if (s?.rows !== x.rows || s.cols !== units || s.data?.length !== x.rows * units) {
      const expected = `a function that returns a ${x.rows} x ${units} matrix`;
      throw new ArgumentError("code", expected, show(s));
    }
    if (!s.data.every(Number.isFinite)) {
      throw new ArgumentError("code", "finite values", "a NaN or an infinity");
    }
    return s;
  };
}
