/** The layers connected to the units of a layer: those that the units pass through, and those that consume them. */
import { clone, grad, scalar, tensor1d, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { activationOf, functionOf } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import {
  calls,
  consumers,
  engine,
  layerOf,
  steps,
  type Layer,
  type Step,
} from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";

/** A way from the grown layer to a layer that mixes its units. */
export interface Path {
  /** The layers on the way, in order. */
  readonly between: readonly Layer[];
  readonly consumer: Layer;
}

/** The grown layer and all its paths. */
export interface Chain {
  readonly layer: Layer;
  readonly paths: readonly Path[];
  /** The layers between on all paths, each once. */
  readonly between: readonly Layer[];
}

/** Whether a layer can be grown and can consume grown units, because it mixes channels by a kernel known to growth. */
const mixes = (layer: Layer) => ["Dense", "Conv2D"].includes(layer.getClassName());

/**
 * Finds the chain of a layer.
 *
 * @throws ArgumentError that names a layer which cannot be grown or passed through, and the reason
 */
export function chainOf(model: LayersModel, name: string): Chain {
  const layer = layerOf(model, name);
  const { outputs } = engine(model);
  const graph = steps(engine(model));
  if (!mixes(layer)) refuse(layer, "a Dense or Conv2D layer");
  const follow = (step: Step, between: readonly Layer[]): Path[] => {
    check(graph, step.layer);
    const out = step.outputs[0]!;
    if (outputs.includes(out)) {
      const way = step.layer === layer ? "" : `, whose units reach it through ${step.layer.name}`;
      refuse(layer, "a hidden layer, not an output of the model", way);
    }
    return consumers(graph, out).flatMap((next) => {
      if (mixes(next.layer)) {
        check(graph, next.layer);
        return [{ between, consumer: next.layer }];
      }
      if (!kindOf(next.layer).grows) cannotPass(layer, next.layer);
      return follow(next, [...between, next.layer]);
    });
  };
  const paths = follow(calls(graph, layer)[0]!, []);
  return { layer, paths, between: [...new Set(paths.flatMap((path) => path.between))] };
}

function cannotPass(layer: Layer, next: Layer): never {
  if (next.getClassName() === "LayerNormalization") {
    refuse(
      layer,
      `a layer without ${next.name} (LayerNormalization) behind it, whose statistics new units change`,
    );
  }
  refuse(
    layer,
    "Dense or Conv2D behind it, with only activations, dropout, noise, batch normalization, pooling, depthwise " +
      "convolutions and flattening between",
    ` feeding ${describe(next)}`,
  );
}

function check(graph: readonly Step[], layer: Layer): void {
  const { axis, dataFormat, depthMultiplier } = attributes(layer);
  if (calls(graph, layer).length > 1) refuse(layer, "layers that are called once", ", shared");
  if (dataFormat === "channelsFirst") refuse(layer, 'dataFormat "channelsLast"');
  if (layer.getClassName() === "DepthwiseConv2D" && depthMultiplier !== 1) {
    refuse(layer, "depthMultiplier 1");
  }
  const last = ((layer.output as SymbolicTensor).shape ?? []).length - 1;
  const axes = [axis].flat();
  const overLast = axes.length === 1 && (axes[0] === -1 || axes[0] === last);
  if (layer.getClassName() === "BatchNormalization" && !overLast) {
    refuse(layer, "batch normalization of the last axis", ` over axis ${axes.join(", ")}`);
  }
}

const describe = (layer: Layer) => `${layer.name} (${layer.getClassName()})`;

function refuse(layer: Layer, expected: string, detail = ""): never {
  throw new ArgumentError("layer", expected, describe(layer) + detail);
}

/** Whether the layer's activation is the stock relu, which has gradient 0 at 0. */
export function isRelu(layer: Layer): boolean {
  const activation = activationOf(layer);
  return activation?.name === "relu" && activation.parameter === undefined;
}

/** f(0) and f′(0) of an activation; both NaN if f is not a function of single numbers, such as softmax. */
export function atZero(f: (x: Tensor) => Tensor): { value: number; slope: number } {
  return tidy(() => {
    const single = (x: number) => f(tensor1d([x])).dataSync()[0]!;
    const both = f(tensor1d([0.5, -0.75])).dataSync();
    // Vectorized and scalar code of a backend may round differently.
    const alike = (a: number, b: number) => Math.abs(a - b) <= 1e-5;
    if (!alike(both[0]!, single(0.5)) || !alike(both[1]!, single(-0.75))) {
      return { value: NaN, slope: NaN };
    }
    // The copy is needed because a linear activation returns its argument itself.
    const slope = grad((x) => f(clone(x)))(scalar(0)).dataSync()[0]!;
    return { value: single(0), slope };
  });
}

/** How the activations of a chain let new units begin to learn. */
export interface Waking {
  /** Names of the layers whose relu is replaced by relu1. */
  readonly relu1: readonly string[];
  /** The product of the slopes f′(0) of the activations. */
  readonly slope: number;
}

/** The side, incoming or outgoing, on which alone the weights of new units are zero; undefined for both or neither. */
export type Zero = "in" | "out" | undefined;

/** The methods to recommend in errors, by the side that is zero. */
const OTHERS = {
  in: '"orthogonal" with side "in" or "pair", "gradmax" or "random" with inverse: true',
  out: '"split", "orthogonal" with side "out" or "pair", "gradmax" or "random" without inverse',
};

/**
 * Checks that new units can begin to learn: that their zero weights are trained, and that the activations on their way
 * suit them.
 *
 * @param zero the side that is zero; zero incoming weights need activations with f(0) = 0 and f′(0) ≠ 0
 * @throws ArgumentError that names the layer and the methods that work with it
 */
export function waking(chain: Chain, zero: Zero): Waking {
  checkTrained(chain, zero);
  const relu1: string[] = [];
  let slope = 1;
  for (const layer of [chain.layer, ...chain.between]) {
    const f = functionOf(layer);
    if (f === undefined) continue;
    const at = atZero(f);
    const kind = `${describe(layer)}, ${attributes(layer).activation?.getClassName() ?? "its own"}`;
    if (Number.isNaN(at.value)) {
      throw new ArgumentError("layer", "activations that act on every unit for itself", kind);
    }
    if (zero !== "in") continue;
    if (isRelu(layer)) relu1.push(layer.name);
    else if (at.value !== 0 || at.slope === 0) {
      throw new ArgumentError(
        "method",
        `one whose new incoming weights are not zero ("split", ${OTHERS.in}), as zero ones need an activation ` +
          "with f(0) = 0 and f′(0) ≠ 0",
        `f(0) = ${at.value} and f′(0) = ${at.slope} in ${kind}`,
      );
    } else slope *= at.slope;
  }
  return { relu1, slope };
}

/** Checks that zero weights are not in frozen layers, where they would stay zero and the units without effect. */
function checkTrained({ layer, paths }: Chain, zero: Zero): void {
  if (zero === undefined) return;
  const ends = zero === "in" ? [layer] : paths.map(({ consumer }) => consumer);
  if (!ends.every((end) => end.trainableWeights.length === 0)) return;
  const side = zero === "in" ? "incoming" : "outgoing";
  throw new ArgumentError(
    "method",
    `one whose new ${side} weights are not zero (${OTHERS[zero]}), as zeros in a frozen layer stay zero`,
    `${ends.map(describe).join(", ")}, frozen`,
  );
}
