/**
 * The weights of one layer from the moments of its data (our formulation of Das, Bhalgat and Porikli, "Data-driven
 * Weight Initialization with Sylvester Solvers", arXiv 2105.10335; the equation is that of the Semantic AutoEncoder,
 * Kodirov et al., CVPR 2017).
 *
 * With x the centred input, s its latent code and a tied decoder,
 *
 *   J(W) = α ‖W X − S‖² + β ‖X − Wᵀ S‖² + µ ‖W‖²,
 *   ∂J/∂W = 0  ⟺  (β S Sᵀ + µ I) W + W (α X Xᵀ) = (α + β) S Xᵀ.
 *
 * The principal axes of x, which the code "pca" needs anyway, are the eigenvectors of X Xᵀ: one decomposition serves
 * both purposes. If x has many entries only the leading axes are kept (`spectrum.ts`), and W lies in their span.
 */
import { float64 } from "../../arrays.ts";
import { isSingle } from "../../arguments.ts";
import { divide } from "../../linalg/bartelsStewart.ts";
import { columns } from "../../linalg/columns.ts";
import { eigh } from "../../linalg/eigh.ts";
import { matmul } from "../../linalg/matmul.ts";
import { trace, zeros, type Matrix } from "../../linalg/matrix.ts";
import { scaled } from "../../linalg/powers.ts";
import { backwardError } from "../../linalg/sylvester.ts";
import { seedsOf } from "../draws.ts";
import { projection, type Code } from "./codes.ts";
import { regress, type Targets } from "./head.ts";
import type { Summary } from "./moments.ts";
import { preactivation } from "./preactivation.ts";
import { spectrum } from "./spectrum.ts";

export interface EncodeOptions {
  /** Weight of the encoder's error, > 0; default 1. */
  readonly alpha: number;
  /** Weight of the decoder's error, ≥ 0; default 1. */
  readonly beta: number;
  /**
   * µ divided by the sum of the mean eigenvalues of β S Sᵀ and α X Xᵀ, ≥ 0. "auto" (default) is d / 16 N: the
   * uncertainty of a covariance of d entries that is estimated from N vectors grows like d / N. The factor was tried on
   * MNIST, where it helps ten images of each digit and changes nothing for 6,000.
   *
   * Where targets are solved for: λ divided by the mean eigenvalue of X Xᵀ, and "auto" is generalized cross-validation.
   */
  readonly ridge: number | "auto";
  /**
   * How W is scaled: `"variance"` (default) to pre-activations of variance 1, mean over the units; `"he"` to ‖W‖² = 2k
   * (He et al. 2015); `"none"`: not at all.
   */
  readonly rescale: "variance" | "he" | "none";
}

/** Everything that one layer's weights depend on, as plain data, so that a worker can compute them. */
export interface Equation {
  /** Moments of z = [x, t]. */
  readonly moments: Summary;
  /** Number of entries of x, which are the first entries of z. */
  readonly inputs: number;
  /** The code that the pre-activation is to be, or targets, for which there is no decoder. */
  readonly code: Code | Targets;
  readonly options: EncodeOptions;
}

export interface Encoding {
  /** W, with a row for each unit. */
  readonly weights: Matrix<Float64Array>;
  /** −W m, with m the mean of x: the pre-activations have mean zero. */
  readonly bias: Float64Array;
  /** Variance of the pre-activation, mean over the units. */
  readonly variance: number;
  /** Backward error η_F of the solution. */
  readonly residual: number;
  /** Number of scalar equations without a unique solution; the part of W that they leave open has the smallest norm. */
  readonly singular: number;
  /** Number of rows of the code beyond the number of principal components. */
  readonly filled: number;
  /** Number of targets that have the same value in all samples. */
  readonly still?: number;
  /** Present where only the leading axes of x were kept: their number, and their share of the variance of x. */
  readonly reduced?: { readonly axes: number; readonly share: number };
}

/** Computes the weights; they are zero where the code is unrelated to the input. */
export function encode({ moments, inputs, code, options }: Equation): Encoding {
  if (code.kind === "targets") return regress(moments, inputs, code, options.ridge);
  const { alpha, beta, ridge, rescale } = options;
  const { count, mean, scatter } = moments;
  const xx = corner(scatter, inputs);
  const [forAxes, forCode] = seedsOf(code.seed, 2) as [number, number];
  const x = spectrum(xx, forAxes);
  const { matrix: p, filled } = projection({ ...code, seed: forCode }, x, scatter.rows);
  const k = p.rows;
  const sz = matmul(p, scatter);
  const ss = matmul(sz, p, { transposeB: true });
  const sx = columns(sz, 0, inputs);

  const relative = ridge === "auto" ? inputs / (16 * count) : ridge;
  const mu = relative * ((beta * trace(ss)) / k + (alpha * trace(xx)) / inputs);
  const a = zeros(k, k);
  for (let i = 0; i < k; i++) {
    // The triangles of S Sᵀ may differ by rounding, so the upper one is used for both.
    for (let j = i; j < k; j++) {
      a.data[i * k + j] = a.data[j * k + i] = beta * ss.data[i * k + j]! + (i === j ? mu : 0);
    }
  }
  const b = scale(xx, alpha);
  const c = scale(sx, alpha + beta);
  const right = { z: x.axes, values: float64(x.values, (value) => alpha * Math.max(0, value)) };
  const { values, vectors } = eigh(a);
  const { x: y, exponent, singular } = divide({ values, z: vectors }, right, c);
  const w = scaled(y, exponent);

  const solved = preactivation(w, moments).variance;
  const gain = gains[rescale](solved, energy(w) / (2 * k));
  // An input so small that its weights would be infinite in single precision carries no information.
  const finite = w.data.every((entry) => isSingle(entry * gain));
  const weights = scale(w, finite ? gain : 0);
  return {
    weights,
    bias: float64({ length: k }, (_, i) => -dot(weights, i, mean)),
    variance: finite ? solved * gain * gain : 0,
    residual: backwardError({ a, b, c, transposeB: false }, { x: w, exponent: 0 }),
    singular,
    filled,
    ...(x.axes.cols < inputs && { reduced: { axes: x.axes.cols, share: x.share } }),
  };
}

/** The first `size` rows and columns of a. */
function corner(a: Matrix<Float64Array>, size: number): Matrix<Float64Array> {
  if (size === a.rows) return a;
  const out = zeros(size, size);
  for (let i = 0; i < size; i++) {
    out.data.set(a.data.subarray(i * a.cols, i * a.cols + size), i * size);
  }
  return out;
}

/** The factor for W, given the mean variance of its pre-activations and ‖W‖² / 2k. */
const gains: Record<EncodeOptions["rescale"], (variance: number, size: number) => number> = {
  variance: (variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 1),
  he: (_, size) => (size > 0 ? 1 / Math.sqrt(size) : 1),
  none: () => 1,
};

function scale(a: Matrix<Float64Array>, factor: number): Matrix<Float64Array> {
  return { ...a, data: float64(a.data, (entry) => entry * factor) };
}

/** Σ a_ij² */
function energy(a: Matrix<Float64Array>): number {
  return a.data.reduce((total, entry) => total + entry * entry, 0);
}

function dot(a: Matrix, row: number, x: Float64Array): number {
  let sum = 0;
  for (let j = 0, at = row * a.cols; j < a.cols; j++) sum += a.data[at++]! * x[j]!;
  return sum;
}
