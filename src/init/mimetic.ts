import { float32 } from "../arrays.ts";
import { checkInteger, checkObject, checkOneOf, checkSeed, checkSingle, known } from "../arguments.ts"; // prettier-ignore
import { ArgumentError, show } from "../errors.ts";
import { draw } from "../linalg/draw.ts";
import { svd } from "../linalg/svd.ts";
import { seedsOf } from "./draws.ts";
import { checkShape } from "./shape.ts";

/** The projections of an attention layer, in the order in which they are applied. */
export const projections = ["query", "key", "value", "output"] as const;
export type Projection = (typeof projections)[number];

/** A product of two projections is alpha · Z + beta · I, with Z Gaussian of variance 1/d. */
export interface Blend {
  alpha?: number;
  beta?: number;
}

export interface MimeticOptions {
  /** Number of heads, which divides the last axis of the kernels of queries and keys; default 1. */
  heads?: number;
  /** W_q W_kᵀ of each head; default { alpha: 0.7, beta: 0.7 }. */
  queryKey?: Blend;
  /** W_v W_o; default { alpha: 0.4, beta: −0.4 }. */
  valueOutput?: Blend;
  /** Integer from 0 to 2^53 − 1, which the four projections of a layer share; default 0. */
  seed?: number;
}

/**
 * Makes one of the four projection kernels of a self-attention layer, such that, for d the width of the model,
 *
 *   W_q W_kᵀ ≈ α Z + β I for each head,   W_v W_o ≈ α′ Z′ + β′ I,   Z, Z′ d x d with entries from N(0, 1/d).
 *
 * With A = U S Vᵀ the matrix on the right, the factors are U √S and V √S, cut to the width of a head: their product is
 * the best approximation of A of that rank. The defaults give positions a preference for themselves and take a part of
 * the signal back, as in trained transformers of images.
 *
 * @param shape of "query" and "key" [d, heads · width], of "value" [d, width], of "output" [width, d]; width ≤ d
 * @returns the kernel, row-major
 * @throws ArgumentError for a bad shape or option; MemoryError
 *
 * @remarks
 * Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers", ICML 2023, section 3; the defaults are the
 * paper's for vision.
 */
export function mimetic(
  shape: readonly number[],
  projection: Projection,
  options: MimeticOptions = {},
): Float32Array {
  checkMimetic(projection, options);
  checkShape(shape, 2, 2);
  const { heads = 1, seed = 0 } = options;
  const [rows, cols] = shape as [number, number];
  const kernel = float32(rows * cols);
  const paired = projection === "query" || projection === "key";
  const parts = paired ? heads : 1;
  const [d, all] = projection === "output" ? [cols, rows] : [rows, cols];
  const width = all / parts;
  if (all % parts !== 0 || width > d) {
    const expected = `${paired ? `${parts} heads` : "projections"} no wider than ${d}`;
    throw new ArgumentError("shape", expected, show(shape));
  }
  if (kernel.length === 0) return kernel;
  const { alpha, beta } = blend(projection, options);
  // The first seed is that of the values, so that a seed means the same whatever the number of heads.
  const seeds = seedsOf(seed, heads + 1);
  for (let head = 0; head < parts; head++) {
    const a = draw(d * d, { kind: "normal", scale: alpha / Math.sqrt(d), seed: seeds[paired ? head + 1 : 0] }); // prettier-ignore
    for (let i = 0; i < d; i++) a[i * (d + 1)]! += beta;
    const { u, s, v } = svd({ rows: d, cols: d, data: a });
    const { data } = projection === "query" || projection === "value" ? u : v;
    for (let j = 0; j < width; j++) {
      const root = Math.sqrt(s[j]!);
      for (let i = 0; i < d; i++) {
        const at = projection === "output" ? j * cols + i : i * cols + head * width + j;
        kernel[at] = data[i * d + j]! * root;
      }
    }
  }
  return kernel;
}

function blend(projection: Projection, options: MimeticOptions): Required<Blend> {
  if (projection === "query" || projection === "key") {
    const { alpha = 0.7, beta = 0.7 } = options.queryKey ?? {};
    return { alpha, beta };
  }
  const { alpha = 0.4, beta = -0.4 } = options.valueOutput ?? {};
  return { alpha, beta };
}

/** Throws an ArgumentError for options that are invalid whatever the shape. */
export function checkMimetic(projection: Projection, options: MimeticOptions): void {
  const { heads = 1, queryKey = {}, valueOutput = {}, seed } = options;
  checkOneOf("projection", projection, projections);
  checkInteger("heads", heads, 1, 2 ** 20);
  for (const [name, one] of Object.entries({ queryKey, valueOutput })) {
    checkObject(name, one);
    const { alpha = 0, beta = 0 } = known(one, ["alpha", "beta"], name);
    checkSingle(`${name}.beta`, beta);
    checkSingle(`${name}.alpha`, alpha);
    // No draw exceeds seven standard deviations.
    checkSingle(`${name}.alpha`, 7 * alpha);
  }
  checkSeed(seed);
}
