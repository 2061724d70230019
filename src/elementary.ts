/**
 * exp, log, log1p, tanh, arctan, and the density and distribution function of the normal distribution in plain IEEE arithmetic
 * (+ − · / alone): the same bits on every machine, which `Math` does not promise. These functions are for computations
 * that decide weights, and are not made for speed.
 *
 * Series and continued fractions are cut where the remainder is below a quarter of u = 2^-53. The tests compare with
 * mpmath and hold the relative errors below 4 u, with two exceptions: 4 (2 + x²) u for the density, because x² is
 * rounded, and for the distribution function below 0: 200 u down to -2.5, where the series cancels, then 4 (4 + x²) u.
 */

/** 1/n!, n = 2 … 14: |r| < 0.35 leaves r^15/15! < 1e-19. */
const TAYLOR = /* @__PURE__ */ Array.from({ length: 13 }, (_, n) => 1 / factorial(n + 2));

/** ln 2 in two parts, the first with 21 bits to spare, so that k · LN2_HIGH is exact for every exponent. */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LOG2_E = 1.4426950408889634;

/** Terms of artanh s / s = 1 + s²/3 + s⁴/5 + …: |s| ≤ 1/3 leaves 9^-18 / 37. */
const ARTANH = /* @__PURE__ */ Array.from({ length: 18 }, (_, n) => 1 / (2 * n + 1));

/** π/4 */
const QUARTER = 0.7853981633974483;

const ROOT_2_PI = 2.5066282746310002;

/** The point where the distribution function's series gives way to the continued fraction, and the latter's depth. */
const TAIL = 2.5;
const DEPTH = 80;

/** e^x; 0 below -745.13, ∞ above 709.78. */
export function exp(x: number): number {
  if (x < -746) return 0;
  if (x > 710) return Infinity;
  const k = Math.round(x * LOG2_E);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Scaled in two steps, because 2^k alone may not be a normal number.
  const half = k >> 1;
  return (1 + reduced(r)) * power2(half) * power2(k - half);
}

/** e^x − 1, accurate also where it is near zero. */
export function expm1(x: number): number {
  return Math.abs(x) < 0.35 ? reduced(x) : exp(x) - 1;
}

/** log(1 + x) for −1/2 ≤ x ≤ 1. */
export function log1p(x: number): number {
  const s = x / (2 + x);
  return 2 * s * horner(ARTANH, s * s);
}

/** log x of a finite x > 0: k ln 2 + log(1 + (m − 1)), where x = 2^k m with m from 2/3 to 4/3. */
export function log(x: number): number {
  // The exponent can be read from the bits of normal numbers only.
  if (x < 2 ** -1022) return log(x * 2 ** 54) - 54 * LN2_LOW - 54 * LN2_HIGH;
  whole.setFloat64(0, x);
  let k = (whole.getUint32(0) >>> 20) - 1023;
  let m = x / power2(k);
  if (m > 4 / 3) [k, m] = [k + 1, m / 2];
  return log1p(m - 1) + k * LN2_LOW + k * LN2_HIGH;
}

/**
 * arctan x: π/4 + atan((x − 1)/(x + 1)) above √2 − 1, the angle halved once more by s / (1 + √(1 + s²)), then the
 * series: |s| ≤ 0.2 leaves s^36/37.
 */
export function atan(x: number): number {
  if (x < 0) return -atan(-x);
  if (x > 1) return 2 * QUARTER - atan(1 / x);
  const far = x > 0.4142;
  const t = far ? (x - 1) / (x + 1) : x;
  const s = t / (1 + Math.sqrt(1 + t * t));
  const rest = 2 * s * horner(ARTANH, -s * s);
  return far ? QUARTER + rest : rest;
}

export function tanh(x: number): number {
  const e = expm1(-2 * Math.abs(x));
  const t = -e / (2 + e);
  return x < 0 ? -t : t;
}

/** Density of N(0, 1). */
export function normalDensity(x: number): number {
  return exp(-0.5 * x * x) / ROOT_2_PI;
}

/** Distribution function of N(0, 1): φ(x) (x + x³/3 + x⁵/(3·5) + …) near 0, Mills' ratio farther out. */
export function normalDistribution(x: number): number {
  const size = Math.abs(x);
  if (size < TAIL) {
    let [sum, term] = [0, x];
    for (let n = 3; sum + term !== sum; n += 2) {
      sum += term;
      term *= (x * x) / n;
    }
    return 0.5 + normalDensity(x) * sum;
  }
  // Φ(−x) = φ(x) / (x + 1 / (x + 2 / (x + 3 / …)))
  let fraction = size;
  for (let n = DEPTH; n > 0; n--) fraction = size + n / fraction;
  const tail = normalDensity(x) / fraction;
  return x < 0 ? tail : 1 - tail;
}

/** e^r − 1 for |r| < 0.35, with the small terms summed first. */
function reduced(r: number): number {
  return r + r * r * horner(TAYLOR, r);
}

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let n = coefficients.length - 1; n >= 0; n--) sum = sum * x + coefficients[n]!;
  return sum;
}

/** 2^k for −1022 ≤ k ≤ 1023; the lower word of `bits` is always zero. */
function power2(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  return bits.getFloat64(0);
}

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));
const whole = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
