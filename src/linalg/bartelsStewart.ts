/**
 * Solves a·x + x·b = c, given decompositions a = z·t·zᵀ and b = w·s·wᵀ: t·y + y·s = zᵀ·c·w, x = z·y·wᵀ. The work is
 * four products and, between them, a division where t and s are diagonal, otherwise a quasi-triangular solve.
 */
import { allocate, check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/nonsymmetric.ts";
import { eigh } from "./eigh.ts";
import { matmul } from "./matmul.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { largest, magnitude, scaled } from "./powers.ts";
import { schur } from "./schur.ts";

/** The decomposition z·t·zᵀ with z orthogonal; t is diag(values) if `values` is present, otherwise quasi-triangular. */
export interface Decomposition<T extends Data> {
  readonly t: Matrix<T>;
  readonly z: Matrix<T>;
  readonly values?: T;
}

/** The decomposition z·diag(values)·zᵀ, values ascending. */
export type Diagonalization<T extends Data> = Pick<Required<Decomposition<T>>, "z" | "values">;

export function decompose<T extends Data>(a: Matrix<T>, symmetric: boolean): Decomposition<T> {
  if (!symmetric) return schur(a);
  const { values, vectors } = eigh(a);
  const t = allocate(checkMatrix("a", a), a.data.length) as T;
  values.forEach((value: number, i: number) => (t[i * a.rows + i] = value));
  return { t: { ...a, data: t }, z: vectors, values };
}

/** The solution is 2^exponent·x. */
export interface Scaled<T extends Data> {
  readonly x: Matrix<T>;
  readonly exponent: number;
}

/** Divides to get the x of minimum norm; `singular` is the number of pairs of eigenvalues whose sum counts as zero. */
export function divide<T extends Data>(
  { z, values: a }: Diagonalization<T>,
  { z: w, values: b }: Diagonalization<T>,
  c: Matrix<T>,
): Scaled<T> & { singular: number } {
  const y = matmul(matmul(z, c, { transposeA: true }), w);
  const u = c.data.BYTES_PER_ELEMENT === 4 ? 2 ** -24 : 2 ** -53;
  const top = (values: T) => Math.max(0, -values[0]!, values.at(-1)!);
  // The uncertainty of the eigenvalues themselves.
  const tolerance = Math.max(a.length, b.length) * u * (top(a) + top(b));
  let singular = 0;
  for (let i = 0, at = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++, at++) {
      const sum = a[i]! + b[j]!;
      const zero = Math.abs(sum) <= tolerance;
      if (zero) singular++;
      y.data[at] = zero ? 0 : y.data[at]! / sum;
    }
  }
  return { ...transformed(z, y, w), singular };
}

/** Solves by substitution; `perturbed` counts the pivots that were replaced. `transposeB`: sᵀ takes the place of s. */
export function substitute<T extends Data>(
  { t, z }: Decomposition<T>,
  { t: s, z: w }: Decomposition<T>,
  c: Matrix<T>,
  transposeB: boolean,
): Scaled<T> & { perturbed: number } {
  const y = matmul(matmul(z, c, { transposeA: true }), w);
  const { x, exponent, perturbed } = trsyl(t, s, y, { transposeB });
  const back = transformed(z, x, w);
  return { x: back.x, exponent: exponent + back.exponent, perturbed };
}

/** Solves t·x + x·s = c with quasi-triangular t and s, or their transposes. */
export function trsyl<T extends Data>(
  t: Matrix<T>,
  s: Matrix<T>,
  c: Matrix<T>,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean },
): Scaled<T> & { perturbed: number } {
  const [m, n] = [t.rows, s.rows];
  const dtype = checkMatrix("c", c);
  return frame(dtype, (f) => {
    const [a, b, x] = [f.put(t.data), f.put(s.data), f.put(c.data)];
    const status = f.alloc(2);
    const { kernels } = f;
    check(kernels.trsyl(Number(transposeA), Number(transposeB), 0, m, n, a, b, x, status), "c");
    const [scale, perturbed] = f.copy(status, 2);
    const data = f.copy(x, m * n) as T;
    return { x: { rows: m, cols: n, data }, exponent: -scale!, perturbed: perturbed! };
  });
}

/** The product z·y·wᵀ, computed from a y that is scaled so that the products cannot overflow. */
function transformed<T extends Data>(z: Matrix<T>, y: Matrix<T>, w: Matrix<T>): Scaled<T> {
  const exponent = magnitude(largest(y.data));
  return { x: matmul(matmul(z, scaled(y, -exponent)), w, { transposeB: true }), exponent };
}
