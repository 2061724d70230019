/** cholesky, lu, solve, triangularSolve, inverse, det, slogdet: LAPACK's ratios, edges of tiles, refusals. */
import * as assert from "uvu/assert";
import { choleskyBatch, determinants, inverseBatch, solveBatch } from "../../src/linalg/batches.ts";
import {
  cholesky,
  det,
  inverse,
  lu,
  slogdet,
  SingularError,
  solve,
  triangularSolve,
  type Batch,
  type Data,
  type Matrix,
} from "../../src/linalg/index.ts";
import { frame } from "../../src/wasm/rooms/systems.ts";
import { build, conditioned, gaussian, hard, shapes, slatb4 } from "../support/matrices.ts";
import { precisionOf, precisions, type Precision } from "../support/precisions.ts";
import {
  columnSums,
  difference,
  distance,
  Family,
  largest,
  scaled,
  scaleOf,
  transpose,
} from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";
import * as twins from "../twins/dense.ts";

type Room = Parameters<Parameters<typeof frame>[1]>[0];

/** Around tiles, panels and stripes. */
const ORDERS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 36, 40, 63, 64, 65, 100, 130];

const norm = (a: Matrix) => largest(columnSums(a));

/** ‖c − a·b‖₁ / (n ‖c‖₁ u): dpot01 and dget01. */
function product(c: Matrix, a: Matrix, b: Matrix): number {
  const scale = scaleOf(c.data);
  // In two steps: one of the factors may be far from 1.
  const error = norm(difference(scaled(c, scale), scaled(a, [scale[0], scale[1]]), b));
  return error === 0 ? 0 : error / (a.cols * norm(scaled(c, scale)) * precisionOf(c.data).u);
}

/** max over columns of ‖b − a·x‖₁ / (‖a‖₁ ‖x‖₁ u), over n: dget02. */
function remainder(a: Matrix, x: Matrix, b: Matrix): number {
  const errors = columnSums(difference(b, a, x));
  const [top, sizes] = [norm(a), columnSums(x)];
  const ratios = errors.map((e, j) => (e === 0 ? 0 : e / (top * sizes[j]!)));
  return largest(ratios) / (Math.max(a.rows, 1) * precisionOf(a.data).u);
}

/** g·gᵀ + shift, symmetric. */
function gram(n: number, p: Precision, { shift = 0.5, make = gaussian } = {}): Matrix {
  const g = make(n, n, p).data;
  return build(n, n, p, (i, j) => {
    let sum = i === j ? shift : 0;
    for (let k = 0; k < n; k++) sum += g[i * n + k] * g[j * n + k];
    return sum;
  });
}

const permuted = (a: Matrix, p: Int32Array): Matrix => ({
  ...a,
  data: a.data.map((_: number, at: number) => a.data[p[Math.floor(at / a.cols)]! * a.cols + (at % a.cols)]!), // prettier-ignore
});

const with_ = (a: Matrix, at: number, value: number): Matrix => {
  const data = a.data.slice();
  data[at] = value;
  return { ...a, data } as Matrix;
};

suite("linalg/dense", (test) => {
  for (const precision of precisions) {
    const { dtype, u, max, safmin, tiny } = precision;
    const family = {
      cholesky: new Family(`cholesky ${dtype} ‖A − LLᵀ‖`),
      lu: new Family(`lu ${dtype} ‖PA − LU‖`),
      solve: new Family(`solve ${dtype} ‖b − Ax‖`),
      posdef: new Family(`solve, posdef ${dtype} ‖b − Ax‖`),
      triangular: new Family(`triangularSolve ${dtype} ‖b − Ax‖`),
      inverse: new Family(`inverse ${dtype} ‖I − A A⁻¹‖ over cond`),
      twins: new Family(`dense ${dtype} against the textbook, in n u cond`, 8),
      rcond: new Family(`rcond ${dtype}: times too large`, 5),
    };
    const verifyCholesky = (a: Matrix, what: string) => {
      const l = cholesky(a);
      assert.equal([l.rows, l.cols], [a.rows, a.rows]);
      for (let i = 0; i < a.rows; i++) {
        assert.ok(l.data[i * a.rows + i] > 0, what);
        for (let j = i + 1; j < a.rows; j++) assert.is(l.data[i * a.rows + j], 0, what);
      }
      family.cholesky.check(product(a, l, transpose(l)), what);
      return l;
    };
    const verifyLu = (a: Matrix, what: string) => {
      const { p, l, u: upper } = lu(a);
      const k = Math.min(a.rows, a.cols);
      assert.equal([l.rows, l.cols, upper.rows, upper.cols], [a.rows, k, k, a.cols]);
      assert.equal(
        [...p].sort((x, y) => x - y),
        Array.from(p.keys()),
        what,
      );
      for (let i = 0; i < a.rows; i++)
        for (let j = 0; j < k; j++) {
          const x = l.data[i * k + j]!;
          if (j >= i) assert.is(x, i === j ? 1 : 0, what);
          else assert.ok(Math.abs(x) <= 1, what);
        }
      for (let i = 0; i < k; i++)
        for (let j = 0; j < i; j++) assert.is(upper.data[i * a.cols + j], 0, what);
      if (k > 0) family.lu.check(product(permuted(a, p), l, upper), what);
    };
    const verifySolve = (a: Matrix, p: number, what: string, assume?: "posdef") => {
      const b = gaussian(a.rows, p, precision, 7);
      const x = solve(a, b, assume ? { assume } : {});
      assert.equal([x.rows, x.cols], [a.rows, p]);
      if (p > 0) family[assume ?? "solve"].check(remainder(a, x, b), what);
      return x;
    };

    test(`${dtype}: every order around tiles, panels and stripes`, () => {
      for (const n of ORDERS) {
        const [a, g] = [gaussian(n, n, precision), gram(n, precision)];
        verifyCholesky(g, `${n}`);
        verifyLu(a, `${n}`);
        for (const p of [1, 3]) {
          verifySolve(a, p, `${n}`);
          verifySolve(g, p, `${n}`, "posdef");
        }
        const b = gaussian(n, 9, precision, 3);
        for (const lower of [true, false])
          for (const transposed of [true, false])
            for (const unit of [true, false]) {
              // What is not read is NaN.
              const t = build(n, n, precision, (i, j) =>
                i === j ? (unit ? NaN : 2 + Math.abs(a.data[i]))
                : i > j === lower ? a.data[i * n + j] / n
                : NaN,
              ); // prettier-ignore
              const x = triangularSolve(t, b, { lower, transpose: transposed, unit });
              const clean = t.data.map((v: number, at: number) => (Number.isNaN(v) ? (at % (n + 1) === 0 ? 1 : 0) : v)); // prettier-ignore
              const op = transposed
                ? transpose({ ...t, data: clean } as Matrix)
                : ({ ...t, data: clean } as Matrix);
              family.triangular.check(remainder(op, x, b), `${n} ${lower} ${transposed} ${unit}`);
            }
      }
    });

    test(`${dtype}: lu of all shapes`, () => {
      for (const [m, n] of shapes(
        "0x0 0x3 3x0 1x5 5x1 9x4 4x9 7x8 8x7 33x9 9x33 50x17 17x50 31x100 100x31 70x64",
      ))
        verifyLu(gaussian(m, n, precision), `${m} x ${n}`);
      for (const type of ["zero", "rank 1", "half rank", "equal columns", "zero columns", "ones"])
        for (const [m, n] of shapes("9x9 40x33")) verifyLu(hard[type](m, n, precision), type);
    });

    test(`${dtype}: the textbook's factors and inverse`, () => {
      for (const n of [1, 5, 8, 33, 70]) {
        const [a, g] = [gaussian(n, n, precision, 5), gram(n, precision)];
        const { p, l, u: upper } = lu(a);
        const twin = twins.lu(a);
        assert.equal([...p], twin.p);
        const cond = 1 / inverse(a).info.rcond;
        const unit = n * u * cond;
        const both = l.data.map((x: number, at: number) => at % n < Math.floor(at / n) ? x : upper.data[at]); // prettier-ignore
        family.twins.check(distance(both, twin.f) / unit / largest(twin.f), `lu ${n}`);
        const chol = twins.cholesky(g);
        const condG = 1 / solve(g, g, { assume: "posdef" }).info.rcond;
        family.twins.check(distance(cholesky(g).data, chol) / (n * u * condG) / largest(chol), `cholesky ${n}`); // prettier-ignore
        const inv = twins.inverse(a);
        family.twins.check(distance(inverse(a).data, inv) / unit / largest(inv), `inverse ${n}`);
        const exact = (one: Matrix) => norm(one) * norm({ ...one, data: twins.inverse(one) });
        for (const [one, found] of [
          [a, inverse(a)],
          [a, solve(a, a)],
          [g, solve(g, g, { assume: "posdef" })],
        ] as const) {
          const ratio = found.info.rcond * exact(one);
          assert.ok(ratio > 1 - (100 * n * u) / found.info.rcond, `${ratio}`);
          family.rcond.check(ratio, `${n}`);
        }
      }
    });

    test(`${dtype}: rcond where no gradient shows the norm of the inverse`, () => {
      // I - x y', with I + x y' for its inverse: rows and columns add up to one, and the first column is a unit column.
      const [x, y] = [[1, 0, 0, -1], [0, 2 ** 10, -(2 ** 10), 0]]; // prettier-ignore
      const a = build(4, 4, precision, (i, j) => Number(i === j) - x![i]! * y![j]!);
      for (const found of [inverse(a), solve(a, a)]) {
        const ratio = found.info.rcond * (1 + 2 ** 11) ** 2;
        assert.ok(ratio >= 1, `${ratio}`);
        family.rcond.check(ratio, "no gradient");
      }
    });

    test(`${dtype}: rcond where one column alone has the norm`, () => {
      for (const at of [0, 2]) {
        const a = build(3, 3, precision, (i, j) => Number(i === j) * (j === at ? 2 ** 10 : 1));
        for (const { info } of [inverse(a), solve(a, a), solve(a, a, { assume: "posdef" })])
          assert.is(info.rcond, 2 ** -10);
      }
    });

    test(`${dtype}: ill-conditioned and graded matrices`, () => {
      for (const n of [9, 33, 65]) {
        for (const type of Object.keys(slatb4)) {
          const a = slatb4[type](n, n, precision);
          verifyLu(a, `${type} ${n}`);
          const b = gaussian(n, 2, precision, 7);
          if (type.startsWith("near")) continue;
          family.solve.check(remainder(a, solve(a, b), b), `${type} ${n}`);
          const x = inverse(a);
          const eye = build(n, n, precision, (i, j) => Number(i === j));
          const error = norm(difference(eye, a, x)) * x.info.rcond;
          family.inverse.check(error / (n * u), `${type} ${n}`);
        }
        for (const type of ["graded rows", "graded columns", "kahan"])
          verifyLu(hard[type](n, n, precision), `${type} ${n}`);
        for (const cond of [1e2, 0.01 / u]) {
          const root = (m: number, k: number, p: Precision) => conditioned(m, k, p, Math.sqrt(cond)); // prettier-ignore
          const g = gram(n, precision, { shift: 0, make: root });
          verifyCholesky(g, `cond ${cond}`);
          verifySolve(g, 2, `cond ${cond}`, "posdef");
        }
      }
    });

    test(`${dtype}: near the limits of the numbers`, () => {
      const n = 17;
      const [a, b] = [gaussian(n, n, precision), gaussian(n, 2, precision, 2)];
      const g = gram(n, precision);
      const times = (x: Matrix, f: number) => ({ ...x, data: x.data.map((v: number) => v * f) }) as Matrix; // prettier-ignore
      const plain = solve(a, b);
      // Powers of two, so that every digit must come again.
      for (const e of [max / 2 ** 12, safmin * 2 ** 40].map((x) => 2 ** Math.floor(Math.log2(x)))) {
        const x = solve(times(a, e), times(b, e));
        assert.equal([x.data, x.info], [plain.data, plain.info]);
        assert.equal(times(inverse(times(a, e)), e), times(inverse(a), 1), `${e}`);
        const y = solve(times(g, e), times(b, e), { assume: "posdef" });
        assert.equal(y.data, solve(g, b, { assume: "posdef" }).data);
        assert.equal(lu(times(a, e)).p, lu(a).p);
        assert.equal(lu(times(a, e)).u, times(lu(a).u, e));
        const { sign, logdet } = slogdet(times(a, e));
        const expected = slogdet(a).logdet + n * Math.log(e);
        assert.is(sign, slogdet(a).sign);
        assert.ok(Math.abs(logdet - expected) <= 1e-14 * Math.abs(expected) * n);
        const four = 4 ** Math.round(Math.log2(e) / 2);
        assert.equal(cholesky(times(g, four / 4)).data, times(cholesky(g), Math.sqrt(four) / 2).data); // prettier-ignore
      }
      // Pivots and sums that would pass the largest number.
      const m = 0.75 * max;
      const turned = inverse(build(2, 2, precision, (i, j) => (i > j ? -m : m)));
      [1, -1, 1, 1].forEach((sign, at) => assert.ok(Math.abs(turned.data[at]! - sign * (0.5 / m)) <= tiny)); // prettier-ignore
      const upper = build(2, 2, precision, (i, j) => [4, -1, 0, 1][2 * i + j]!);
      const twice = build(2, 1, precision, () => m);
      assert.equal([...triangularSolve(upper, twice, { lower: false }).data], [m / 2, m].map((x) => precision.array.from([x])[0])); // prettier-ignore
      const small = build(1, 1, precision, () => tiny);
      for (const job of [
        () => inverse(small),
        () =>
          solve(
            small,
            build(1, 1, precision, () => 1),
          ),
      ])
        assert.match(refused("a", job).actual, "overflow");
    });

    test(`${dtype}: determinants`, () => {
      const matrix = (rows: number[][]) =>
        build(rows.length, rows.length, precision, (i, j) => rows[i]![j]!);
      assert.is(det(matrix([])), 1);
      assert.equal(slogdet(matrix([])), { sign: 1, logdet: 0 });
      // Scaled, pivots of subnormal data have all digits, and none overflows beside the largest number.
      for (const unit of [precision.tiny, precision.max / 128])
        for (const [x, exact] of [
          [100, 99],
          [-100, -20501],
        ] as const) {
          // prettier-ignore
          const { sign, logdet } = slogdet(matrix([[x * unit, 101 * unit], [101 * unit, 103 * unit]])); // prettier-ignore
          assert.is(sign, Math.sign(exact));
          const expected = Math.log(Math.abs(exact)) + 2 * Math.log(unit);
          assert.ok(
            Math.abs(logdet - expected) <= 2000 * u + 1e-12,
            `${unit}: ${logdet - expected}`,
          );
        }
      // Pivots that are subnormal, each with an exponent of its own.
      const low = build(30, 30, precision, (i, j) => (i !== j ? 0 : i ? precision.tiny : 1));
      assert.ok(Math.abs(slogdet(low).logdet / (29 * Math.log(precision.tiny)) - 1) < 1e-14);
      // 1.25 times 1.6 is 2 to the bit, which is 2 times a power and not a factor beside it.
      if (dtype === "float64") assert.is(slogdet(matrix([[1.25, 0], [0, 1.6 / 8]])).logdet, -2 * Math.LN2); // prettier-ignore
      assert.is(det(matrix([[-3]])), -3);
      assert.is(det(matrix([[0, 1], [1, 0]])), -1); // prettier-ignore
      assert.is(det(matrix([[0, 0, 2], [4, 0, 0], [0, 8, 0]])), 64); // prettier-ignore
      assert.is(det(matrix([[1, 2], [2, 4]])), 0); // prettier-ignore
      assert.equal(slogdet(matrix([[1, 2], [2, 4]])), { sign: 0, logdet: -Infinity }); // prettier-ignore
      // Pascal's matrix, of determinant 1.
      const pascal: number[][] = Array.from({ length: 7 }, () => new Array(7).fill(1));
      for (let i = 1; i < 7; i++)
        for (let j = 1; j < 7; j++) pascal[i][j] = pascal[i - 1][j] + pascal[i][j - 1];
      assert.ok(Math.abs(det(matrix(pascal)) - 1) < 2e5 * u);
      const a = gaussian(100, 100, precision);
      const { f, p } = twins.lu(a);
      let parity = 1;
      p.forEach((x, i) => p.slice(0, i).forEach((y) => (parity *= y > x ? -1 : 1)));
      const exact = f.filter((_, at) => at % 101 === 0).reduce((product, x) => product * x, parity);
      const tolerance = (100 * u) / inverse(a).info.rcond;
      assert.ok(Math.abs(det(a) / exact - 1) < tolerance);
      const { sign, logdet } = slogdet(a);
      assert.is(sign, Math.sign(exact));
      assert.ok(Math.abs(logdet - Math.log(Math.abs(exact))) < tolerance);
    });

    test(`${dtype}: of equal pivots the first is taken, as LAPACK does`, () => {
      // In every column some rows are as large as the pivot, in panels and across them.
      const n = 20;
      const a = build(n, n, precision, (i, j) => (i === j || (i > j && i % 3 === j % 3) ? 1 : 0));
      assert.equal(
        Array.from(lu(a).p),
        Array.from({ length: n }, (_, i) => i),
      );
    });

    test(`${dtype}: the largest number is no overflow`, () => {
      const top = build(1, 1, precision, () => precision.max);
      const one = build(1, 1, precision, () => 1);
      for (const assume of ["general", "posdef"] as const)
        assert.is(solve(one, top, { assume }).data[0], precision.max);
      assert.is(triangularSolve(one, top).data[0], precision.max);
      assert.is(lu(top).u.data[0], precision.max);
      assert.is(inverse(build(1, 1, precision, () => 4)).info.rcond, 1);
      // A condition of exactly that number, from entries that are themselves halfway there.
      if (dtype === "float64") {
        const halves = build(2, 2, precision, (i, j) => (i !== j ? 0 : i ? 2 ** -523 : precision.max / 2 ** 523)); // prettier-ignore
        assert.is(inverse(halves).info.rcond, 1 / precision.max);
      }
    });

    test(`${dtype}: a matrix of the largest number is accepted, and an inverse may have it`, () => {
      const top = build(1, 1, precision, () => max);
      for (const assume of ["general", "posdef"] as const)
        assert.ok(Math.abs(solve(top, top, { assume }).data[0]! - 1) <= 4 * u);
      assert.is(triangularSolve(top, top).data[0], 1);
      assert.ok(Math.abs(cholesky(top).data[0]! / Math.sqrt(max) - 1) <= 2 * u);
      assert.ok(inverse(top).data[0]! > 0);
      // Far from where numbers are scaled: the entry above the diagonal becomes top / 2^e · 2^(e − half) · 2^half.
      const e = dtype === "float32" ? 127 : 1023;
      const half = Math.floor(e / 2);
      const a = build(2, 2, precision, (i, j) => i === j ? 2 ** -(i ? e - half : half) : i < j ? -max / 2 ** e : 0); // prettier-ignore
      assert.is(inverse(a).data[1], max);
    });

    test(`${dtype}: what is singular or not positive definite is told, where it is`, () => {
      const n = 40;
      for (const at of [0, 1, 7, 8, 31, 33, 39]) {
        // Rows `at` and below have nothing in columns `at` and before.
        const a = build(n, n, precision, (i, j) =>
          j === at && i >= at ? 0 : i === j ? 2 : i < j ? 1 : 0,
        );
        const error = thrown(SingularError, () => solve(a, a));
        assert.equal([error.argument, error.pivot], ["a", at + 1]);
        assert.is(error.message, `a: expected a regular matrix, got a singular one: pivot ${at + 1} is zero`); // prettier-ignore
        assert.is(thrown(SingularError, () => inverse(a)).pivot, at + 1);
        assert.is(det(a), 0);
        const triangle = () => triangularSolve(a, a, { lower: false });
        assert.is(thrown(SingularError, triangle).pivot, at + 1);
        const g = with_(gram(n, precision, { shift: 1 }), at * (n + 1), -1);
        for (const job of [() => cholesky(g), () => solve(g, g, { assume: "posdef" })]) {
          const { expected, actual } = refused("a", job);
          assert.is(expected, "a positive definite matrix");
          assert.is(actual, `one whose leading minor of order ${at + 1} is not positive`);
        }
      }
      refused("a", () => cholesky(build(3, 3, precision, () => 0)));
      // Nearly singular: no error, and it says so.
      const nearly = conditioned(20, 20, precision, 0.5 / u);
      assert.ok(solve(nearly, nearly).info.rcond < 20 * u);
    });

    test(`${dtype}: refused; inputs are not changed; empty matrices`, () => {
      const [a, b, g] = [gaussian(5, 5, precision), gaussian(5, 2, precision), gram(5, precision)];
      const copies = [a, b, g].map(({ data }) => data.slice());
      for (const job of [
        () => cholesky(g),
        () => lu(a),
        () => solve(a, b),
        () => solve(g, b, { assume: "posdef" }),
        () => inverse(a),
        () => det(a),
        () => triangularSolve(a, b),
      ])
        // prettier-ignore
        assert.equal(job(), job());
      assert.equal([a.data, b.data, g.data], copies);
      const wide = gaussian(4, 5, precision);
      for (const job of [cholesky, inverse, det, slogdet]) refused("a", () => job(wide));
      const other = precisions.find((one) => one !== precision)!;
      for (const job of [solve, triangularSolve] as ((a: Matrix, b: Matrix, o?: never) => unknown)[]) {
        refused("a", () => job(wide, b));
        refused("b", () => job(a, wide));
        refused("b", () => job(a, gaussian(5, 2, other)));
        refused("b", () => job(a, with_(b, 9, NaN)));
        refused("options.other", () => job(a, b, { other: 1 } as never));
      } // prettier-ignore
      refused("assume", () => solve(a, b, { assume: "symmetric" as never }));
      refused("lower", () => triangularSolve(a, b, { lower: 1 as never }));
      for (const bad of [NaN, Infinity, -Infinity])
        for (let at = 0; at < 25; at++) {
          const broken = with_(a, at, bad);
          for (const job of [lu, inverse, det]) refused("a", () => job(broken));
          refused("a", () => solve(broken, b));
          if (at % 5 <= Math.floor(at / 5)) {
            refused("a", () => cholesky(with_(g, at, bad)));
            refused("a", () => triangularSolve(broken, b));
          } else triangularSolve(broken, b);
        }
      const none = build(0, 0, precision, () => 0);
      assert.equal([cholesky(none).rows, inverse(none).rows, inverse(none).info.rcond], [0, 0, 1]);
      assert.equal(solve(a, gaussian(5, 0, precision)).data.length, 0);
      assert.equal(
        solve(
          none,
          build(0, 3, precision, () => 0),
        ).cols,
        3,
      );
      assert.equal(
        triangularSolve(
          none,
          build(0, 3, precision, () => 0),
        ).cols,
        3,
      );
    });

    test(`${dtype}: batches: accurate, whatever their count, and each matrix by itself`, () => {
      const one = (x: Batch, i: number): Matrix => {
        const size = x.rows * x.cols;
        return {
          rows: x.rows,
          cols: x.cols,
          data: x.data.subarray(i * size, (i + 1) * size) as Data,
        };
      };
      const batch = (parts: Matrix[]): Batch => ({
        count: parts.length,
        rows: parts[0]!.rows,
        cols: parts[0]!.cols,
        data: precision.array.from(parts.flatMap(({ data }) => Array.from(data))),
      });
      const order = (n: number, count: number) => {
        const parts = Array.from({ length: count }, (_, seed) => gaussian(n, n, precision, seed));
        return { a: batch(parts), b: batch(parts.map((_, seed) => gaussian(n, 3, precision, seed + 50))), g: batch(parts.map((part) => gram(n, precision, { make: () => part }))) }; // prettier-ignore
      };
      for (const n of [1, 2, 3, 5, 8, 12, 16, 17])
        for (const count of [1, 2, 3, 4, 5, 9]) {
          const { a, b, g } = order(n, count);
          const [x, y, inverses, l, { det: dets, sign, logdet }] = [
            solveBatch(a, b, { assume: "general" }),
            solveBatch(g, b, { assume: "posdef" }),
            inverseBatch(a),
            choleskyBatch(g),
            determinants(a),
          ];
          for (let i = 0; i < count; i++) {
            const what = `${n}, ${i} of ${count}`;
            const [own, rhs, definite] = [one(a, i), one(b, i), one(g, i)];
            family.solve.check(remainder(own, one({ ...b, data: x }, i), rhs), what);
            family.posdef.check(remainder(definite, one({ ...b, data: y }, i), rhs), what);
            const factor = one({ ...g, data: l }, i);
            family.cholesky.check(product(definite, factor, transpose(factor)), what);
            for (let k = 0; k < n * n; k++)
              if (k % n > Math.floor(k / n)) assert.is(factor.data[k], 0);
            const { data, info } = inverse(own);
            const tolerance = (20 * n * u) / info.rcond;
            const found = one({ ...a, data: inverses }, i).data;
            assert.ok(distance(found, data) <= tolerance * largest(Float64Array.from(data)), what);
            assert.ok(Math.abs(dets[i]! / det(own) - 1) <= tolerance, what);
            assert.is(sign[i], Math.sign(dets[i]!));
            assert.ok(Math.abs(logdet[i]! - Math.log(Math.abs(dets[i]!))) <= tolerance + 1e-14);
            // Alone, the same bits.
            const alone = (z: Batch) => batch([one(z, i)]);
            assert.equal(solveBatch(alone(a), alone(b), { assume: "general" }), one({ ...b, data: x }, i).data.slice()); // prettier-ignore
            assert.equal(choleskyBatch(alone(g)), factor.data.slice());
            assert.equal(determinants(alone(a)).det[0], dets[i]);
          }
        }
      // What a lane does not do is done, or refused, by itself.
      const { a, b, g } = order(4, 6);
      const plain = solveBatch(a, b, { assume: "general" });
      const scale = 2 ** (dtype === "float32" ? 110 : 950);
      const mixed = { ...a, data: a.data.map((x: number, at: number) => (Math.floor(at / 16) === 2 ? x * scale : x)) as Data }; // prettier-ignore
      const found = solveBatch(mixed, b, { assume: "general" });
      const third = one({ ...b, data: found }, 2).data;
      assert.ok(distance(third.map((x: number) => x * scale), one({ ...b, data: plain }, 2).data) < 1e4 * u); // prettier-ignore
      assert.equal(found.slice(0, 24), plain.slice(0, 24));
      assert.equal(found.slice(36), plain.slice(36));
      const { sign, logdet } = determinants(mixed);
      assert.is(sign[2], determinants(a).sign[2]);
      assert.ok(Math.abs(logdet[2]! - determinants(a).logdet[2]! - 4 * Math.log(scale)) < 1e-4);
      const changed = (x: Batch, value: number) => ({ ...x, data: x.data.map((v: number, at: number) => (Math.floor(at / 16) === 3 ? value : v)) as Data }); // prettier-ignore
      const zero = changed(a, 0);
      assert.is(thrown(SingularError, () => solveBatch(zero, b, { assume: "general" })).pivot, 1);
      assert.is(thrown(SingularError, () => inverseBatch(zero)).pivot, 1);
      assert.equal([determinants(zero).det[3], determinants(zero).logdet[3]], [0, -Infinity]);
      // Determinants have more digits than entries in f32, and larger exponents than f64.
      const diagonal = (d: number[]) => batch([build(d.length, d.length, precision, (i, j) => (i === j ? d[i]! : 0))]); // prettier-ignore
      assert.is(determinants(diagonal([257, 263, 269, 271])).det[0], 257 * 263 * 269 * 271);
      for (const e of dtype === "float32" ? [99, -99] : [800, -800]) {
        const far = determinants(diagonal(new Array(16).fill(2 ** e))).logdet[0]!;
        assert.ok(Math.abs(far / (16 * e * Math.LN2) - 1) <= 2 ** -50, `${e}: ${far}`);
      }
      refused("a", () => choleskyBatch(changed(g, -1)));
      // Its last pivot alone is zero, and nothing is divided by it.
      refused("a", () => choleskyBatch(batch([build(2, 2, precision, () => 1)])));
      const longer = batch(Array.from({ length: a.count }, () => gaussian(a.rows + 1, 3, precision))); // prettier-ignore
      for (const assume of ["general", "posdef"] as const)
        refused("b", () => solveBatch(a, longer, { assume }));
      refused("assume", () => solveBatch(a, b, { assume: "symmetric" as never }));
      const wide = batch([gaussian(4, 5, precision), gaussian(4, 5, precision)]);
      for (const job of [choleskyBatch, inverseBatch, determinants]) refused("a", () => job(wide));
      refused("a", () => inverseBatch(changed(a, NaN)));
      refused("a", () => determinants(changed(a, Infinity)));
      refused("b", () => solveBatch(a, { ...b, data: b.data.map(() => NaN) as Data }, { assume: "general" })); // prettier-ignore
    });

    test(`${dtype}: nothing is written in front of the arena`, () => {
      const front = () =>
        frame(dtype, (f) => new Uint8Array(f.kernels.memory.buffer).slice(0, f.alloc(1)));
      const before = front();
      const [a, b] = [gaussian(5, 5, precision, 77), gaussian(5, 2, precision)];
      for (const job of [det, lu, inverse, (one: Matrix) => solve(one, b)]) job(a);
      assert.equal(front(), before);
    });

    test(`${dtype}: a status is written anew, whatever stood there`, () => {
      const unit = [1, 0, 0, 1];
      const status = (run: (f: Room, a: number, at: number) => unknown, of = unit) =>
        frame(dtype, (f) => {
          const at = f.put([NaN, NaN]);
          run(f, f.put(of), at);
          return Array.from(f.copy(at, 2));
        });
      assert.equal(
        status((f, a, at) => f.kernels.getri(2, a, at)),
        [1, 0],
      );
      for (const posdef of [0, 1])
        assert.equal(status((f, a, at) => f.kernels.gesv(posdef, 2, 1, a, f.put([1, 2]), at)), [1, 0]); // prettier-ignore
      assert.equal(
        status((f, a, at) => f.kernels.lu(2, 2, a, 0, 0, 0, f.put([0, 0]), at)),
        [1, 0],
      );
      // Of a singular matrix: no reciprocal condition, and the number of the pivot.
      const singular = [1, 0, 0, 0];
      assert.equal(status((f, a, at) => f.kernels.getri(2, a, at), singular), [0, 2]); // prettier-ignore
      for (const posdef of [0, 1])
        assert.equal(status((f, a, at) => f.kernels.gesv(posdef, 2, 1, a, f.put([1, 2]), at), singular), [0, 2]); // prettier-ignore
      assert.is(status((f, a, at) => f.kernels.cholesky(2, a, at))[0], 0);
      assert.is(status((f, a, at) => f.kernels.trtrs(1, 0, 0, 2, 1, a, f.put([1, 2]), at))[0], 0);
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});
