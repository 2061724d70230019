/** Scaling by powers of two, which is exact: no digit changes. */
import { allocate, type Data } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** 2^e for −1022 ≤ e ≤ 1023. */
function power(e: number): number {
  bits.setUint32(0, (1023 + e) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** The exponent e with 2^e ≤ |x| < 2^(e + 1); −1023 for zero. */
export function exponent(x: number): number {
  bits.setFloat64(0, x);
  const e = ((bits.getUint32(0) >>> 20) & 2047) - 1023;
  // Subnormal numbers are scaled to become normal first.
  return e === -1023 && x !== 0 ? exponent(x * 2 ** 64) - 64 : e;
}

/**
 * An exponent e for which 2^−e·x is near 1, for an x of this magnitude. It is 0 up to 2^±32, where scaling is not worth
 * a copy: products of a few such factors can be represented in both precisions.
 */
export function magnitude(x: number): number {
  const e = x > 0 ? Math.min(Math.max(exponent(x), -1022), 1022) : 0;
  return Math.abs(e) <= 32 ? 0 : e;
}

/** 2^e·x, for any integer e. */
export function shifted(x: number, e: number): number {
  while (Math.abs(e) > 1022) {
    const step = Math.sign(e) * 1022;
    x *= power(step);
    if (x === 0 || !Number.isFinite(x)) return x;
    e -= step;
  }
  return x * power(e);
}

/** √(p² + q²), also where the squares under- or overflow. */
export function modulus(p: number, q: number): number {
  const square = p * p + q * q;
  if (square > 2 ** -960 && square < Infinity) return Math.sqrt(square);
  const e = exponent(Math.max(Math.abs(p), Math.abs(q)));
  const [x, y] = [shifted(p, -e), shifted(q, -e)];
  return shifted(Math.sqrt(x * x + y * y), e);
}

/** The largest magnitude, or NaN if there is a NaN. */
export function largest(data: Data): number {
  let top = 0;
  for (let i = 0; i < data.length; i++) {
    const x = Math.abs(data[i]!);
    if (x <= top) continue;
    if (Number.isNaN(x)) return x;
    top = x;
  }
  return top;
}

/**
 * Writes a as 2^e·matrix, e ≤ 0. A matrix whose entries are so small that computations with it would lose digits to
 * underflow is brought near 1, where they lose none; any other matrix is returned itself, with e = 0.
 */
export function lifted<T extends Data>(a: Matrix<T>): { matrix: Matrix<T>; e: number } {
  const e = Math.min(magnitude(largest(a.data)), 0);
  return { matrix: scaled(a, -e), e };
}

/** 2^e·a, for |e| ≤ 2044. */
export function scaled<T extends Data>(a: Matrix<T>, e: number): Matrix<T> {
  if (e === 0) return a;
  const half = Math.trunc(e / 2);
  const [first, second] = [power(half), power(e - half)];
  const out = allocate(checkMatrix("a", a), a.data.length) as T;
  for (let i = 0; i < out.length; i++) out[i] = a.data[i]! * first * second;
  return { rows: a.rows, cols: a.cols, data: out };
}
