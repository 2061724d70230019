/** Numerical linear algebra in TypeScript, without TensorFlow.js: a fit, its uncertain directions, and its zeros. */
import { lstsq, normal, roots, svd, type Matrix } from "tfjs-initializers/linalg";

declare const console: { log(text: string): void };

const DEGREE = 3;
const POINTS = 50;
const truth = [0.5, -2, 0, 1]; // 0.5 − 2 x + x³, ascending powers
const noise = normal(POINTS, 1, { seed: 1, dtype: "float64" }).data;

const column = (length: number, value: (i: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, i) => value(i));
const x = column(POINTS, (i) => -2 + (4 * i) / (POINTS - 1));
const y = column(
  POINTS,
  (i) => truth.reduce((sum, c, k) => sum + c * x[i]! ** k, 0) + 0.01 * noise[i]!,
);

/** Row-major: the powers of x in each row. */
const powers: Matrix = {
  rows: POINTS,
  cols: DEGREE + 1,
  data: column(
    POINTS * (DEGREE + 1),
    (i) => x[Math.floor(i / (DEGREE + 1))]! ** (i % (DEGREE + 1)),
  ),
};
const { x: fit } = lstsq(powers, { rows: POINTS, cols: 1, data: y });
const coefficients = Array.from(fit.data);
console.log(`coefficients: ${coefficients.map((c) => c.toFixed(2)).join(", ")}`);

const { s } = svd(powers, { vectors: false });
console.log(`condition number: ${(s[0]! / s[DEGREE]!).toFixed(1)}`);

const { re, radius } = roots(coefficients);
const zeros = Array.from(re, (value, i) => `${value.toFixed(3)} ± ${radius[i]!.toExponential(0)}`);
console.log(`zeros: ${zeros.join(", ")}`);
