/**
 * One view of the linear maps inside of layers: vectors enter, at one or many positions of a sample, and are multiplied
 * by the weights of the units.
 *
 *   Dense                 the last axis is the vector, the other axes are positions
 *   Conv1D, Conv2D        the vector is the patch at an output position
 *   DepthwiseConv2D       one group for each channel; the vector is that channel of the patch
 *   SeparableConv2D       two stages: depthwise, then pointwise on the depthwise outputs of the patch
 */
import { tensor, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { float32, float64 } from "../../arrays.ts";
import { kernelOf, layoutOf, unitsOf, type Layout } from "../../init/units.ts";
import { patch } from "../../init/data/patches.ts";
import { axisOf, type Axis } from "../../linalg/conv/axis.ts";
import { size } from "../../init/shape.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";
import { attributes } from "../layers/attributes.ts";
import { axesOf } from "../layers/axes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";

/** Where the patches of a convolution lie on a sample of a given shape. */
interface Grid {
  readonly rows: Axis;
  readonly cols: Axis;
  readonly channels: number;
}

/** One linear map of a layer, with its kernel and bias. */
export class Stage {
  readonly name: string;
  readonly shape: readonly number[];
  /** Units, inputs and groups of the kernel; each group is an independent problem. */
  readonly layout: Layout;

  /**
   * @param window the grid of patches on a sample; null if the last axis is the vector and the other axes are positions
   * @param before returns the map that is applied to patches before the kernel
   */
  constructor(
    private readonly kernel: LayerVariable,
    readonly bias: LayerVariable | undefined,
    private readonly window: ((shape: readonly number[]) => Grid) | null,
    depthwise = false,
    private readonly before: () => (patch: Float64Array) => Float64Array = () => (patch) => patch,
  ) {
    this.name = kernel.originalName.split("/").at(-1)!;
    this.shape = kernel.shape as number[];
    this.layout = layoutOf(this.shape, depthwise);
  }

  /** Number of positions on a sample of this shape (without the batch axis). */
  positions(shape: readonly number[]): number {
    if (this.window === null) return size(shape.slice(0, -1));
    const { rows, cols } = this.window(shape);
    return rows.output * cols.output;
  }

  /**
   * Gathers the vectors of a batch: one matrix for each group, with one vector per row, sample after sample.
   *
   * @param data the values of the samples, each of `shape`
   * @param chosen for each sample the positions of its vectors
   */
  gather(
    data: Float32Array,
    shape: readonly number[],
    chosen: readonly (readonly number[])[],
  ): Matrix<Float64Array>[] {
    const { groups, inputs } = this.layout;
    const height = chosen.reduce((total, positions) => total + positions.length, 0);
    const vectors = Array.from({ length: groups }, () => zeros(height, inputs));
    const visit = this.visitor(shape);
    let at = 0;
    chosen.forEach((positions, sample) => {
      for (const position of positions) {
        const values = visit(data, sample, position);
        for (let g = 0; g < groups; g++) {
          const to = vectors[g]!.data;
          for (let i = 0; i < inputs; i++) to[at + i] = values[i * groups + g]!;
        }
        at += inputs;
      }
    });
    return vectors;
  }

  /** Returns a function that reads the vector at a position of a sample, in the kernel's order. */
  private visitor(
    shape: readonly number[],
  ): (data: Float32Array, sample: number, position: number) => Float32Array | Float64Array {
    const [each, length] = [size(shape), shape.at(-1)!];
    if (this.window === null) {
      return (data, sample, position) => {
        const from = sample * each + position * length;
        return data.subarray(from, from + length);
      };
    }
    const { rows, cols, channels } = this.window(shape);
    const buffer = float64(rows.kernel * cols.kernel * channels);
    const before = this.before();
    return (data, sample, position) => {
      const image = data.subarray(sample * each, (sample + 1) * each);
      patch(image, rows, cols, channels, position, buffer);
      return before(buffer);
    };
  }

  get variable(): Variable {
    return this.kernel.read() as Variable;
  }

  /** The weights of every group, one unit per row. */
  async read(): Promise<Matrix<Float64Array>[]> {
    return unitsOf(await this.kernel.read().data<"float32">(), this.layout);
  }

  /** Sets the kernel; also the bias, if biases are given and the layer has one. */
  write(weights: readonly Matrix[], biases?: readonly Float64Array[]): void {
    assign(this.kernel, kernelOf(weights, this.layout));
    if (biases && this.bias) assign(this.bias, float32(biases.flatMap((b) => [...b])));
  }
}

/** The stages of a layer; none for layers other than those listed at the top of this file. */
export function stages(layer: Layer): Stage[] {
  const of = attributes(layer);
  const bias = of.bias ?? undefined;
  const { map, axes } = kindOf(layer);
  if (axes === 3) return [];
  switch (map) {
    case "dense":
      return [new Stage(of.kernel!, bias, null)];
    case "convolution":
      return [new Stage(of.kernel!, bias, gridOf(layer))];
    case "depthwise":
      return [new Stage(of.depthwiseKernel!, bias, gridOf(layer), true)];
    case "separable": {
      const filtered = () => filter(of.depthwiseKernel!.read());
      return [
        new Stage(of.depthwiseKernel!, undefined, gridOf(layer), true),
        new Stage(of.pointwiseKernel!, bias, gridOf(layer), false, filtered),
      ];
    }
    default:
      return [];
  }
}

/** Applies a depthwise kernel (tap, channel, unit) to patches (tap, channel); the result is (channel, unit). */
function filter(kernel: Tensor): (patch: Float64Array) => Float64Array {
  const [, , channels, units] = kernel.shape as [number, number, number, number];
  const weights = kernel.dataSync();
  return (patch) => {
    const out = float64(channels * units);
    for (let i = 0, at = 0; i < patch.length; i++) {
      const first = (i % channels) * units;
      for (let u = 0; u < units; u++) out[first + u]! += patch[i]! * weights[at++]!;
    }
    return out;
  };
}

/** The grid of a convolution with one or two axes. */
function gridOf(layer: Layer): (shape: readonly number[]) => Grid {
  return (shape) => {
    const [rows, cols = POINT] = axesOf(layer, shape.slice(0, -1));
    return { rows: rows!, cols, channels: shape.at(-1)! };
  };
}

/** A single point, as the second axis of the grid of a sequence, which has only one axis. */
const POINT = /* @__PURE__ */ axisOf(1, 1, 1, 1, "valid");

/** Writes new values into a weight. */
export function assign(variable: LayerVariable, values: Float32Array): void {
  const value = tensor(values, variable.shape as number[]);
  try {
    variable.write(value);
  } finally {
    value.dispose();
  }
}
