/** Polynomials, given by their coefficients in ascending powers: c₀ + c₁x + … + c_n xⁿ. */
import { float64 } from "../arrays.ts";
import { ArgumentError, show } from "../errors.ts";
import { allocate, frame } from "../wasm/memory.ts";

/** Complex numbers as two arrays of one length: real and imaginary parts. */
export interface Complex {
  readonly re: ArrayLike<number>;
  readonly im: ArrayLike<number>;
}

/** Real numbers, or complex numbers by their real and imaginary parts. */
export type Numbers = ArrayLike<number> | Complex;

/** The result of a computation on complex numbers: real and imaginary parts. */
export interface ComplexArrays {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Evaluates a polynomial at given points.
 *
 * @param coefficients ascending; no coefficients are the zero polynomial
 * @param x the points
 * @returns real values if coefficients and points are real, otherwise { re, im }
 *
 * @remarks
 * Compensated Horner scheme (Graillat and Ménissier-Morain, Inf. Comput. 216, 2012): as if computed in twice the
 * precision and rounded once. The error is at most u |p(x)| + 12 (n + 1)² u² Σ |c_k| |x|^k, u = 2⁻⁵³, unless an
 * intermediate result over- or underflows.
 *
 * @throws ArgumentError for anything but numbers or { re, im }
 */
export function polyval(coefficients: ArrayLike<number>, x: ArrayLike<number>): Float64Array;
export function polyval(coefficients: Numbers, x: Numbers): ComplexArrays;
export function polyval(coefficients: Numbers, x: Numbers): Float64Array | ComplexArrays {
  const [c, points] = [interleaved("coefficients", coefficients), interleaved("x", x)];
  const count = points.length / 2;
  const values = frame("float64", (f) => {
    const a = f.put(c);
    const at = f.put(points);
    const bounds = f.alloc(c.length / 2);
    f.kernels.polyval(c.length / 2 - 1, a, bounds, count, at);
    return f.take(at, 2 * count, points);
  });
  const parts = separated(values);
  return isReal(coefficients) && isReal(x) ? parts.re : parts;
}

/**
 * Computes the coefficients, ascending, of the monic polynomial Π (x − x_j) that has the given roots.
 *
 * @param roots x_j, real numbers or complex ones by their parts
 * @returns real coefficients if the roots are real, otherwise { re, im }
 *
 * @remarks
 * The product is expanded factor by factor; the error of c_k is at most 4 n u times the coefficient c_k of
 * Π (x + |x_j|). Neighbours that are exactly conjugate, as `roots` returns them, form one real factor: the roots of a
 * real polynomial give imaginary parts that are exactly zero.
 *
 * @throws ArgumentError for anything but finite numbers or { re, im } of them, or when a coefficient or an intermediate
 *   result overflows
 */
export function polyfromroots(roots: ArrayLike<number>): Float64Array;
export function polyfromroots(roots: Numbers): ComplexArrays;
export function polyfromroots(roots: Numbers): Float64Array | ComplexArrays {
  const pairs = interleaved("roots", roots);
  if (!pairs.every(Number.isFinite)) {
    throw new ArgumentError("roots", "finite numbers", "a NaN or an infinity");
  }
  const z = separated(pairs);
  const n = z.re.length;
  const c = { re: float64(n + 1), im: float64(n + 1) };
  c.re[0] = 1;
  for (let j = 0; j < n; j++) {
    const [x, y] = [z.re[j]!, z.im[j]!];
    if (y !== 0 && z.re[j + 1] === x && z.im[j + 1] === -y) {
      j++;
      for (const part of [c.re, c.im]) {
        for (let k = j + 1; k >= 0; k--) {
          part[k] = (x * x + y * y) * part[k]! - 2 * x * (part[k - 1] ?? 0) + (part[k - 2] ?? 0);
        }
      }
    } else {
      for (let k = j + 1; k >= 0; k--) {
        const [re, im] = [c.re[k]!, c.im[k]!];
        c.re[k] = (c.re[k - 1] ?? 0) - (x * re - y * im);
        c.im[k] = (c.im[k - 1] ?? 0) - (x * im + y * re);
      }
    }
  }
  if (![c.re, c.im].every((part) => part.every(Number.isFinite))) {
    throw new ArgumentError("roots", "roots whose coefficients can be represented", "an overflow");
  }
  return isReal(roots) ? c.re : c;
}

/** Whether the numbers are an array-like of reals; the entries themselves are checked when they are read. */
export function isReal(numbers: Numbers): numbers is ArrayLike<number> {
  if (typeof numbers !== "object" || numbers === null || !("length" in numbers)) return false;
  return Number.isSafeInteger(numbers.length) && numbers.length >= 0;
}

/** Checks the argument and returns real and imaginary parts interleaved. */
export function interleaved(name: string, numbers: Numbers): Float64Array {
  const real = isReal(numbers);
  const expected = "numbers, or { re, im } of numbers";
  if (!real && (!isReal(numbers?.re) || !isReal(numbers.im))) {
    throw new ArgumentError(name, expected, show(numbers));
  }
  const { re, im } = real ? { re: numbers, im: undefined } : numbers;
  if (im && im.length !== re.length) {
    const actual = `${re.length} and ${im.length}`;
    throw new ArgumentError(name, "as many imaginary parts as real ones", actual);
  }
  const out = allocate("float64", 2 * re.length) as Float64Array<ArrayBuffer>;
  const put = (at: number, x: unknown) => {
    if (typeof x !== "number") throw new ArgumentError(name, expected, `${show(x)} among them`);
    out[at] = x;
  };
  for (let k = 0; k < re.length; k++) {
    put(2 * k, re[k]);
    if (im) put(2 * k + 1, im[k]);
  }
  return out;
}

function separated(pairs: Float64Array) {
  const re = float64(pairs.length / 2);
  const im = float64(pairs.length / 2);
  for (let k = 0; k < re.length; k++) {
    re[k] = pairs[2 * k]!;
    im[k] = pairs[2 * k + 1]!;
  }
  return { re, im };
}
