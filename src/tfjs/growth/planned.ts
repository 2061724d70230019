/** What `grow` checks before anything is computed. */
import { memory, Optimizer, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  checkFunction,
  checkInteger,
  checkObject,
  checkOneOf,
  checkSeed,
  checkSignal,
  checkSingle,
  known,
} from "../../arguments.ts";
import { ArgumentError, MemoryError, show } from "../../errors.ts";
import { attributes } from "../layers/attributes.ts";
import { engine } from "../layers/graph.ts";
import type { GrowOptions } from "./grow.ts";
import { groupOf } from "./groups.ts";
import { methods } from "./methods.ts";
import { plain } from "./rebuild.ts";
import { suited } from "./suited.ts";
import { traced } from "./trace.ts";
import { tensorsOf } from "./training.ts";
import { sizeOf } from "./weights.ts";

const COMMON = ["layer", "units", "method", "xs", "ys", "batchSize", "optimizer", "seed", "onProgress", "signal"] as const; // prettier-ignore

/** Largest size in bytes of the wasm backend's memory. Beyond it the backend aborts and does not recover. */
const MOST = 2 ** 31;

/** Bytes for a new weight, in single precision: its value, a temporary copy, and two slots of Adam. */
const EACH = 16;

/**
 * Checks everything that can be checked before anything is computed. Returns the layers with their sizes and the number of
 * new units for each.
 */
export function planned(
  model: LayersModel,
  options: GrowOptions,
): { name: string; units: number; size: number }[] {
  if (typeof model?.getConfig !== "function" || typeof model.fit !== "function") {
    throw new ArgumentError("model", "a LayersModel", show(model));
  }
  if (!(engine(model).optimizer as unknown)) {
    throw new ArgumentError(
      "model",
      "a compiled model: call model.compile first",
      "one that is not",
    );
  }
  checkObject("options", options);
  checkOneOf("method", options.method, Object.keys(methods));
  const method = methods[options.method];
  known(options, [...COMMON, ...method.options], "options");
  const { layer, units, batchSize = 32, gain = 1, seed } = options;
  const names = typeof layer === "string" ? [layer] : layer;
  if (!Array.isArray(names) || names.length === 0 || Object.keys(names).length < names.length) {
    throw new ArgumentError("layer", "the name of a layer, or several", show(layer));
  }
  if (Array.isArray(units) && units.length !== names.length) {
    throw new ArgumentError("units", `a number for each of ${names.length} layers`, show(units));
  }
  checkInteger("batchSize", batchSize, 1);
  if (options.optimizer === engine(model).optimizer) {
    throw new ArgumentError("optimizer", "a new one, or none", "that of the model");
  }
  // The same check as in model.compile.
  if (options.optimizer !== undefined && !(options.optimizer instanceof Optimizer)) {
    const actual = show(options.optimizer);
    throw new ArgumentError("optimizer", "a tf.Optimizer, as tf.train.adam(), or none", actual);
  }
  checkSingle("gain", gain, "positive");
  checkOneOf("statistics", options.statistics ?? "moving", ["moving", "batch"]);
  checkSeed(seed);
  checkFunction("onProgress", options.onProgress);
  checkSignal("signal", options.signal);
  if (method.data(options)) checkData(options);
  checkModel(model, method.data(options));
  const trace = traced(model);
  const jobs = names.map((name: string, i) => {
    const count = Array.isArray(units) ? units[i] : units;
    checkInteger("units", count, 1);
    const group = groupOf(trace, name);
    suited(trace, group, options, count);
    if (EACH * sizeOf(group, count) > MOST - memory().numBytes) {
      throw new MemoryError(`units: ${name} with ${count} more passes the 2 GiB of a backend`);
    }
    return { name, units: count, size: group.block.size, group };
  });
  for (const [i, { name, group }] of jobs.entries()) {
    const other = jobs.slice(0, i).find((one) => one.group.block === group.block);
    if (!other) continue;
    const expected = "layers whose units do not grow together anyway";
    throw new ArgumentError("layer", expected, `${other.name} and ${name}`);
  }
  return jobs.map(({ name, units, size }) => ({ name, units, size }));
}

function checkData({ method, xs, ys }: GrowOptions): void {
  if (!xs || !ys) {
    throw new ArgumentError("xs, ys", `a batch of data, which "${method}" needs`, "none");
  }
  tensorsOf(xs, ys);
}

/** Checks that every weight is alive and finite; if gradients are needed, also that TensorFlow.js can compute them. */
function checkModel(model: LayersModel, gradients: boolean): void {
  for (const layer of plain(model)) {
    const name = `${layer.name} (${layer.getClassName()})`;
    for (const weight of layer.weights) {
      const { isDisposed } = (weight as unknown as { val: Tensor }).val;
      if (isDisposed) throw new ArgumentError("model", "one that is not disposed", "one that is");
      if (!weight.read().dataSync<"float32">().every(Number.isFinite)) {
        const actual = `NaN or an infinity in ${weight.originalName} of ${name}`;
        throw new ArgumentError("model", "finite weights", actual);
      }
    }
    const { scale = true, center = true } = attributes(layer);
    if (gradients && layer.getClassName() === "BatchNormalization" && !(scale && center)) {
      const actual = `${name} without ${scale ? "center" : "scale"}`;
      const expected =
        "batch normalization with scale and center, without which it has no gradient";
      throw new ArgumentError("model", expected, actual);
    }
  }
}
