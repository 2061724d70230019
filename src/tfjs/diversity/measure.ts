import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { dispose } from "@tensorflow/tfjs-core";
import { float32 } from "../../arrays.ts";
import { checkFlag, known } from "../../arguments.ts";
import { diversityOf, type Diversity } from "../../init/diversity/metrics.ts";
import { unitsOf } from "../../init/units.ts";
import type { Matrix } from "../../linalg/index.ts";
import { checkInputs } from "../layers/graph.ts";
import { kernelsOf, watching } from "./kernels.ts";

/** One kernel of a model, or the activations of one layer. */
export interface LayerDiversity extends Diversity {
  /** The layer's name. */
  readonly layer: string;
  /** The weight's name, or "activations". */
  readonly of: string;
}

/**
 * Measures how different the units of a model are: in every kernel and, if inputs are given, in the activations of
 * every layer that has a kernel.
 *
 * The units of a kernel are its output channels. A depthwise kernel is measured on the input channel whose filters
 * are most alike. Activations of rank above 2 count every position as a sample.
 *
 * @param model the model; wrappers and inner models are included, layers without a kernel are left out
 * @param xs inputs on which the activations are measured, in batches of 32 as by `model.predict`
 * @param options.spectrum `false` leaves out effectiveRank and logDet, which take an eigenproblem each; default true
 * @returns one entry for each kernel, then one for the activations of each layer
 * @throws ArgumentError if `model` is not a model, or (named after the weight or the layer) for a NaN or infinite
 *   weight or activation
 */
export function diversity(
  model: LayersModel,
  xs?: Tensor | Tensor[],
  options: { spectrum?: boolean } = {},
): LayerDiversity[] {
  const { spectrum = true } = known(options, ["spectrum"]);
  checkFlag("spectrum", spectrum);
  const kernels = kernelsOf(model);
  checkInputs(model, xs);
  const found = kernels.map(({ layer, name, weight, layout }): LayerDiversity => {
    const groups = unitsOf(weight.read().dataSync() as Float32Array, layout);
    const measured = groups.map((units) => diversityOf(units, { spectrum, name }));
    const worst = measured.reduce((a, b) => (b.meanCos2 > a.meanCos2 ? b : a));
    return { layer: layer.name, of: name.slice(name.lastIndexOf("/") + 1), ...worst };
  });
  if (xs === undefined) return found;
  const layers = [...new Set(kernels.map(({ layer }) => layer))];
  const outputs = new Map<string, Matrix<Float32Array>[]>(layers.map(({ name }) => [name, []]));
  watching(
    layers,
    ({ name }, output) => outputs.get(name)!.push(samplesOf(output)),
    () => dispose(model.predict(xs)),
  );
  for (const [layer, parts] of outputs) {
    const units = transposed(parts);
    found.push({ layer, of: "activations", ...diversityOf(units, { spectrum, name: layer }) });
  }
  return found;
}

function samplesOf(output: Tensor): Matrix<Float32Array> {
  const cols = output.shape.at(-1)!;
  return { rows: output.size / cols, cols, data: output.dataSync<"float32">() };
}

/** Joins batches of samples into one matrix with a row for each unit. */
function transposed(parts: Matrix<Float32Array>[]): Matrix<Float32Array> {
  const [rows, cols] = [parts[0]?.cols ?? 0, parts.reduce((sum, part) => sum + part.rows, 0)];
  const data = float32(rows * cols);
  let sample = 0;
  for (const part of parts) {
    for (let i = 0; i < part.rows; i++, sample++) {
      for (let j = 0; j < rows; j++) data[j * cols + sample] = part.data[i * rows + j]!;
    }
  }
  return { rows, cols, data };
}
