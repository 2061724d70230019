/**
 * Matrices for the nonsymmetric eigenvalue problem: the 21 types of LAPACK's TESTING/EIG/dchkhs.f, matrices with
 * eigenvalues known in closed form, and matrices on which QR iterations are known to stall. All are computed in f64
 * and rounded once to the precision asked for.
 */
import type { Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, uniform } from "./matrices.ts";
import { double, type Precision } from "./precisions.ts";
import { stewart } from "../twins/haar.ts";

type Make = (n: number, precision: Precision) => Matrix;
type Spectrum = (i: number, n: number, ulp: number) => number;

const evenly: Spectrum = (i, n, ulp) => 1 - (i / Math.max(n - 1, 1)) * (1 - ulp);
const geometric: Spectrum = (i, n, ulp) => ulp ** (i / Math.max(n - 1, 1));
const clustered: Spectrum = (i, _, ulp) => (i === 0 ? 1 : ulp);
const sign = (i: number) => (i % 3 === 1 ? -1 : 1);

const ulp = ({ u }: Precision) => 2 * u;
const huge = ({ max }: Precision) => Math.sqrt(max);
const minute = ({ safmin }: Precision) => Math.sqrt(safmin);
const times =
  (make: Make, factor: (p: Precision) => number): Make =>
  (n, p) => {
    const a = make(n, double);
    return build(n, n, p, (i, j) => a.data[i * n + j]! * factor(p));
  };

const diagonal =
  (spectrum: Spectrum): Make =>
  (n, p) =>
    build(n, n, p, (i, j) => (i === j ? sign(i) * spectrum(i, n, ulp(p)) : 0));

/** X T X⁻¹: T has this spectrum ("random": pairs and real values) and is random above it, X has this condition. */
const similar =
  (spectrum: Spectrum | "random", condition: (p: Precision) => number): Make =>
  (n, p) => {
    const [above, u, v] = [
      uniform(n, n, double, 5),
      stewart(gaussian(n, n, double, 6)),
      stewart(gaussian(n, n, double, 7)),
    ];
    const t = build(n, n, double, (i, j) => {
      if (i < j && !(spectrum === "random" && i % 3 === 0 && j === i + 1))
        return above.data[i * n + j]!;
      if (spectrum !== "random") return i === j ? sign(i) * spectrum(i, n, ulp(p)) : 0;
      const pair = i - (i % 3); // rows 0 and 1 of every three are a pair
      if (i === j) return above.data[(i % 3 === 1 ? pair : i) * (n + 1)]!;
      return Math.floor(j / 3) === Math.floor(i / 3) && i % 3 < 2 && j % 3 < 2
        ? i < j
          ? 0.7
          : -0.7
        : 0;
    });
    const s = (i: number) => condition(p) ** (-i / Math.max(n - 1, 1));
    const inner = multiply(multiply(v, t), flip(v));
    const stretched = build(n, n, double, (i, j) => inner.data[i * n + j]! * (s(i) / s(j)));
    return build(n, n, p, entry(multiply(multiply(u, stretched), flip(u))));
  };

const orthogonal = () => 1;
const crooked = (p: Precision) => 1 / Math.sqrt(ulp(p));
const random: Make = (n, p) => uniform(n, n, p, 11);
const twisted = similar("random", crooked);

export const dchkhs: Record<string, Make> = {
  "1 zero": (n, p) => build(n, n, p, () => 0),
  "2 identity": (n, p) => build(n, n, p, (i, j) => Number(i === j)),
  "3 Jordan": (n, p) => build(n, n, p, (i, j) => Number(i === j || i === j + 1)),
  "4 evenly spaced": diagonal(evenly),
  "5 geometric": diagonal(geometric),
  "6 clustered": diagonal(clustered),
  "7 evenly spaced, large": times(diagonal(evenly), huge),
  "8 evenly spaced, small": times(diagonal(evenly), minute),
  "9 UᵀTU evenly spaced": similar(evenly, orthogonal),
  "10 UᵀTU geometric": similar(geometric, orthogonal),
  "11 UᵀTU clustered": similar(clustered, orthogonal),
  "12 UᵀTU random": similar("random", orthogonal),
  "13 X⁻¹TX evenly spaced": similar(evenly, crooked),
  "14 X⁻¹TX geometric": similar(geometric, crooked),
  "15 X⁻¹TX clustered": similar(clustered, crooked),
  "16 X⁻¹TX random": twisted,
  "17 X⁻¹TX random, large": times(twisted, (p) => huge(p) / 2 ** 20),
  "18 X⁻¹TX random, small": times(twisted, minute),
  "19 random": random,
  "20 random, large": times(random, huge),
  "21 random, small": times(random, minute),
};

/** Matrices on which QR iterations without exceptional shifts stall, or which are graded, defective or reducible. */
export const stubborn: Record<string, Make> = {
  "cyclic permutation": (n, p) => build(n, n, p, (i, j) => Number(i === (j + 1) % n)),
  "backward cyclic permutation": (n, p) => build(n, n, p, (i, j) => Number(j === (i + 1) % n)),
  "signed cyclic permutation": (n, p) =>
    build(n, n, p, (i, j) => (i === (j + 1) % n ? (j === n - 1 ? -1 : 1) : 0)),
  // Of xⁿ + xⁿ⁻² + xⁿ⁻⁴ + …: the double shift permutes its rows for ever, also with the shifts moved aside.
  "companion of even powers": (n, p) =>
    build(n, n, p, (i, j) => (i === j + 1 ? 1 : j === n - 1 && (n - i) % 2 === 0 ? -1 : 0)),
  reversal: (n, p) => build(n, n, p, (i, j) => Number(i + j === n - 1)),
  nilpotent: (n, p) => build(n, n, p, (i, j) => Number(i === j + 1)),
  ones: (n, p) => build(n, n, p, () => 1),
  Frank: (n, p) => build(n, n, p, (i, j) => (j < i - 1 ? 0 : n - Math.max(i, j))),
  Grcar: (n, p) => build(n, n, p, (i, j) => (i === j + 1 ? -1 : j >= i && j <= i + 3 ? 1 : 0)),
  Clement: (n, p) => build(n, n, p, (i, j) => (j === i + 1 ? n - 1 - i : i === j + 1 ? i : 0)),
  skew: (n, p) => {
    const { data } = uniform(n, n, double, 3);
    return build(n, n, p, (i, j) => (i < j ? data[i * n + j]! : i > j ? -data[j * n + i]! : 0));
  },
  orthogonal: (n, p) => build(n, n, p, entry(stewart(gaussian(n, n, double, 9)))),
  "graded rows": (n, p) => graded(n, p, (i) => 10 ** ((-30 * i) / n)),
  "graded upwards": (n, p) => graded(n, p, (i) => 10 ** ((-30 * (n - i)) / n)),
  "tiny corner": (n, p) => graded(n, p, (i, j) => (Math.max(i, j) < n / 2 ? 1 : p.safmin / p.u)),
  "Hessenberg with tiny subdiagonals": (n, p) =>
    graded(n, p, (i, j) => (i > j + 1 ? 0 : i === j + 1 ? p.u * 2 ** (j % 5) : 1)),
  sparse: (n, p) => graded(n, p, (i, j) => Number((7 * i + 3 * j) % 5 === 0)),
  "near overflow": (n, p) => graded(n, p, () => p.max / (4 * n)),
  subnormal: (n, p) => graded(n, p, () => 1000 * p.tiny),
};

function graded(n: number, p: Precision, factor: (i: number, j: number) => number): Matrix {
  const { data } = uniform(n, n, double, 13);
  return build(n, n, p, (i, j) => data[i * n + j]! * factor(i, j));
}

const entry =
  ({ cols, data }: Matrix) =>
  (i: number, j: number) =>
    data[i * cols + j]!;
const flip = (a: Matrix) => build(a.cols, a.rows, double, (i, j) => a.data[j * a.cols + i]!);

function multiply(a: Matrix, b: Matrix): Matrix {
  return build(a.rows, b.cols, double, (i, j) => {
    let sum = 0;
    for (let k = 0; k < a.cols; k++) sum += a.data[i * a.cols + k]! * b.data[k * b.cols + j]!;
    return sum;
  });
}
