/**
 * Penalties on the similarity of units, as functions of a Gram matrix M = AᵀA, the units being the columns of A. Each
 * returns its value f and its slope K = ∂f/∂M, symmetric, so that ∂f/∂A = 2·A·K: only two products involve A, and
 * everything else is m x m. Values are sums in f64. A Gram matrix that is not finite has the value NaN, like any loss.
 */
import { float64 } from "../../arrays.ts";
import { checkSingle } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { matmul, triangularSolve, type Matrix } from "../../linalg/index.ts";
import { factorOf } from "./definite.ts";

type Real = Matrix<Float64Array>;

export interface Value {
  readonly value: number;
  readonly slope: Float64Array;
}

export interface PenaltyOptions {
  /** For `"energy"`: the exponent s, above 0; default 2. */
  power?: number;
  /** For `"logDet"`: the number added to the diagonal, above 0; default 1e-3. */
  epsilon?: number;
  /** For `"ncl"`: the mean square per unit from which the penalty is constant, above 0; default 1. */
  cap?: number;
}

type Penalty = (gram: Real, options: Required<PenaltyOptions>, samples: number) => Value;

/** Penalties on weights; G is the matrix of cosines, m the number of units. */
export const weightPenalties = {
  /** Mean cos² over pairs: Σ_{i≠j} G_ij² / (m (m − 1)). Our formulation. */
  cos2: (gram) => ofCosines(gram, cos2),
  /** ‖M − I‖²_F: orthogonality and unit length (Xie, Xiong and Pu, CVPR 2017; Bansal et al. 2018, SO). */
  softOrthogonality,
  /** ‖M − I‖₂, by twenty power steps (Bansal et al., NeurIPS 2018, SRIP, has two and a random start). */
  srip,
  /** −log det(G + εI) (determinantal diversity; our formulation). */
  logDet: (gram, { epsilon }) => ofCosines(gram, (g) => logDet(g, epsilon)),
  /** Mean of |uᵢ − uⱼ|⁻ˢ over pairs, u the units divided by their lengths (Liu et al., NeurIPS 2018, MHE). */
  energy: (gram, { power }) => ofCosines(gram, (g) => energy(g, power)),
  /** −(1/m) Σᵢ min_j arccos G_ij, maximal minimum angles (Wang et al., arXiv 2006.06527, MMA). */
  minAngle: (gram) => ofCosines(gram, minAngle),
} satisfies Record<string, Penalty>;

/** Penalties on activations H, N samples x m units; deCov and correlation take the Gram matrix of centred columns. */
export const activationPenalties = {
  /** ½(‖C‖²_F − ‖diag C‖²), C the covariance of the units (Cogswell et al., arXiv 1511.06068, DeCov). */
  deCov,
  /**
   * −(1/N) Σ (hᵢ − h̄)², h̄ the mean of a sample over units (Liu and Yao 1999, negative correlation learning). For relu
   * it has no lower bound; it is constant from the cap on, which is our addition.
   */
  ncl,
  /** Mean squared correlation over pairs of units. Our formulation. */
  correlation: (gram) => ofCosines(gram, cos2),
} satisfies Record<string, Penalty>;

export type WeightPenalty = keyof typeof weightPenalties;
export type ActivationPenalty = keyof typeof activationPenalties;

/** Evaluates a penalty of one of the tables above by name; `samples` is N. */
export function penalize(
  penalty: WeightPenalty | ActivationPenalty,
  gram: Real,
  { power = 2, epsilon = 1e-3, cap = 1 }: PenaltyOptions = {},
  samples = 1,
): Value {
  if (!gram.data.every(Number.isFinite)) {
    return { value: NaN, slope: float64(gram.data.length).fill(NaN) };
  }
  const penalties: Record<string, Penalty> = { ...weightPenalties, ...activationPenalties };
  return penalties[penalty]!(gram, { power, epsilon, cap }, samples);
}

export function checkPenaltyOptions(options: PenaltyOptions): void {
  for (const name of ["power", "epsilon", "cap"] as const) {
    checkSingle(name, options[name] ?? 1, "positive");
  }
}

/**
 * Turns a function of cosines into a function of the Gram matrix. With D the inverse lengths of the units, G = D·M·D
 * and S = ∂f/∂G, the slope is D·(S − diag(Σᵢ S_ij G_ij))·D. A unit of length zero has cosine 0 with every other unit
 * and no slope.
 */
function ofCosines({ rows: m, data: gram }: Real, f: (cosines: Real) => Value): Value {
  const d = float64({ length: m }, (_, i) => {
    const square = gram[i * (m + 1)]!;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
  const g = float64(m * m);
  for (let i = 0, at = 0; i < m; i++) {
    for (let j = 0; j < m; j++, at++) g[at] = i === j ? 1 : gram[at]! * d[i]! * d[j]!;
  }
  const { value, slope } = f({ rows: m, cols: m, data: g });
  for (let i = 0; i < m; i++) {
    let along = 0;
    for (let j = i * m; j < (i + 1) * m; j++) along += slope[j]! * g[j]!;
    slope[i * (m + 1)]! -= along;
  }
  for (let i = 0, at = 0; i < m; i++) {
    for (let j = 0; j < m; j++, at++) slope[at]! *= d[i]! * d[j]!;
  }
  return { value, slope };
}

/** The mean of φ(G_ij) over i ≠ j, with the slope from φ′. */
function overPairs({ rows: m, data: g }: Real, phi: (cos: number) => [number, number]): Value {
  const slope = float64(m * m);
  const count = Math.max(1, m * (m - 1));
  let value = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      const [f, derivative] = phi(g[i * m + j]!);
      value += (2 * f) / count;
      slope[i * m + j] = slope[j * m + i] = derivative / count;
    }
  }
  return { value, slope };
}

function cos2(g: Real): Value {
  return overPairs(g, (cos) => [cos * cos, 2 * cos]);
}

/** Squared distances and 1 − cos² below this are rounding errors of float32 products, and are raised to this value. */
const LEAST = 2 ** -20;

function energy(g: Real, power: number): Value {
  return overPairs(g, (cos) => {
    const square = Math.max(LEAST, 2 - 2 * cos);
    const value = square ** (-power / 2);
    return [value, (power * value) / square];
  });
}

function minAngle({ rows: m, data: g }: Real): Value {
  const slope = float64(m * m);
  let value = 0;
  for (let i = 0; m > 1 && i < m; i++) {
    let nearest = i === 0 ? 1 : 0;
    for (let j = 0; j < m; j++) if (j !== i && g[i * m + j]! > g[i * m + nearest]!) nearest = j;
    const cos = Math.min(1, Math.max(-1, g[i * m + nearest]!));
    value -= Math.acos(cos) / m;
    // Half the derivative goes to either side of the diagonal.
    const half = 0.5 / (m * Math.sqrt(Math.max(LEAST, 1 - cos * cos)));
    slope[i * m + nearest]! += half;
    slope[nearest * m + i]! += half;
  }
  return { value, slope };
}

function logDet(g: Real, epsilon: number): Value {
  const m = g.rows;
  const data = float64(g.data);
  for (let i = 0; i < m; i++) data[i * (m + 1)]! += epsilon;
  const l = factorOf({ rows: m, cols: m, data });
  if (l === undefined) {
    throw new ArgumentError("epsilon", "enough to outweigh rounding errors", show(epsilon));
  }
  let value = 0;
  for (let i = 0; i < m; i++) value -= 2 * Math.log(l.data[i * (m + 1)]!);
  const identity = float64(m * m);
  for (let i = 0; i < m; i++) identity[i * (m + 1)] = 1;
  const inverse = triangularSolve(l, { rows: m, cols: m, data: identity });
  const slope = float64(matmul(inverse, inverse, { transposeA: true }).data, (x) => -x);
  return { value, slope };
}

function lessIdentity({ rows: m, data }: Real): Float64Array {
  return float64(data, (x, at) => (at % (m + 1) === 0 ? x - 1 : x));
}

function softOrthogonality(gram: Real): Value {
  const rest = lessIdentity(gram);
  const value = rest.reduce((sum, x) => sum + x * x, 0);
  return { value, slope: float64(rest, (x) => 2 * x) };
}

/** The slope is ±v·vᵀ, with v the eigenvector that the power method finds. */
function srip(gram: Real): Value {
  const m = gram.rows;
  const data = lessIdentity(gram);
  // The start is the longest column, since a fixed start may happen to be orthogonal to the eigenvector.
  const weights = Array.from({ length: m }, (_, i) => data.subarray(i * m, (i + 1) * m).reduce((sum, x) => sum + x * x, 0)); // prettier-ignore
  const heaviest = weights.indexOf(Math.max(...weights));
  let v: Float64Array = float64(data.subarray(heaviest * m, (heaviest + 1) * m));
  let value = 0;
  for (let k = 0; k <= 20; k++) {
    const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    if (!(length > 0)) return { value: 0, slope: float64(m * m) };
    const x = float64(v, (y) => y / length);
    const image = times(data, x);
    value = image.reduce((sum, y, i) => sum + y * x[i]!, 0);
    v = k === 20 ? x : image;
  }
  const slope = float64(data, (_, at) => Math.sign(value) * v[Math.floor(at / m)]! * v[at % m]!);
  return { value: Math.abs(value), slope };
}

/** The product a·x for a symmetric a, by a plain loop: calling the kernels would copy a. */
function times(a: Float64Array, x: Float64Array): Float64Array {
  const y = float64(x.length);
  for (let i = 0, at = 0; i < x.length; i++) {
    for (let j = 0; j < x.length; j++) y[j]! += a[at++]! * x[i]!;
  }
  return y;
}

function deCov({ rows: m, data }: Real, _: unknown, samples: number): Value {
  const slope = float64(data, (x, at) => (at % (m + 1) === 0 ? 0 : x / samples ** 2));
  return { value: slope.reduce((sum, x, at) => sum + x * data[at]!, 0) / 2, slope };
}

/** With P = I − 1·1ᵀ/m, the sum of squares is the trace of M·P. */
function ncl({ rows: m, data }: Real, { cap }: { cap: number }, samples: number): Value {
  const p = float64(data, (_, at) => ((at % (m + 1) === 0 ? 1 : 0) - 1 / m) / samples);
  const value = p.reduce((sum, x, at) => sum + x * data[at]!, 0);
  if (value >= cap * m) return { value: -cap * m, slope: float64(m * m) };
  return { value: -value, slope: float64(p, (x) => -x) };
}
