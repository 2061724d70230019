/** eig, expm, sqrtm, logm: LAPACK's ratios, identities, closed forms, refusals. */
import * as assert from "uvu/assert";
import { eig, eigenvalues, expm, haar, logm, sqrtm, type Matrix } from "../../src/linalg/index.ts";
import { magnitude, modulus, shifted } from "../../src/linalg/powers.ts";
import { build, gaussian } from "../support/matrices.ts";
import { dchkhs } from "../support/nonsymmetric.ts";
import { double, precisionOf, precisions, type Precision } from "../support/precisions.ts";
import {
  columnSums,
  difference,
  distance,
  Family,
  largest,
  scaled,
  scaleOf,
} from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";

const norm = (a: Matrix) => largest(columnSums(a));
const times = (a: Matrix, f: number) =>
  ({ ...a, data: a.data.map((x: number) => x * f) }) as Matrix;
const product = (a: Matrix, b: Matrix) => ({ rows: a.rows, cols: b.cols, data: gemm(a, b).value });
const square = (n: number, p: Precision, f: (i: number, j: number) => number) => build(n, n, p, f);
const matrix = (rows: number[][], p: Precision) => square(rows.length, p, (i, j) => rows[i]![j]!);

/** q·diag(f(w))·qᵀ in f64, rounded once. */
function symmetric(w: number[], p: Precision, f = (x: number) => x): Matrix {
  const n = w.length;
  const q = haar(n, n, { seed: 5, dtype: "float64" }).data;
  return square(n, p, (i, j) => w.reduce((sum, x, k) => sum + q[i * n + k] * f(x) * q[j * n + k], 0)); // prettier-ignore
}

/** Gaussian over √n: eigenvalues over the unit disc. */
const disc = (n: number, p: Precision, seed = 1) => times(gaussian(n, n, p, seed), n ** -0.5);

suite("linalg/functions", (test) => {
  for (const precision of precisions) {
    const { dtype, u, max, safmin } = precision;
    const family = {
      residual: new Family(`eig ${dtype} ‖AV − VΛ‖`),
      exp: new Family(`expm ${dtype} against its series, in u`, 40),
      root: new Family(`sqrtm ${dtype} ‖X² − A‖ over ‖X‖²`, 15),
      log: new Family(`logm ${dtype} exp(log A) − A, over 1 + ‖log A‖`, 40),
    };

    /** dget22: ‖AV − VΛ‖₁ / (n ‖A‖₁ u), and every column of length 1 with its largest component real. */
    const verify = (a: Matrix, what: string) => {
      const n = a.rows;
      const { values, vectors } = eig(a);
      for (const data of [values.re, vectors.im.data]) assert.is(precisionOf(data), precision);
      const scale = scaleOf(a.data);
      const x = scaled(a, scale);
      const [re, im] = [values.re, values.im].map((data) => scaled({ rows: 1, cols: n, data }, scale).data) as [Float64Array, Float64Array]; // prettier-ignore
      const [ar, ai] = [product(x, vectors.re), product(x, vectors.im)];
      const off = new Float64Array(n);
      for (let j = 0; j < n; j++) {
        let [length, top] = [0, 0];
        for (let i = 0; i < n; i++) {
          const at = i * n + j;
          const [vr, vi] = [vectors.re.data[at]!, vectors.im.data[at]!];
          const [er, ei] = [ar.data[at]! - (re[j]! * vr - im[j]! * vi), ai.data[at]! - (re[j]! * vi + im[j]! * vr)]; // prettier-ignore
          off[j]! += Math.abs(er) + Math.abs(ei);
          length += vr * vr + vi * vi;
          top = Math.max(top, vr * vr + vi * vi);
        }
        assert.ok(Math.abs(length - 1) <= (8 + n) * u, `length ${length}, ${what}`);
        const largestAt = [...Array(n).keys()].find((i) => vectors.im.data[i * n + j] === 0 && vectors.re.data[i * n + j]! > 0 && vectors.re.data[i * n + j]! ** 2 >= top * (1 - 8 * u)); // prettier-ignore
        assert.ok(largestAt !== undefined, `no largest component, ${what}`);
        if (im[j]! > 0) {
          assert.equal([values.re[j + 1], values.im[j + 1]], [values.re[j], -values.im[j]!]);
          for (let i = 0; i < n; i++) {
            assert.is(vectors.re.data[i * n + j + 1], vectors.re.data[i * n + j]);
            assert.is(vectors.im.data[i * n + j + 1], 0 - vectors.im.data[i * n + j]!);
          }
        }
      }
      const error = largest(off);
      if (error > 0) family.residual.check(error / (n * norm(x) * u), what);
    };

    test(`${dtype}: eigenvectors at every order around tiles and panels`, () => {
      for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 25, 31, 32, 33, 50, 64, 65, 100])
        for (const seed of n < 20 ? [1, 2, 3, 4, 5] : [1])
          verify(gaussian(n, n, precision, seed), `${n}, seed ${seed}`);
    });

    test(`${dtype}: eigenvectors of LAPACK's types`, () => {
      for (const [type, make] of Object.entries(dchkhs))
        for (const n of [5, 20, 33]) verify(make(n, precision), `${type} ${n}`);
    });

    // T - λ then has a zero where a pivot would be: a pair is divided by i w, and rows of a block are exchanged.
    test(`${dtype}: eigenvectors where a pair has the real part of a single eigenvalue`, () => {
      verify(matrix([[1, 1, 1], [0, 1, 2], [0, -2, 1]], precision), "the pair last"); // prettier-ignore
      verify(matrix([[1, 2, 1], [-2, 1, 1], [0, 0, 1]], precision), "the pair first"); // prettier-ignore
      verify(matrix([[1, -2, 1], [2, 1, 1], [0, 0, 1]], precision), "the pair first, turned"); // prettier-ignore
      verify(matrix([[1, 2, 1, 3], [-2, 1, 1, 1], [0, 0, 1, 0.5], [0, 0, -0.5, 1]], precision), "two pairs"); // prettier-ignore
    });

    test(`${dtype}: eigenvectors of triangular, defective and growing matrices`, () => {
      const jordan = (n: number) =>
        square(n, precision, (i, j) => (i === j ? 2 : j === i + 1 ? 1 : 0));
      verify(jordan(6), "Jordan");
      const { vectors } = eig(jordan(6));
      for (let j = 0; j < 6; j++) assert.ok(Math.abs(vectors.re.data[j]! - 1) < 40 * u);
      // Diagonal entries a hair apart under large ones: components grow by 1/gap in every row.
      verify(
        square(40, precision, (i, j) => (i === j ? 1 + i * 4 * u : i < j ? 1 : 0)),
        "growing",
      );
      verify(
        square(40, precision, (i, j) => (i === j ? 1 : i < j ? 1 : 0)),
        "ones above",
      );
      // Pivots are the smallest that there are, one after the other.
      verify(square(6, precision, (i, j) => Number(i < j)), "nilpotent"); // prettier-ignore
      // The same pair on and on, small beside what couples it: both of its columns grow beyond the range, and are scaled.
      const w = dtype === "float32" ? 2 ** -30 : 2 ** -100;
      const pair = (i: number, j: number) => (i >> 1 === j >> 1 ? (i === j ? 0 : i < j ? w : -w) : 0); // prettier-ignore
      verify(square(12, precision, (i, j) => (i >> 1 < j >> 1 ? 1 + ((3 * i + j) % 4) : pair(i, j))), "equal pairs"); // prettier-ignore
      // Quarter turns: of two components of the same size the first one is made real and positive.
      for (const s of [1, -1]) {
        const turn = matrix([[0, -s], [s, 0]], precision); // prettier-ignore
        verify(turn, "quarter turn");
        const { re, im } = eig(turn).vectors;
        assert.ok(re.data[0]! > 0.7 && re.data[1]! > 0.7, `${[...re.data]}`);
        assert.equal([...re.data.subarray(2), ...im.data.subarray(0, 2)], [0, 0, 0, 0]);
      }
      const top = eig(matrix([[precision.max, 0], [0, 1]], precision)); // prettier-ignore
      assert.equal([...top.values.re, ...top.vectors.re.data], [precision.max, 1, 1, 0, 0, 1]);
      const { values, vectors: v } = eig(matrix([[0, -4], [1, 0]], precision)); // prettier-ignore
      assert.equal([...values.im].map(Math.abs), [2, 2]);
      assert.ok(Math.abs(v.re.data[0]! - Math.sqrt(0.8)) < 4 * u);
      const zero = eig(square(3, precision, () => 0));
      assert.equal([...zero.vectors.re.data], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
      const a = gaussian(30, 30, precision);
      const plain = eigenvalues(a, { balance: false });
      const sorted = (x: ArrayLike<number>) => Float64Array.from(x).sort();
      assert.ok(distance(sorted(eig(a).values.re), sorted(plain.re)) < 1000 * u);
    });

    test(`${dtype}: eigenvalues and vectors of the largest number`, () => {
      const top = matrix([[max]], precision);
      for (const balance of [true, false]) assert.is(eigenvalues(top, { balance }).re[0], max);
      const { values, vectors } = eig(top);
      assert.equal([values.re[0], vectors.re.data[0]], [max, 1]);
    });

    test(`${dtype}: exp of small, large and nilpotent matrices`, () => {
      // By the series in f64, of a halved until it is small, squared again.
      const twin = (a: Matrix): Matrix => {
        const s = Math.max(0, Math.ceil(Math.log2(norm(a) + 1e-300)) + 1);
        let term: Matrix = square(a.rows, double, (i, j) => Number(i === j));
        let sum = term;
        const small = { ...a, data: Float64Array.from(a.data, (x) => x / 2 ** s) };
        for (let k = 1; k < 40; k++) {
          term = times(product(term, small), 1 / k);
          sum = { ...sum, data: Float64Array.from(sum.data, (x, at) => x + term.data[at]!) };
        }
        for (let i = 0; i < s; i++) sum = product(sum, sum);
        return sum;
      };
      for (const n of [1, 2, 5, 17, 40])
        for (const size of [0, 1e-8, 0.01, 0.2, 0.9, 2, 4, 10]) {
          const a = times(disc(n, precision), size);
          const exact = twin(a);
          const error = distance(expm(a).data, exact.data) / largest(Float64Array.from(exact.data));
          // The condition of e^a is at most about its norm; the twin's own squarings are in there.
          family.exp.check(error / (u * (1 + norm(a))), `${n}, ${size}`);
        }
      const nilpotent = matrix([[0, 1e9, 0], [0, 0, 1e9], [0, 0, 0]], precision); // prettier-ignore
      assert.equal([...expm(nilpotent).data], [1, 1e9, 5e17, 0, 1, 1e9, 0, 0, 1].map((x) => precision.array.from([x])[0])); // prettier-ignore
      assert.equal([...expm(matrix([[-1e6]], precision)).data], [0]);
      assert.match(refused("a", () => expm(matrix([[1e6]], precision))).actual, "overflow");
      const turned = expm(matrix([[0, 1], [-1, 0]], precision)).data; // prettier-ignore
      assert.ok(distance(turned, [Math.cos(1), Math.sin(1), -Math.sin(1), Math.cos(1)]) <= 2 * u);
    });

    if (precision === double)
      test("exp of Jordan blocks whose powers soon vanish: squared often enough for the denominator", () => {
        // With degree 9 alone, whose numerator has all the powers that count, its condition e^x would be lost.
        for (const x of [4.7, 5.1, 5.3, 5.7, 6.1]) {
          const n = 15;
          const { data } = expm(square(n, double, (i, j) => (j === i + 1 ? x : 0)));
          const powers = Array.from({ length: n }, () => 1);
          for (let k = 1; k < n; k++) powers[k] = (powers[k - 1]! * x) / k;
          const exact = Float64Array.from(
            data,
            (_, at) => powers[(at % n) - Math.floor(at / n)] ?? 0,
          );
          const error = distance(data, exact) / largest(Float64Array.from(powers));
          // The condition of e^a is about the norm of a.
          assert.ok(error <= 5 * x * u, `${x}: ${error / u} u`);
        }
      });

    if (precision === double)
      test("exp of a turned Jordan block, whose fourth power is zero: halved nevertheless, for the denominator", () => {
        // H·J·H/4 with Hadamard's H: its powers are exact, and all norms that count are zero, but not those of |a|.
        const sign = (i: number, j: number) => [1, -1, -1, 1][i & j]!;
        const turned = (k: number) => square(4, double, (i, j) => [0, 1, 2, 3].slice(k).reduce((sum, q) => sum + sign(i, q - k) * sign(q, j) / 4, 0)); // prettier-ignore
        // Farther out the squarings, whose results first grow and then cancel, lose more than this.
        for (const x of [36, 44, 52, 60]) {
          const { data } = expm(times(turned(1), x));
          const terms = [0, 1, 2, 3].map((k) => times(turned(k), [1, x, x ** 2 / 2, x ** 3 / 6][k]!).data); // prettier-ignore
          const exact = Float64Array.from(data, (_, at) => terms.reduce((sum, one) => sum + one[at]!, 0)); // prettier-ignore
          // The largest term of the Fréchet derivative: |a³·E·a³|/7! with |E| = x, over |a³|/3!.
          const condition = ((x ** 7 / 5040) * 6) / x ** 3;
          const error = distance(data, exact) / largest(exact) / u;
          assert.ok(error <= 10 * condition, `${x}: ${error / condition}`);
        }
      });

    if (precision === double)
      test("exp of a matrix whose fourth power is zero, and whose paths all lead through one row, whichever it is", () => {
        const rows = [[0, 1, 1, 1], [0, 0, 0, -1], [0, 0, 0, 1], [1, 1, 0, 0]]; // prettier-ignore
        for (const first of [0, 1, 2, 3])
          for (const x of [11, 12]) {
            const a = square(4, double, (i, j) => x * rows[(i + first) % 4]![(j + first) % 4]!);
            const square2 = product(a, a);
            const cube = product(square2, a).data;
            const exact = Float64Array.from(cube, (x3, at) => Number(at % 5 === 0) + a.data[at]! + square2.data[at]! / 2 + x3 / 6); // prettier-ignore
            const error = distance(expm(a).data, exact) / largest(exact) / u;
            assert.ok(error < 100, `${first}, ${x}: ${error}`);
          }
      });

    test(`${dtype}: exp of rotations and of numbers, through every degree and many squarings`, () => {
      for (let t = 0.0078125; t < 600; t *= 1.25) {
        const [angle] = precision.array.from([t]);
        const { data } = expm(matrix([[0, angle!], [-angle!, 0]], precision)); // prettier-ignore
        const [c, s] = [Math.cos(angle!), Math.sin(angle!)];
        // A rounding of each squaring turns by u; that of the angle itself by t u in f64.
        const bar = 2 * u + 20 * (1 + t) * double.u;
        assert.ok(distance(data, [c, s, -s, c]) <= bar, `${t}`);
        if (t > 80) continue;
        const numbers = expm(matrix([[angle!, 0], [0, -angle!]], precision)).data; // prettier-ignore
        for (const [at, x] of [
          [0, angle!],
          [3, -angle!],
        ] as const)
          // prettier-ignore
          assert.ok(Math.abs(numbers[at]! / Math.exp(x) - 1) <= bar, `e^${x}`);
      }
    });

    test(`${dtype}: square roots`, () => {
      const rooted = (a: Matrix, what: string) => {
        const x = sqrtm(a);
        const size = norm(x) ** 2;
        if (size > 0) family.root.check(norm(difference(a, x, x)) / (a.rows * size * u), what);
        return x;
      };
      for (const n of [1, 2, 3, 5, 8, 17, 40, 65])
        for (const seed of [1, 2]) {
          rooted(expm(disc(n, double, seed)), `${n}`);
          rooted(product(disc(n, double, seed), disc(n, double, seed)), `${n}, a square`);
          const definite = symmetric(
            Array.from({ length: n }, (_, i) => 0.5 ** (i % 20)),
            precision,
          );
          const a = { ...definite, data: definite.data.map((_: number, at: number) => definite.data[Math.max((at % n) * n + Math.floor(at / n), at)]!) } as Matrix; // prettier-ignore
          rooted(a, `${n}, definite`);
        }
      // Semidefinite, as covariances are.
      const ones = square(9, precision, () => 1);
      assert.ok(distance(rooted(ones, "ones").data, new Float64Array(81).fill(1 / 3)) < 20 * u);
      assert.equal([...sqrtm(square(3, precision, () => 0)).data], new Array(9).fill(0));
      assert.equal([...sqrtm(matrix([[4, 1], [0, 9]], precision)).data].map((x) => Math.round(x * 1e5) / 1e5), [2, 0.2, 0, 3]); // prettier-ignore
      // Up to the largest number: what is added to it must not overflow.
      const [top, pair] = [4 ** Math.floor(Math.log2(max / 4) / 2), matrix([[3, 2], [-1, 3]], precision)]; // prettier-ignore
      for (const e of [2 ** -60, 2 ** 60, top, 2 ** 40 / top])
        for (const a of [symmetric([1, 2, 2.5], precision), pair])
          assert.equal(sqrtm(times(a, e)).data, times(sqrtm(a), Math.sqrt(e)).data, `${e}`);
    });

    test(`${dtype}: logarithms`, () => {
      for (const n of [1, 2, 3, 5, 8, 17, 40])
        for (const size of [1e-6, 0.01, 0.3, 1, 2.5]) {
          const a = expm(times(disc(n, precision, 3), size));
          const l = logm(a);
          const back = expm(l);
          const error = distance(back.data, a.data) / largest(Float64Array.from(a.data));
          family.log.check(error / (u * n * (1 + norm(l))), `${n}, ${size}`);
          // The principal one is the one it came from.
          if (size <= 1) {
            const known = times(disc(n, precision, 3), size);
            // Rounding a near 1 is all that may be left of a small logarithm's relative accuracy.
            const rough = distance(l.data, known.data);
            assert.ok(rough < 100 * n * u, `${n}, ${size}: ${rough / u}`);
          }
        }
      const quarter = logm(matrix([[-1, -1], [1, -1]], precision)).data; // prettier-ignore
      const [re, im] = [Math.log(2) / 2, (3 * Math.PI) / 4];
      assert.ok(distance(quarter, [re, -im, im, re]) <= 4 * u);
      // A block beside 1 whose eigenvalues r·(1 ± i) have no squares.
      const r = 2 ** (dtype === "float64" ? -600 : -120);
      const turned = matrix([[1, 0, 0], [0, r, -r], [0, r, r]], precision); // prettier-ignore
      const size = Math.sqrt(r * Math.SQRT2);
      const [cos, sin] = [size * Math.cos(Math.PI / 8), size * Math.sin(Math.PI / 8)];
      const root = [1, 0, 0, 0, cos, -sin, 0, sin, cos];
      assert.ok(sqrtm(turned).data.every((x, at) => Math.abs(x - root[at]!) <= 8 * u * size));
      const near = [0, 0, 0, 0, 2 * Math.log(size), -Math.PI / 4, 0, Math.PI / 4, 2 * Math.log(size)]; // prettier-ignore
      assert.ok(distance(logm(turned).data, near) <= 16 * u * -Math.log(r));
      const w = [1e-9, 1e-3, 1, 50];
      const exact = symmetric(w, double, Math.log);
      assert.ok(distance(logm(symmetric(w, double)).data, exact.data) < 1e-6);
      const wide = matrix([[max ** 0.4, 1], [0, safmin ** 0.4]], precision); // prettier-ignore
      assert.ok(Math.abs(logm(wide).data[0]! - Math.log(max ** 0.4)) < 200 * u);
      assert.equal([...logm(square(3, precision, (i, j) => Number(i === j))).data].map(Math.abs), new Array(9).fill(0)); // prettier-ignore
    });

    test(`${dtype}: eigenvalues of exactly n u of the largest count as zero, larger ones do not`, () => {
      const diagonal = (x: number) => matrix([[1, 0], [0, x]], precision); // prettier-ignore
      assert.equal([...sqrtm(diagonal(2 * u)).data], [1, 0, 0, 0]);
      assert.ok(sqrtm(diagonal(2 * u * (1 + 4 * u))).data[3]! > 0);
      const zero = 2 * 2 ** -53;
      for (const x of [zero, 0]) refused("a", () => logm(diagonal(x)));
      refused("a", () => logm(square(3, precision, () => 0)));
      assert.ok(Math.abs(logm(diagonal(zero * (1 + 4 * u))).data[3]! + 52 * Math.LN2) < 1e-5);
    });

    test(`${dtype}: where there is no principal value, and other refusals`, () => {
      for (const job of [sqrtm, logm]) {
        const cases = [[[-1, 0], [0, 2]], [[-1, 1], [0, 2]], [[0, 1], [0, 0]], [[0, 1], [0, 2]]]; // prettier-ignore
        for (const rows of cases)
          assert.match(refused("a", () => job(matrix(rows, precision))).expected, /principal/);
      }
      refused("a", () => logm(matrix([[1, 1], [1, 1]], precision))); // prettier-ignore
      for (const job of [eig, expm, sqrtm, logm]) {
        refused("a", () => job(gaussian(3, 4, precision)));
        refused("a", () => job(matrix([[1, NaN], [0, 1]], precision))); // prettier-ignore
        refused("a", () => job(undefined as never));
        const none = job(square(0, precision, () => 0));
        assert.is("rows" in none ? none.rows : none.values.re.length, 0);
        const a = symmetric([1, 2, 3], precision);
        const copy = a.data.slice();
        assert.equal(job(a), job(a));
        assert.equal(a.data, copy);
      }
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }

  test("any shift by a power of two is exact, in as many steps as it takes", () => {
    for (const e of [0, 1, 1022, 1023, 1024, 2044, 2045])
      for (const sign of [1, -1]) {
        const start = 2 ** (-sign * Math.min(Math.floor(e / 2), 1022));
        assert.is(shifted(shifted(start, sign * e), -sign * e), start, `${sign * e}`);
      }
    assert.equal(
      [0, Infinity, -Infinity].map((x) => shifted(x, -5000)),
      [0, Infinity, -Infinity],
    );
  });

  test("sizes that need no scaling, and lengths whose squares are too large or too small", () => {
    assert.equal([0, 1, 2 ** 32, 2 ** 33, 2 ** -32, 2 ** -33].map(magnitude), [0, 0, 0, 33, 0, -33]); // prettier-ignore
    for (const scale of [1, 2 ** 600, 2 ** -600, 2 ** 512, 2 ** -480])
      assert.is(modulus(3 * scale, 4 * scale), 5 * scale);
  });
});
