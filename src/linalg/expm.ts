import { float64 } from "../arrays.ts";
import type { Data } from "../wasm/memory.ts";
import { checkFinite, mapped } from "./functions.ts";
import { matmul } from "./matmul.ts";
import { checkSquare, double, type Matrix } from "./matrix.ts";
import { largest, magnitude, scaled, shifted } from "./powers.ts";
import { solve } from "./solve.ts";

type Double = Matrix<Float64Array>;

/** Up to this ‖a^k‖^(1/k) the approximant of that degree has a backward error below 2⁻⁵³ (Al-Mohy and Higham 2009, table 3.1). */
const THETA: Record<number, number> = {
  3: 1.495585217958292e-2,
  5: 2.53939833006323e-1,
  7: 9.504178996162932e-1,
  9: 2.097847961257068,
  13: 4.25,
};

/**
 * The matrix exponential e^a = 1 + a + a²/2 + …, by scaling and squaring: the approximant r of lowest degree for which
 * e^(a/2^s) = r(a/2^s) has a backward error of rounding size, squared s times; what decides are the norms of
 * powers, so that matrices far from normal are not scaled too much (Al-Mohy and Higham, SIAM J. Matrix Anal. Appl. 31,
 * 2009, algorithm 5.1, with norms computed where the paper estimates them). In double precision, rounded once.
 *
 * @param a n x n, Float32Array or Float64Array data; it is not changed
 * @throws ArgumentError for a malformed or non-square matrix, a NaN or infinite entry, or when e^a overflows; MemoryError
 */
export function expm<T extends Data>(a: Matrix<T>): Matrix<T> {
  checkSquare("a", a);
  const shift = Math.max(magnitude(checkFinite("a", a)), 0);
  const { degree, x, powers, s } = chosen(scaled(double(a), -shift), shift);
  let e = approximant(degree, x, powers);
  for (let i = 0; i < s; i++) e = matmul(e, e);
  return mapped(e, a);
}

/** The degree, a/2^s, as many of its even powers as the approximant needs, and how often is squared. */
function chosen(a: Double, shift: number) {
  const powers = [a, matmul(a, a)]; // a, a², a⁴, a⁶, a⁸
  const next = () => powers.push(matmul(powers[1]!, powers.at(-1)!));
  next();
  next();
  const norms = [0, 0, 4, 6].map((k, i) => (k ? norm(powers[i]!) : 0));
  /** ‖a^k‖^(1/k) ≤ θ·2^s, without roots. */
  const below = (value: number, k: number, theta: number, s = 0) =>
    shifted(value, -k * s) <= repeated(theta, k);
  if (shift === 0) {
    for (const degree of [3, 5]) {
      const theta = THETA[degree]!;
      if (below(norms[2]!, 4, theta) && below(norms[3]!, 6, theta) && ell(a, degree) === 0) {
        return { degree, x: a, powers, s: 0 };
      }
    }
  }
  next();
  const norm8 = norm(powers[4]!);
  if (shift === 0) {
    for (const degree of [7, 9]) {
      const theta = THETA[degree]!;
      if (below(norms[3]!, 6, theta) && below(norm8, 8, theta) && ell(a, degree) === 0) {
        return { degree, x: a, powers, s: 0 };
      }
    }
  }
  // min(max(d₆, d₈), max(d₈, d₁₀)) ≤ θ·2^s; ‖a¹⁰‖ is bounded by ‖a⁴‖·‖a⁶‖.
  const norm10 = norms[2]! * norms[3]!;
  const theta = THETA[13]!;
  let s = 0;
  while (!(below(norm8, 8, theta, s) && (below(norms[3]!, 6, theta, s) || below(norm10, 10, theta, s)))) s++; // prettier-ignore
  s += ell(scaled(a, -s), 13);
  const small = powers.map((power, i) => scaled(power, -Math.max(2 * i, 1) * s));
  return { degree: 13, x: small[0]!, powers: small, s: s + shift };
}

/**
 * Numerator of the Padé approximant to e^x of degree m: b_i of x^i; the denominator has those of (−x)^i.
 * b_i = (2m − i)! m! / ((2m)! i! (m − i)!), all times (2m)!/m!: integers.
 */
function numerator(m: number): number[] {
  const b = [1];
  for (let i = m; i > 0; i--) b.unshift((b[0]! * (2 * m - i + 1) * i) / (m - i + 1));
  return b;
}

/** r(x) = (v − u)⁻¹·(v + u), u the odd and v the even part of the numerator. */
function approximant(m: number, x: Double, powers: Double[]): Double {
  const b = numerator(m);
  const n = x.rows;
  /** Σ b_k·x^(k − first), over every second k from `first` on. */
  const sum = (first: number, last: number) => {
    const out = float64(n * n);
    for (let k = first, i = 0; k <= last; k += 2, i++) {
      if (i === 0) for (let j = 0; j < n; j++) out[j * (n + 1)]! += b[k]!;
      else add(b[k]!, powers[i]!, out);
    }
    return { rows: n, cols: n, data: out };
  };
  let [odd, even] = [sum(1, Math.min(m, 7)), sum(0, Math.min(m, 7) - 1)];
  if (m === 9) {
    add(b[9]!, powers[4]!, odd.data);
    add(b[8]!, powers[4]!, even.data);
  }
  if (m === 13) {
    // The rest is x⁶ times a polynomial whose lowest power is x².
    const high = (first: number) => {
      const rest = float64(n * n);
      for (let i = 1; i <= 3; i++) {
        add(b[first + 2 * i]!, powers[i]!, rest);
      }
      return matmul(powers[3]!, { rows: n, cols: n, data: rest });
    };
    odd = plus(odd, high(7), 1);
    even = plus(even, high(6), 1);
  }
  const u = matmul(x, odd);
  return solve(plus(even, u, -1), plus(even, u, 1));
}

/** to += factor·x */
function add(factor: number, { data }: Double, to: Float64Array): void {
  for (let at = 0; at < to.length; at++) to[at]! += factor * data[at]!;
}

function plus(x: Double, y: Double, sign: number): Double {
  const data = float64(x.data);
  add(sign, y, data);
  return { ...x, data };
}

/**
 * How often a has to be halved besides, so that rounding errors of the approximant's terms, which |a| bounds, are below
 * 2⁻⁵³: ⌈log₂(|c|·‖|a|^(2m+1)‖/(‖a‖·u))/(2m)⌉ (ibid., 5.1). c = m!²/((2m)!·(2m + 1)!).
 */
function ell(a: Double, m: number): number {
  const n = a.rows;
  const top = norm(a);
  let c = 1;
  for (let k = 1; k <= m; k++) c *= k / (m + k);
  for (let k = 2; k <= 2 * m + 1; k++) c /= k;
  // ‖|a|^(2m+1)‖ ≤ ‖a‖^(2m+1): mostly that is enough.
  if (c * repeated(top, 2 * m) <= 2 ** -53) return 0;
  let row = float64(n).fill(1);
  for (let k = 0; k <= 2 * m; k++) {
    const next = float64(n);
    for (let i = 0, at = 0; i < n; i++) {
      const factor = row[i]!;
      for (let j = 0; j < n; j++, at++) next[j]! += factor * Math.abs(a.data[at]!);
    }
    row = next;
  }
  const ratio = (c * largest(row)) / top / 2 ** -53;
  let s = 0;
  while (shifted(ratio, -2 * m * s) > 1) s++;
  return s;
}

/** x^k by products: the same bits on every machine. */
function repeated(x: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product *= x;
  return product;
}

/** ‖x‖₁ */
function norm({ rows: n, data }: Double): number {
  const sums = float64(n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) sums[j]! += Math.abs(data[at]!);
  }
  return largest(sums);
}
