/**
 * Polynomials in arithmetic that is precise enough to be the truth: complex numbers (re + i im) 2^e of
 * PRECISION bits, on BigInt.
 */
import type { Complex, Numbers } from "../../src/linalg/index.ts";

export interface Big {
  readonly re: bigint;
  readonly im: bigint;
  readonly e: number;
}

const PRECISION = 400;

const size = (x: bigint) => (x < 0n ? -x : x).toString(16).length * 4;
const length = ({ re, im }: Big) => Math.max(size(re), size(im));
const shift = (x: bigint, by: number) => (by >= 0 ? x << BigInt(by) : x >> BigInt(-by));

function rounded(x: Big): Big {
  const over = length(x) - PRECISION;
  if (over <= 0) return x;
  return { re: shift(x.re, -over), im: shift(x.im, -over), e: x.e + over };
}

/** The integer mantissa and exponent of a double. */
function split(x: number): [bigint, number] {
  const bits = new BigUint64Array(new Float64Array([x]).buffer)[0]!;
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = exponent ? fraction | (1n << 52n) : fraction;
  return [x < 0 ? -mantissa : mantissa, Math.max(exponent, 1) - 1075];
}

export function big(re: number, im = 0): Big {
  const [[x, ex], [y, ey]] = [split(re), split(im)];
  const e = Math.min(x ? ex : Infinity, y ? ey : Infinity);
  if (e === Infinity) return { re: 0n, im: 0n, e: 0 };
  return rounded({ re: x && shift(x, ex - e), im: y && shift(y, ey - e), e });
}

export function add(a: Big, b: Big): Big {
  if (!a.re && !a.im) return b;
  if (!b.re && !b.im) return a;
  const [high, low] = a.e >= b.e ? [a, b] : [b, a];
  const by = high.e - low.e;
  if (by > 3 * PRECISION) return high.e + length(high) > low.e + length(low) ? high : low;
  return rounded({ re: shift(high.re, by) + low.re, im: shift(high.im, by) + low.im, e: low.e });
}

export function mul(a: Big, b: Big): Big {
  return rounded({
    re: a.re * b.re - a.im * b.im,
    im: a.re * b.im + a.im * b.re,
    e: a.e + b.e,
  });
}

export const minus = (a: Big): Big => ({ re: -a.re, im: -a.im, e: a.e });

export function div(a: Big, b: Big): Big {
  const square = b.re * b.re + b.im * b.im;
  const { re, im, e } = mul(a, { re: b.re, im: -b.im, e: 0 });
  const up = PRECISION + size(square);
  return rounded({
    re: shift(re, up) / square,
    im: shift(im, up) / square,
    e: e - b.e - up,
  });
}

/** To the nearest double (twice rounded if subnormal). */
export function number(mantissa: bigint, e: number): number {
  const over = Math.max(size(mantissa) - 512, 0);
  const half = Math.trunc((e + over) / 2);
  return Number(shift(mantissa, -over)) * 2 ** half * 2 ** (e + over - half);
}

/** |a| / |b|, as a double. */
export function ratio(a: Big, b: Big): number {
  if (!a.re && !a.im) return 0;
  const q = div(a, b);
  const over = length(q) - 60;
  return (
    Math.hypot(number(shift(q.re, -over), 0), number(shift(q.im, -over), 0)) * 2 ** (q.e + over)
  );
}

export const distance = (a: Big, b: Big) => add(a, minus(b));

export const isReal = (c: Numbers): c is ArrayLike<number> => "length" in c;
export const parts = (c: Numbers): Complex =>
  isReal(c) ? { re: c, im: Array.from(c, () => 0) } : c;

/** The coefficients, ascending, without the zeros at both ends. */
export function truth(c: Numbers): Big[] {
  const { re, im } = parts(c);
  const p = Array.from(re, (x, k) => big(x, im[k]));
  const zero = (x?: Big) => x !== undefined && !x.re && !x.im;
  while (zero(p.at(-1))) p.pop();
  while (zero(p[0])) p.shift();
  return p;
}

/** p(z) and p'(z). */
export function evaluate(p: Big[], z: Big): [Big, Big] {
  let [value, slope] = [big(0), big(0)];
  for (const c of [...p].reverse()) {
    slope = add(mul(slope, z), value);
    value = add(mul(value, z), c);
  }
  return [value, slope];
}

/** Σ |c_k| |z|^k, to some twelve digits. */
export function majorant(p: Big[], z: Big): Big {
  const modulus = (x: Big): Big => {
    const over = length(x) - 400;
    const [re, im] = [number(shift(x.re, -over), -400), number(shift(x.im, -over), -400)];
    const r = big(Math.hypot(re, im));
    return { ...r, e: r.e + x.e + over + 400 };
  };
  return evaluate(p.map(modulus), modulus(z))[0];
}

/** The root that Newton's method finds from z. */
export function refined(p: Big[], z: Big): Big {
  for (let i = 0; i < 100; i++) {
    const [value, slope] = evaluate(p, z);
    if (!value.re && !value.im) return z;
    const step = div(value, slope);
    z = add(z, minus(step));
    if (ratio(step, z) < 2 ** -150) return z;
  }
  throw new Error("the truth does not converge");
}

/** Coefficients of Π (x − z_j), rounded once. */
export function expanded(roots: [number, number?][]): Complex {
  let p = [big(1)];
  for (const [re, im] of roots) {
    const z = minus(big(re, im));
    p = Array.from({ length: p.length + 1 }, (_, k) =>
      add(k > 0 ? p[k - 1]! : big(0), k < p.length ? mul(z, p[k]!) : big(0)),
    );
  }
  return { re: p.map(({ re, e }) => number(re, e)), im: p.map(({ im, e }) => number(im, e)) };
}
