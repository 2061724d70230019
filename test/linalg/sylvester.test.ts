import * as assert from "uvu/assert";
import { haar, lyapunov, matmul, sylvester, type Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, shapes } from "../support/matrices.ts";
import { double, precisionOf, precisions, type Precision } from "../support/precisions.ts";
import { distance, Family, largest, transpose } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";
import { lacn2 } from "../twins/lacn2.ts";
import { sylvester as twin } from "../twins/sylvester.ts";
import { ctlex41, integers, matrix, printed, scipy } from "../support/sylvesterData.ts";

/** Where a loss of stability shows, in u; 30 is the hard limit. */
const GATE = 10;

const norm = ({ data }: Matrix) => Math.hypot(...Array.from(data));

/** ‖c − ax − xb‖ / ((‖a‖ + ‖b‖)‖x‖ + ‖c‖) in units of u, Frobenius norms, f64. */
function eta(a: Matrix, b: Matrix, c: Matrix, x: Matrix): number {
  const [ax, xb] = [gemm(a, x).value, gemm(x, b).value];
  const rest = { ...c, data: ax.map((value, at) => c.data[at] - value - xb[at]) };
  const size = (norm(a) + norm(b)) * norm(x) + norm(c);
  return size > 0 ? norm(rest) / size / precisionOf(c.data).u : 0;
}

const scaledBy = (a: Matrix, factor: number) =>
  ({ ...a, data: a.data.map((x) => x * factor) }) as Matrix;
const negative = (a: Matrix) => scaledBy(a, -1);
const square = (n: number, p: Precision, f: (i: number, j: number) => number) =>
  build(n, n, p, f) as Matrix;
/** g·gᵀ/r, symmetric to the last bit, of rank r. */
function gram(n: number, r: number, p: Precision, seed: number): Matrix {
  const g = gaussian(n, r, p, seed);
  return square(n, p, (i, j) => {
    let sum = 0;
    for (let k = 0; k < r; k++) sum += g.data[i * r + k] * g.data[j * r + k];
    return sum / r;
  });
}

/** v·diag(values)·vᵀ with a random orthogonal v, symmetric to the last bit. */
function symmetric(values: number[], p: Precision, seed: number): Matrix {
  const n = values.length;
  const v = haar(n, n, { seed, dtype: "float64" }).data;
  return square(n, p, (i, j) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += v[i * n + k] * v[j * n + k] * values[k];
    return sum;
  });
}

suite("linalg/sylvester", (test) => {
  for (const precision of precisions) {
    const { dtype, u, max } = precision;
    const family = {
      general: new Family(`sylvester ${dtype} general path, η_F`, GATE),
      symmetric: new Family(`sylvester ${dtype} symmetric path, η_F`, GATE),
      forward: new Family(`sylvester ${dtype} error, in u (‖a‖ + ‖b‖) / sep`, GATE),
      paths: new Family(`sylvester ${dtype} one path against the other, same unit`, 50),
    };
    const normals = (m: number, n: number, seed = 1) => gaussian(m, n, precision, seed);
    const solved = (a: Matrix, b: Matrix, c: Matrix, options = {}) => {
      const what = `${c.rows} x ${c.cols} ${JSON.stringify(options)}`;
      const x = sylvester(a, b, c, options);
      assert.equal([x.rows, x.cols], [c.rows, c.cols]);
      assert.is(precisionOf(x.data), precision);
      family[x.info.path].check(eta(a, b, c, x), what);
      return x;
    };
    /** The error against the known solution, over what it may be. */
    const error = (x: Matrix, exact: ArrayLike<number>, a: Matrix, b: Matrix, sep: number) =>
      distance(x.data, exact) / largest(Float64Array.from(exact)) / ((norm(a) + norm(b)) / sep) / u;

    test(`${dtype}: general matrices of all shapes`, () => {
      for (const [m, n] of shapes(
        "1x1 1x2 2x1 3x2 2x5 4x4 5x7 8x8 9x17 16x3 33x33 50x20 20x50 100x100 3x120 150x70",
      )) {
        // prettier-ignore
        const x = solved(normals(m, m), normals(n, n, 2), normals(m, n, 3));
        if (m + n > 2) assert.is(x.info.path, n === 1 && m === 1 ? "symmetric" : "general");
      }
    });

    test(`${dtype}: symmetric and mixed coefficients`, () => {
      for (const [m, n] of shapes("1x1 2x3 5x4 16x17 33x9 64x40")) {
        const [a, b] = [gram(m, 2 * m, precision, 1), gram(n, 2 * n, precision, 2)];
        const c = normals(m, n);
        assert.is(solved(a, b, c).info.path, "symmetric");
        assert.is(solved(a, b, c, { symmetric: true }).info.path, "symmetric");
        assert.is(solved(a, b, c, { symmetric: false }).info.path, "general");
        if (m === 1) continue;
        // Symmetric but for rounding: only when it is said.
        const nearly = { ...a, data: a.data.slice() } as Matrix;
        nearly.data[1] += u * nearly.data[0];
        assert.is.not(nearly.data[1], nearly.data[m]);
        assert.is(solved(nearly, b, c).info.path, "general");
        assert.is(solved(nearly, b, c, { symmetric: true }).info.path, "symmetric");
        assert.is(solved(a, normals(n, n, 5), c).info.path, "general");
        assert.is(solved(normals(m, m, 5), b, c).info.path, "general");
      }
    });

    test(`${dtype}: one path against the other`, () => {
      for (const [m, n] of shapes("2x3 9x8 33x20 64x64")) {
        // Definite, indefinite, and close to singular.
        const spectrum = (count: number, low: number, high: number) =>
          Array.from(
            { length: count },
            (_, i) => low + ((high - low) * i) / Math.max(count - 1, 1),
          );
        for (const [low, high] of [
          [1, 2],
          [-1, 3],
          [0.01, 5],
        ]) {
          // prettier-ignore
          const a = symmetric(spectrum(m, low, high), precision, 1);
          const b = symmetric(spectrum(n, 1.5, 4), precision, 2);
          const c = normals(m, n);
          const one = solved(a, b, c, { separation: true });
          const other = solved(a, b, c, { symmetric: false });
          const sep = one.info.separation!;
          family.paths.check(error(other, one.data, a, b, sep), `${m} x ${n} from ${low}`);
        }
      }
    });

    test(`${dtype}: against Gauss elimination on all equations at once`, () => {
      for (const [m, n] of shapes("1x1 2x2 3x5 7x4 9x9"))
        for (const seed of [1, 2, 3]) {
          const [a, b] = [normals(m, m, seed), normals(n, n, seed + 10)];
          const c = normals(m, n, seed + 20);
          const x = solved(a, b, c, { separation: true });
          const exact = twin(a, b, c);
          family.forward.check(error(x, exact, a, b, x.info.separation!), `${m} x ${n}`);
        }
    });

    test(`${dtype}: known answers`, () => {
      for (const { name, a, b, c, x: exact } of integers(precision)) {
        const x = solved(a, b, c, { separation: true, backwardError: true });
        family.forward.check(error(x, exact.data, a, b, x.info.separation!), name);
      }
      for (const [a, b, c] of scipy(precision)) solved(a, b, c);
      assert.equal(integers(precision)[0].c.data, matrix(printed.sb04nd, precision).data);
      const { a, b, c, x } = printed.sb04md;
      const found = solved(matrix(a, precision), matrix(b, precision), matrix(c, precision));
      assert.ok(distance(found.data, x.flat()) < 0.6e-4);
    });

    test(`${dtype}: singular Gram pairs have the solution of minimum norm`, () => {
      for (const [m, n, ra, rb] of [
        [6, 5, 3, 2],
        [20, 30, 10, 29],
        [40, 12, 5, 4],
      ]) {
        // prettier-ignore
        const [a, b] = [gram(m, ra, precision, 1), gram(n, rb, precision, 2)];
        const known = normals(m, n, 3);
        const c = { ...known, data: gemm(a, known).value.map((value, at) => value + gemm(known, b).value[at]) }; // prettier-ignore
        const rhs = { ...c, data: precision.array.from(c.data) } as Matrix;
        const x = solved(a, b, rhs);
        assert.is(x.info.singular, (m - ra) * (n - rb));
        // What it differs by from the known solution lies in both null spaces.
        const apart = { ...x, data: x.data.map((value, at) => value - known.data[at]) } as Matrix;
        const amplified = (norm(a) + norm(b)) * 4000 * u * norm(known);
        assert.ok(norm(matmul(a, apart)) < amplified, `${norm(matmul(a, apart)) / amplified}`);
        assert.ok(norm(matmul(apart, b)) < amplified);
        assert.ok(norm(x) <= norm(known) * (1 + 1e-4));
        const inner = gemm({ ...x, rows: 1, cols: m * n }, { ...apart, rows: m * n, cols: 1 }).value[0]; // prettier-ignore
        assert.ok(Math.abs(inner) < 4000 * u * norm(known) ** 2, "not the shortest");
        assert.ok(x.info.backwardError! < 30 * u);
        const inconsistent = sylvester(a, b, normals(m, n, 9));
        assert.ok(inconsistent.info.backwardError! > 1e-5, "inconsistent");
        assert.is(inconsistent.info.singular, x.info.singular);
      }
      const zero = square(3, precision, () => 0);
      const { info, data } = sylvester(zero, zero, normals(3, 3));
      assert.equal(info, { path: "symmetric", singular: 9, perturbed: 0, backwardError: 1 });
      assert.ok(data.every((value: number) => value === 0));
    });

    test(`${dtype}: a common eigenvalue is told, a near one where it counts`, () => {
      const [a, c] = [normals(12, 12), normals(12, 12, 3)];
      const common = sylvester(a, negative(transpose(a)), c);
      assert.ok(common.info.perturbed > 0 || norm(common) > 1e4 * norm(c), "a and −aᵀ");
      assert.ok(common.info.backwardError !== undefined || common.info.perturbed === 0);
      // Triangular, so that nothing moves the eigenvalues: 1 … 6 and −1 + δ.
      const t = square(6, precision, (i, j) => (i > j ? 0 : i === j ? i + 1 : 0.5));
      const s = (delta: number) =>
        square(2, precision, (i, j) => (i > j ? 0 : i === 1 && j === 1 ? 5 : i ? 0 : j ? 1 : -1 + delta)); // prettier-ignore
      for (const [delta, perturbed] of [
        [0, 1],
        [u, 1],
        [Math.sqrt(u), 0],
        [1e-2, 0],
      ]) {
        // prettier-ignore
        const x = sylvester(t, s(delta), normals(6, 2), { backwardError: true, separation: true });
        assert.is(x.info.perturbed, perturbed, `δ = ${delta}`);
        if (delta >= Math.sqrt(u)) {
          assert.ok(x.info.backwardError! < GATE * u);
          assert.ok(x.info.separation! <= delta && x.info.separation! > delta / 1000);
        } else assert.ok(x.info.separation! < 100 * u);
      }
    });

    test(`${dtype}: one number each, and zero on the right`, () => {
      const one = (x: number) => square(1, precision, () => x);
      const { info } = sylvester(one(2), one(3), one(0), { backwardError: true, separation: true });
      assert.equal([info.backwardError, info.separation], [0, 5]);
      const plain = sylvester(one(2), one(3), one(1)).info;
      assert.equal(plain, { path: "symmetric", singular: 0, perturbed: 0 });
    });

    test(`${dtype}: separation is that of the equation`, () => {
      /** L⁻¹, column by column. */
      const inverse = (a: Matrix, b: Matrix) =>
        Array.from({ length: a.rows * b.rows }, (_, at) =>
          twin(
            a,
            b,
            build(a.rows, b.rows, precision, (i, j) => Number(i * b.rows + j === at)),
          ),
        );
      const norm1 = (columns: Float64Array[]) =>
        Math.max(...columns.map((x) => x.reduce((sum, value) => sum + Math.abs(value), 0)));
      const triangle = (n: number, seed: number) => {
        const values = normals(n, n, seed).data;
        return square(n, precision, (i, j) => (i > j ? 0 : values[i * n + j] + (i === j ? 3 : 0)));
      };
      for (const [m, n] of shapes("1x1 2x3 5x4 6x6 8x3"))
        for (const seed of [1, 2, 3]) {
          const c = normals(m, n);
          // Triangular, so that the basis is their own.
          const [t, s] = [triangle(m, seed), triangle(n, seed + 5)];
          const close = (separation: number, columns: Float64Array[]) => {
            const error = Math.abs(separation * lacn2(columns) - 1);
            assert.ok(error < 1e5 * u, `${m} x ${n}: ${error}`);
          };
          close(sylvester(t, s, c, { separation: true }).info.separation!, inverse(t, s));
          const own = lyapunov(t, normals(m, m), { separation: true }).info;
          close(own.separation!, inverse(t, transpose(t)));
          // In others the 1-norm may differ by √(mn).
          const [a, b] = [normals(m, m, seed), normals(n, n, seed + 5)];
          const factor =
            norm1(inverse(a, b)) * sylvester(a, b, c, { separation: true }).info.separation!;
          const bound = 3 * Math.sqrt(m * n);
          assert.ok(factor < bound && factor > 1 / bound, `${m} x ${n}: ${factor}`);
        }
      // Rows and columns of the inverse add up to 1: the steps stay where they are, and its entries of 50 are not seen.
      const hidden = square(4, precision, (i, j) => (i === j ? 1 : i < 2 && j > 1 ? 50 * (-1) ** (i + j) : 0)); // prettier-ignore
      const none = square(1, precision, () => 0);
      const found = sylvester(hidden, none, normals(4, 1), { separation: true }).info.separation!;
      assert.ok(found * norm1(inverse(hidden, none)) < 3, `${found}`);
      const [a, b] = [symmetric([-3, 1, 2], precision, 1), symmetric([0.5, 2.75], precision, 2)];
      const { separation } = sylvester(a, b, normals(3, 2), { separation: true }).info;
      assert.ok(Math.abs(separation! - 0.25) < 20 * u);
    });

    test(`${dtype}: singular equations are told whatever c is`, () => {
      const [one, minus] = [1, -1].map((x) => square(1, precision, () => x));
      const nothing = square(1, precision, () => 0);
      const options = { symmetric: false, backwardError: true };
      assert.is(sylvester(one!, minus!, nothing, options).info.perturbed, 1);
      assert.is(sylvester(nothing, nothing, one!, options).info.backwardError, 1);
      // What is left of x is far smaller than c.
      const [a, c] = [(i: number, j: number) => (i || j ? 0 : 1), (i: number) => i || 1 / max];
      const { singular, backwardError } = sylvester(
        square(2, precision, a),
        nothing,
        build(2, 1, precision, c) as Matrix,
        { backwardError: true },
      ).info;
      assert.is(singular, 1);
      assert.ok(Math.abs(backwardError! - 1) < GATE * u);
    });

    test(`${dtype}: a sum of eigenvalues counts as zero up to the rounding of both, whatever their size`, () => {
      for (const size of [1, 2 ** -10])
        for (const [apart, count] of [
          [2, 1],
          [4, 0],
        ]) {
          // The bound is u·(3 − apart·u).
          const [a, b] = [1.5, apart! * u - 1.5].map((x) => square(1, precision, () => size * x));
          assert.is(sylvester(a!, b!, a!).info.singular, count, `${apart} u of ${size}`);
        }
    });

    test(`${dtype}: powers of two go through exactly; what overflows is refused`, () => {
      const far = 2 ** Math.floor(0.45 * Math.log2(max));
      for (const of of [
        normals,
        (n: number, _: number, seed: number) => gram(n, n + 5, precision, seed),
      ]) {
        // prettier-ignore
        const [a, b, c] = [of(7, 7, 1), of(5, 5, 2), normals(7, 5, 3)];
        const plain = sylvester(a, b, c, { separation: true });
        for (const f of [far, 1, 1 / far])
          for (const g of [far, 1, 1 / far]) {
            const x = sylvester(scaledBy(a, f), scaledBy(b, f), scaledBy(c, g), { backwardError: true, separation: true }); // prettier-ignore
            assert.equal(x.data, scaledBy(plain, g / f).data, `${f} ${g}`);
            assert.ok(x.info.backwardError! < GATE * u);
            assert.is(x.info.separation, f * plain.info.separation!);
          }
        const overflow = () => sylvester(scaledBy(a, 1 / far), scaledBy(b, 1 / far), scaledBy(c, max / 8 / largest(Float64Array.from(c.data)))); // prettier-ignore
        assert.match(refused("c", overflow).actual, "overflow");
        // One coefficient far from the other: stable, though not exact.
        for (const f of [far, 1 / far]) solved(scaledBy(a, f), b, c);
      }
    });

    test(`${dtype}: graded and badly scaled`, () => {
      const graded = (n: number, seed: number, power: number) => {
        const g = normals(n, n, seed).data;
        return square(n, precision, (i, j) => g[i * n + j] * 10 ** ((power * (i + j)) / n));
      };
      for (const power of [-4, 4]) solved(graded(20, 1, power), graded(15, 2, power), normals(20, 15)); // prettier-ignore
      // Numbers at the ends of the range, measured in the middle of it.
      const small = square(4, precision, (i, j) => precision.tiny * (1 + i + j * j));
      const huge = square(4, precision, (i, j) => (max / 8) * Math.cos(i + j * j));
      for (const [a, factor] of [
        [small, 1 / precision.safmin],
        [huge, precision.safmin],
      ] as const) {
        // prettier-ignore
        const [b, c] = [transpose(a), scaledBy(a, 0.5)];
        const x = sylvester(a, b, c);
        family.general.check(eta(scaledBy(a, factor), scaledBy(b, factor), scaledBy(c, factor), x), `${factor}`); // prettier-ignore
      }
    });

    test(`${dtype}: solutions that grow beyond the largest number on the way, and are brought back by a tiny c`, () => {
      // x_i = −x_{i+1} / δ up the rows: grows by 1/δ each time, to one entry beyond the largest number in the top row.
      const [delta, rungs, tiny] = dtype === "float64" ? [2 ** -20, 52, 1.5 * 2 ** -1000] : [2 ** -10, 14, 1.5 * 2 ** -110]; // prettier-ignore
      const a = square(rungs, precision, (i, j) => (i === j ? delta : Number(j === i + 1)));
      // So small that it changes nothing but the basis: eigenvectors of ±1/4, which spread that entry over the row.
      const sign = (x: number) => 1 - 2 * ((0x6996 >> x) & 1);
      const b = square(16, precision, (i, j) => {
        let sum = 0;
        for (let k = 0; k < 16; k++) sum += k * sign(k & (i ^ j));
        return (sum / 16) * 2 ** -100;
      });
      const c = build(rungs, 16, precision, (i, j) => (i === rungs - 1 && j === 5 ? tiny : 0));
      const x = sylvester(a, b, c as Matrix);
      assert.is(x.info.path, "general");
      const exact = x.data.map((_: number, at: number) => {
        const i = Math.floor(at / 16);
        return at % 16 === 5 ? (-1) ** (rungs - 1 - i) * (tiny / delta) * delta ** (i + 1 - rungs) : 0; // prettier-ignore
      });
      for (let i = 0; i < rungs; i++) {
        const row = (of: typeof x.data) => of.subarray(16 * i, 16 * i + 16);
        const error = distance(row(x.data), row(exact)) / Math.abs(exact[16 * i + 5]!);
        assert.ok(error < 16 * GATE * u, `row ${i}: ${error / u} u`);
      }
    });

    test(`${dtype}: lyapunov`, () => {
      for (const n of [1, 2, 5, 17, 40]) {
        const a = normals(n, n);
        const q = gram(n, n + 1, precision, 3);
        const x = lyapunov(a, q, { backwardError: true });
        family.general.check(eta(a, transpose(a), q, x), `lyapunov ${n}`);
        assert.equal(transpose(x).data, x.data, "not symmetric");
        assert.ok(x.info.backwardError! < GATE * u);
        const other = lyapunov(a, normals(n, n, 4), { separation: true });
        const same = sylvester(a, transpose(a), normals(n, n, 4), { separation: true });
        family.general.check(eta(a, transpose(a), normals(n, n, 4), other), `lyapunov ${n}`);
        family.paths.check(error(other, same.data, a, a, same.info.separation!), `lyapunov ${n}`);
        const ratio = other.info.separation! / same.info.separation!;
        assert.ok(ratio > 0.05 && ratio < 20, `separations ${ratio}`);
        // A stable a and a definite q have a definite x.
        const s = symmetric(
          Array.from({ length: n }, (_, i) => 1 + i),
          precision,
          5,
        );
        const y = lyapunov(s, q);
        assert.is(y.info.path, "symmetric");
        family.symmetric.check(eta(s, s, q, y), `lyapunov ${n}`);
        assert.equal(transpose(y).data, y.data, "not symmetric");
      }
      refused("q", () => lyapunov(normals(3, 3), normals(3, 2)));
      refused("q", () =>
        lyapunov(
          normals(3, 3),
          build(3, 3, precision, () => NaN),
        ),
      );
      refused("a", () => lyapunov(normals(3, 2), normals(3, 3)));
      refused("a", () => lyapunov(normals(3, 3), normals(3, 3), { symmetric: true }));
      const small = 2 ** -Math.floor(0.9 * Math.log2(max));
      refused("q", () => lyapunov(scaledBy(normals(3, 3), small), scaledBy(normals(3, 3), 1 / small))); // prettier-ignore
    });

    test(`${dtype}: the largest number is no overflow`, () => {
      const [zero, one, top] = [0, 1, max].map((x) => square(1, precision, () => x)) as [Matrix, Matrix, Matrix]; // prettier-ignore
      for (const symmetric of [true, false]) {
        assert.is(sylvester(one, zero, top, { symmetric }).data[0], max);
        assert.is(sylvester(top, zero, top, { symmetric }).data[0], 1);
        assert.is(sylvester(zero, top, top, { symmetric }).data[0], 1);
      }
    });

    test(`${dtype}: empty`, () => {
      for (const [m, n] of [
        [0, 0],
        [0, 2],
        [2, 0],
      ]) {
        // prettier-ignore
        const options = { backwardError: true, separation: true };
        const x = sylvester(normals(m, m), normals(n, n), normals(m, n), options);
        assert.equal([x.rows, x.cols, x.data.length], [m, n, 0]);
        assert.equal([x.info.backwardError, x.info.separation], [0, Infinity]);
      }
      assert.is(lyapunov(normals(0, 0), normals(0, 0)).data.length, 0);
    });

    test(`${dtype}: refused, unchanged`, () => {
      const [a, b, c] = [normals(4, 4), normals(3, 3, 2), normals(4, 3, 3)];
      const copies = [a, b, c].map(({ data }) => data.slice());
      sylvester(a, b, c);
      assert.equal([a, b, c].map(({ data }) => data), copies); // prettier-ignore
      refused("a", () => sylvester(c, b, c));
      refused("b", () => sylvester(a, c, c));
      refused("c", () => sylvester(a, b, transpose(c)));
      const other = precisions.find((one) => one !== precision)!;
      refused("b", () => sylvester(a, gaussian(3, 3, other) as never, c));
      refused("c", () => sylvester(a, b, gaussian(4, 3, other) as never));
      for (const bad of [NaN, Infinity]) {
        const spoiled = (of: Matrix) => ({ ...of, data: of.data.slice().fill(bad, 2, 3) }) as Matrix; // prettier-ignore
        refused("a", () => sylvester(spoiled(a), b, c));
        refused("b", () => sylvester(a, spoiled(b), c));
        refused("c", () => sylvester(a, b, spoiled(c)));
      }
      refused("symmetric", () => sylvester(a, b, c, { symmetric: 1 as never }));
      refused("backwardError", () => sylvester(a, b, c, { backwardError: 1 as never }));
      refused("separation", () => sylvester(a, b, c, { separation: "yes" as never }));
      refused("a", () => sylvester(a, b, c, { symmetric: true }));
      refused("b", () => sylvester(gram(4, 4, precision, 1), b, c, { symmetric: true }));
      assert.equal(sylvester(a, b, c), sylvester(a, b, c));
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }

  test("CTLEX 4.1: known to be ill-conditioned, and solved as well as its separation allows", () => {
    for (const n of [4, 10]) {
      const { a, y, x: exact } = ctlex41(n, 1.5, 1.5);
      const x = lyapunov(transpose(a), y, { separation: true });
      const bound = (2 * norm(a)) / x.info.separation! / norm(exact);
      assert.ok(distance(x.data, exact.data) <= 10 * double.u * bound * norm(exact), `${n}`);
      assert.ok(distance(x.data, exact.data) <= 1e-6 * largest(Float64Array.from(exact.data)));
    }
  });
});
