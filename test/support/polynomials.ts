/**
 * Polynomials on which root finders have failed, as ascending coefficients.
 *
 * The 34 special ones of FPML (T. R. Cameron, github.com/trcameron/FPML, MIT), which collects those of Jenkins and
 * Traub (TOMS 419), MPSolve and others, by their formulas; and the classical families.
 */
import type { Complex, Numbers } from "../../src/linalg/index.ts";
import { expanded } from "../twins/polynomial.ts";

const range = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));

/** The real polynomial with these roots; complex roots are joined by their conjugates. */
const real = (...roots: (number | [number, number])[]) =>
  expanded(
    roots.flatMap((z): [number, number?][] => (typeof z === "number" ? [[z]] : [z, [z[0], -z[1]]])),
  ).re as number[];

const multiply = (p: bigint[], q: bigint[]) =>
  range(p.length + q.length - 1, (k) => p.reduce((sum, c, i) => sum + c * (q[k - i] ?? 0n), 0n));
const rounded = (p: bigint[]) => p.map(Number);
const repeat = (p: bigint[], times: number) =>
  range(times, () => p).reduce((product, factor) => multiply(product, factor), [1n]);

/** The polynomial p_n of the recurrence p_{k+1} = factor_k p_k − c_k p_{k−1}, p_0 = 1, p_1 = `first`. */
function recurrence(n: number, first: bigint[], next: (k: bigint) => [bigint[], bigint]): number[] {
  let [before, p] = [[1n], first];
  for (let k = 1n; k < n; k++) {
    const [factor, c] = next(k);
    const product = multiply(factor, p).map((x, i) => x - c * (before[i] ?? 0n));
    [before, p] = [p, product];
  }
  return rounded(p);
}

const chebyshev = (n: number) => recurrence(n, [0n, 1n], () => [[0n, 2n], 1n]);
const hermite = (n: number) => recurrence(n, [0n, 2n], (k) => [[0n, 2n], 2n * k]);
/** n! L_n */
const laguerre = (n: number) => recurrence(n, [1n, -1n], (k) => [[2n * k + 1n, -1n], k * k]);
/** 2^n P_n */
const legendre = (n: number) => {
  const c = range(n + 1, () => 0n);
  const factorial = (m: number) => range(m, (i) => BigInt(i + 1)).reduce((a, b) => a * b, 1n);
  for (let k = 0; 2 * k <= n; k++) {
    const sign = k % 2 ? -1n : 1n;
    c[n - 2 * k] =
      (sign * factorial(2 * n - 2 * k)) / (factorial(k) * factorial(n - k) * factorial(n - 2 * k));
  }
  return rounded(c);
};
const mandelbrot = (levels: number) => {
  let p = [1n];
  for (let i = 1; i < levels; i++)
    p = multiply([0n, 1n], multiply(p, p)).map((c, k) => (k ? c : 1n));
  return rounded(p);
};
const wilkinson = (n: number) => rounded(range(n, (i) => [-BigInt(i + 1), 1n]).reduce(multiply));
const turn = (angle: number, r = 1): [number, number] => [r * Math.cos(angle), r * Math.sin(angle)];
/** Jenkins–Traub p11: half of the roots lie on the unit circle, half on the circle of radius 0.9. */
const circles = (m: number) =>
  real(
    ...range(m, (j) => turn(((j + 0.5) * Math.PI) / (2 * m), 0.9)),
    ...range(m, (j) => turn(((m + j + 0.5) * Math.PI) / (2 * m))),
  );

// prettier-ignore
const traverso = [
  "-54765291428198020791747503747742749163073958404455022926495744",
  "-4052135566767965847649766745769409681058667331648450681896960",
  "-31969984081155943263834965670035075493639295858977076674560",
  "575060225471570237690073740639182419333523437771848417280",
  "7337981286595499156409929740830030318565357725459415040",
  "6611223380089859336490797585290455483968982077145088", "-195514288747757987122118583800597358656801082441728",
  "-726907419403715013562762609680450059293446635520", "197178719520196724204974332265013056299335680",
  "5968852409133617129605588058090797893943296", "16576506891508825500182005531742679597056",
  "23375026506968330494765978581548924928", "2206941937668751746514177591607296",
  "-75617855277818001758431020580864", "-204797687173976372829472423936", "-143150263927579584306872320",
  "20214880144364480233472", "453786251090072698880", "1265052493274939392", "-968887355572224",
  "1015406084096", "-3949133824", "3284992", "-1728", "1",
].map(Number);

/** The special polynomials of FPML, in its order. */
export const special: Record<string, number[]> = {
  ...Object.fromEntries([10, 15, 20].map((n) => [`Wilkinson ${n}`, wilkinson(n)])),
  "Wilkinson 20, scaled and shifted": real(...range(20, (j) => (-21 + 2 * j) / 10)),
  ...Object.fromEntries(
    [10, 15, 20].map((n) => [`reverse Wilkinson ${n}`, real(...range(n, (j) => 1 / (j + 1)))]),
  ),
  "varying scale": real(...range(20, (j) => 2 ** (j - 10))),
  "varying scale - 3": real(...range(20, (j) => 2 ** (j - 10) - 3)),
  "Chebyshev 20": chebyshev(20),
  "sum of powers 20": range(21, () => 1),
  "Traverso 24": traverso,
  "Mandelbrot 31": mandelbrot(6),
  "Mandelbrot 63": mandelbrot(7),
  ...Object.fromEntries([1e-8, 1e-15, 1e8, 1e15].map((a) => [`p1 ${a}`, real(a, -a, 1)])),
  "p3 10": real(...range(10, (j) => Number(`1e-${j + 1}`))),
  "p3 20": real(...range(20, (j) => Number(`1e-${j + 1}`))),
  p4: real(0.1, 0.1, 0.1, 0.5, 0.6, 0.7),
  p5: real(0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.3, 0.3, 0.4),
  p6: real(0.1, 1.001, 0.998, 1.00002, 0.99999),
  "p7 0": real(0.001, 0.01, 0.1, 0.1, 0.1, 1, 10),
  "p7 1e-10": real(0.001, 0.01, 0.1, [0.1, 1e-10], 1, 10),
  "p7 1e-6": real(0.001, 0.01, 0.1, [0.1, 1e-6], 1, 10),
  p9: real(
    ...[0.01, -0.01],
    ...range(4, (j) => turn(((j + 1) * Math.PI) / 5, 0.01)),
    ...range(5, (j) => turn(((2 * j + 1) * Math.PI) / 10, 100)),
  ),
  ...Object.fromEntries([1e3, 1e6, 1e9].map((a) => [`p10 ${a}`, real(a, 1, 1 / a)])),
  ...Object.fromEntries([15, 20, 25].map((m) => [`p11 ${m}`, circles(m)])),
};

const normals = (n: number, seed: number) => {
  // Nearly normal numbers: sums of twelve uniform numbers of a linear congruential generator.
  let state = seed;
  const uniform = () => (state = (state * 16807) % 2147483647) / 2147483647;
  return range(n, () => range(12, uniform).reduce((a, b) => a + b) - 6);
};

export const kac = (n: number, seed = 1) => normals(n + 1, seed);
export const kacComplex = (n: number, seed = 1): Complex => ({
  re: normals(n + 1, seed),
  im: normals(n + 1, seed + 77),
});
const exponential = (n: number) => {
  let c = 1;
  return range(n + 1, (k) => (c /= Math.max(k, 1)));
};
/** xⁿ − 2(ax − 1)² */
const mignotte = (n: number, a: number) => {
  const c = range(n + 1, (k) => Number(k === n));
  [c[0], c[1], c[2]] = [-2, 4 * a, -2 * a * a + Number(n === 2)];
  return c;
};
const unity = (n: number) => range(n + 1, (k) => (k === 0 ? -1 : Number(k === n)));

/** Families whose roots are simple, and differ in more than their last digits. */
export const families: Record<string, Numbers> = {
  ...Object.fromEntries([3, 10, 30].map((a) => [`Mignotte ${a}`, mignotte(20, a)])),
  "roots of unity 50": unity(50),
  "roots of unity 200": unity(200),
  "cyclotomic 60": range(61, () => 1),
  ...Object.fromEntries([20, 30, 40].map((n) => [`Legendre ${n}`, legendre(n)])),
  ...Object.fromEntries([20, 30, 40].map((n) => [`Hermite ${n}`, hermite(n)])),
  ...Object.fromEntries([20, 30, 40].map((n) => [`Laguerre ${n}`, laguerre(n)])),
  ...Object.fromEntries([40, 60].map((n) => [`Chebyshev ${n}`, chebyshev(n)])),
  ...Object.fromEntries([5, 10, 20, 50, 100, 200].map((n) => [`Kac ${n}`, kac(n)])),
  ...Object.fromEntries([5, 20, 50, 100].map((n) => [`Kac complex ${n}`, kacComplex(n)])),
  ...Object.fromEntries([20, 50].map((n) => [`exp ${n}`, exponential(n)])),
  widescale: [1, 1e60, 1e90, 1e70, 1e10],
  "widescale of signs": [1e-300, 3, -1e290, 1e300, 7e100, -1e-200, 2e-280],
  "1e-300": wilkinson(10).map((c) => c * 1e-306),
  "1e300": wilkinson(10).map((c) => c * 1e300),
  subnormal: [5e-324, -1e-318, 3e-320, 1e-310, 2e-315],
  "ends of the range": [5e-324, 1, Number.MAX_VALUE],
  "LPS 2": [3 / 32, 1 / 2, 15 / 32],
  "LPS 6": [0.04272461, 0.5, 1.15356445, 0, -1.40991211, 0, 0.7331543],
  "LPS 8": [0.03364563, 0.5, 1.48040771, 0, -3.20755005, 0, 3.84906006, 0, -1.66923523],
};

/** Exactly representable polynomials with multiple roots: coefficients, and roots with multiplicities. */
export const multiple: Record<string, [number[], [re: number, im: number, times: number][]]> = {
  "p8: (x + 1)^5": [rounded(repeat([1n, 1n], 5)), [[-1, 0, 5]]],
  "(x - 1)^2": [[1, -2, 1], [[1, 0, 2]]],
  "(x - 1)^4": [rounded(repeat([-1n, 1n], 4)), [[1, 0, 4]]],
  "(x - 3)^10": [rounded(repeat([-3n, 1n], 10)), [[3, 0, 10]]],
  "(x^2 + 1)^3 (x - 2)": [
    rounded(multiply(repeat([1n, 0n, 1n], 3), [-2n, 1n])),
    [
      [0, 1, 3],
      [0, -1, 3],
      [2, 0, 1],
    ],
  ],
  "kirinnis (16 z^4 - 1)^4": [
    rounded(repeat([-1n, 0n, 0n, 0n, 16n], 4)),
    [
      [0.5, 0, 4],
      [-0.5, 0, 4],
      [0, 0.5, 4],
      [0, -0.5, 4],
    ],
  ],
};
