/**
 * Matrices made to keep iterations busy: graded, repeated, defective, subnormal, near overflow, of zero patterns, and those
 * of polynomials with hard roots; permuted, scaled, transposed and spoilt at one place. Every iteration ends, in a result with
 * a small backward error or in an error of the package.
 */
import fc from "fast-check";
import * as assert from "uvu/assert";
import * as linalg from "../../src/linalg/index.ts";
import type { Matrix } from "../../src/linalg/index.ts";
import { kernels } from "../support/kernels.ts";
import { hard } from "../support/matrices.ts";
import { dchkhs, stubborn } from "../support/nonsymmetric.ts";
import { families } from "../support/polynomials.ts";
import { double, single, type Precision } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { errors } from "./entries.ts";

const seed = Number(process.env.HOSTILE_SEED ?? 1) + Number(kernels === "debug");
const times = Number(process.env.HOSTILE_TIMES ?? 1) * (kernels === "debug" ? 0.25 : 1);

type Make = (i: number, j: number, n: number) => number;

/** Entries of families beside those of test/support. */
const own: Record<string, Make> = {
  "one Jordan block": (i, j) => (i === j ? 0.5 : Number(j === i + 1)),
  "Jordan blocks of 3": (i, j) => (i === j ? 2 : Number(j === i + 1 && j % 3 > 0)),
  "glued Wilkinson": (i, j) => (i === j ? Math.abs((i % 7) - 3) : Number(Math.abs(i - j) === 1) * (Math.max(i, j) % 7 ? 1 : 1e-12)), // prettier-ignore
  Hilbert: (i, j) => 1 / (i + j + 1),
  Kahan: (i, j) => (i === j ? 1 : i < j ? -0.6 : 0) * 0.8 ** i,
  Lauchli: (i, j) => (i === 0 ? 1 : i === j + 1 ? 1e-9 : 0),
  "alike rows": (_, j) => j - 1.5,
  "Wilkinson's polynomial": (i, j, n) => (i === j + 1 ? 1 : j === n - 1 ? -((-1) ** (n - i)) * binomial(n, i) * 10 ** (n - i) : 0), // prettier-ignore
  Chebyshev: (i, j) => (i === j + 1 ? 0.5 : j === i + 1 ? (i === 0 ? 1 : 0.5) : 0),
  "zero rows and columns": (i, j) => (i % 3 && j % 2 ? Math.sin(7 * i + j) : 0),
  checkerboard: (i, j) => (i + j) % 2,
  "graded both ways": (i, j, n) => Math.cos(3 * i + j) * 10 ** (Math.round(20 * Math.sin(i)) - (15 * j) / n), // prettier-ignore
  "smallest and largest": (i, j) => ((i + j) % 2 ? 5e-324 : 1e150),
  identity: (i, j) => Number(i === j),
};
const binomial = (n: number, k: number): number => (k <= 0 ? 1 : (binomial(n - 1, k - 1) * n) / k);

type Square = (n: number, precision: Precision) => Matrix;
const square = ([name, make]: [string, (m: number, n: number, p: Precision) => Matrix]) =>
  [`${name}, any shape`, (n: number, p: Precision) => make(n, n, p)] as const;
const supported: Record<string, Square> = { ...Object.fromEntries(Object.entries(hard).map(square)), ...dchkhs, ...stubborn }; // prettier-ignore
const names = [...Object.keys(own), ...Object.keys(supported)];

const matrices = fc
  .record({
    name: fc.constantFrom(...names),
    n: fc.integer({ min: 1, max: 20 }),
    f32: fc.boolean(),
    stride: fc.constantFrom(1, 1, 1, 7, 11, 13),
    scale: fc.constantFrom(0, 0, 0, 120, -120, 900, -1000, -1060),
    transposed: fc.boolean(),
    spoilt: fc.tuple(
      fc.boolean(),
      fc.nat(399),
      fc.constantFrom(0, 1e-300, 5e-324, 1, -1e10, 1e200),
    ),
  })
  .map(({ name, n, f32, stride, scale, transposed, spoilt: [broken, at, by] }) => {
    const precision: Precision = f32 ? single : double;
    const base = supported[name]?.(n, precision);
    const entry = (i: number, j: number) => (base ? base.data[i * n + j]! : own[name]!(i, j, n));
    const numbers = Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n].map((one) => (n % stride ? (one * stride) % n : one)) as [number, number]; // prettier-ignore
      const x = transposed ? entry(j, i) : entry(i, j);
      return broken && k === at % (n * n) ? by : x * 2 ** Math.round(scale / (f32 ? 8 : 1));
    });
    const most = f32 ? 3e38 : 1.7e308;
    const data = numbers.map((x) => Math.max(-most, Math.min(most, x)));
    return { name, rows: n, cols: n, data: f32 ? Float32Array.from(data) : data };
  });

const symmetric = ({ rows: n, data }: Matrix): Matrix => ({ rows: n, cols: n, data: data.map((_, k) => data[Math.max(k, (k % n) * n + Math.floor(k / n))]!) }); // prettier-ignore

/** ‖A − left·middle·rightᵀ‖ over ‖A‖, by the largest entries, at a scale at which nothing over- or underflows. */
function apart(
  a: Matrix,
  left: Matrix,
  middle: (k: number, l: number) => number,
  right: Matrix,
): number {
  const size = Math.max(...Array.from(a.data, Math.abs));
  if (size === 0) return 0;
  const power = 2 ** -Math.floor(Math.log2(size) / 2);
  const n = a.rows;
  let worst = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = -a.data[i * n + j]! * power * power;
      for (let k = 0; k < n; k++)
        for (let l = 0; l < n; l++) {
          const one = middle(k, l);
          if (one !== 0) sum += left.data[i * n + k]! * (one * power * power) * right.data[j * n + l]!; // prettier-ignore
        }
      worst = Math.max(worst, Math.abs(sum));
    }
  return worst / (size * power * power);
}

/** In roundings: far above what test/linalg demands of each, far below a result that is wrong. */
const roundings = (a: Matrix) =>
  300 * a.rows * (a.data.BYTES_PER_ELEMENT === 4 ? 2 ** -24 : 2 ** -53);

/** Below this, entries have lost digits, and results that are small beside them may be subnormal, too. */
const tiny = (a: Matrix) => a.data.every((x) => Math.abs(x) < (a.data.BYTES_PER_ELEMENT === 4 ? 2 ** -100 : 2 ** -960)); // prettier-ignore

const diagonal = (s: ArrayLike<number>) => (k: number, l: number) => (k === l ? s[k]! : 0);

/** Every iteration, with what its result must fulfil; the others must only end. */
const jobs: Record<string, (a: Matrix) => unknown> = {
  svd: (a) => decomposed(a, linalg.svd(a)),
  "svd, jacobi": (a) => decomposed(a, linalg.svd(a, { method: linalg.jacobi })),
  svdBatch: (a) => linalg.svdBatch({ ...a, count: 1 }),
  topSvd: (a) => linalg.topSvd(a, Math.min(2, a.rows), { seed: 1 }),
  eigh: (a) => {
    const own = symmetric(a);
    const { values, vectors } = linalg.eigh(own);
    if (!tiny(own))
      assert.ok(apart(own, vectors, diagonal(values), vectors) < roundings(a), "eigh");
  },
  schur: (a) => {
    const found = linalg.schur(a) as unknown as { t: Matrix; z: Matrix };
    if (!tiny(a)) assert.ok(apart(a, found.z, (k, l) => found.t.data[k * a.rows + l]!, found.z) < roundings(a), "schur"); // prettier-ignore
  },
  eig: linalg.eig,
  eigenvalues: (a) => linalg.eigenvalues(a),
  polar: linalg.polar,
  sqrtm: linalg.sqrtm,
  logm: linalg.logm,
  expm: linalg.expm,
  cond: (a) => linalg.cond(a),
  pinv: (a) => linalg.pinv(a),
  nullSpace: (a) => linalg.nullSpace(a),
  sylvester: (a) => linalg.sylvester(a, a, a, { separation: true }),
  lyapunov: (a) => linalg.lyapunov(a, symmetric(a)),
  inverse: linalg.inverse,
  spread: (a) => linalg.spread(a),
  roots: ({ data }) => linalg.roots(Float64Array.from(data.subarray(0, 30)), { polish: true }),
};

function decomposed(a: Matrix, { u, s, v }: linalg.Svd<Float32Array | Float64Array>): void {
  assert.ok(s.every((x, k) => x >= 0 && x <= (s[k - 1] ?? Infinity)), "singular values that do not descend"); // prettier-ignore
  if (!tiny(a)) assert.ok(apart(a, u, diagonal(s), v) < roundings(a), "svd");
}

function check(name: string, job: () => unknown): void {
  const start = performance.now();
  try {
    job();
  } catch (error) {
    if (!Object.values(errors).some((kind) => error instanceof kind)) throw error;
  }
  assert.ok(performance.now() - start < 20_000, `${name} took too long`);
}

suite("hostile: iterations", (test) => {
  for (const [name, job] of Object.entries(jobs))
    test(name, () => {
      fc.assert(fc.property(matrices, (a) => check(name, () => job(a))), { seed, numRuns: Math.ceil(150 * times), endOnFailure: true, includeErrorInReport: true }); // prettier-ignore
    });

  test("logm and sqrtm of complex pairs whose squares under- or overflow", () => {
    for (const size of [1e-313, 1e-200, 1, 1e200]) {
      const a = { rows: 2, cols: 2, data: Float64Array.of(size, -size, size, size) };
      const [re, b] = linalg.logm(a).data;
      assert.ok(Math.abs(re! - Math.log(size) - Math.LN2 / 2) < 1e-12 * Math.abs(re!), `${re}`);
      assert.ok(Math.abs(b! + Math.PI / 4) < 1e-9);
    }
    // A block so small beside another that the square root's scaling does not lift it.
    const data = Float64Array.of(1, 0, 0, 0, 1e-200, -1e-200, 0, 1e-200, 1e-200);
    const { data: root } = linalg.sqrtm({ rows: 3, cols: 3, data });
    const wanted = 1e-100 * Math.sqrt((1 + Math.SQRT2) / 2);
    assert.ok(Math.abs(root[4]! / wanted - 1) < 1e-12, `${root[4]}`);
  });

  test("roots of hard polynomials, scaled", () => {
    const powers = fc.constantFrom(0, 0, 300, -300, 1000, -1050);
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(families)), powers, (name, power) => {
        const given = families[name] as ArrayLike<number> | linalg.Complex;
        const scaled = (list: ArrayLike<number>) => Float64Array.from(list, (x) => x * 2 ** power);
        check(name, () => linalg.roots("re" in given ? { re: scaled(given.re), im: scaled(given.im) } : scaled(given))); // prettier-ignore
      }),
      { seed, numRuns: Math.ceil(60 * times), endOnFailure: true, includeErrorInReport: true },
    ); // prettier-ignore
  });
});
