import * as assert from "uvu/assert";
import { jacobi, lstsq, matmul, pinv, ridge, svd, type Matrix } from "../../src/linalg/index.ts";
import { build, conditioned, gaussian, hard, shapes } from "../support/matrices.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import { distance, Family, largest, transpose } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";

suite("linalg/lstsq", (test) => {
  for (const precision of precisions) {
    const { dtype, u, max, safmin, tiny } = precision;
    const family = {
      normal: new Family(`lstsq ${dtype} ‖Aᵀ(b − Ax)‖`),
      minimum: new Family(`lstsq ${dtype} minimum norm`),
    };
    const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
    const remainder = (a: Matrix, x: Matrix, b: Matrix) =>
      gemm(a, x).value.map((value, at) => b.data[at] - value);

    /** The normal equations hold, and x has no part in the null space. */
    const verify = (a: Matrix, p: number, what: string) => {
      const b = gaussian(a.rows, p, precision, 7);
      const { x, rank, s } = lstsq(a, b);
      assert.equal([x.rows, x.cols], [a.cols, p]);
      for (const data of [x.data, s]) assert.is(precisionOf(data), precision);
      assert.equal(s, svd(a).s);
      if (x.data.length === 0 || s.length === 0) return;
      const r = { ...b, data: remainder(a, x, b) };
      const size = norm(a.data) * (norm(a.data) * norm(x.data) + norm(b.data));
      const unit = Math.max(a.rows, a.cols) * u;
      const gradient = largest(gemm(transpose(a), r).value);
      family.normal.check(gradient === 0 ? 0 : gradient / (unit * size), what);
      // What pinv(a)·a leaves of x; a perturbation of a by u turns its row space by u·cond.
      const condition = rank > 0 ? s[0] / s[rank - 1] : 1;
      const shortened = gemm(pinv(a), { ...x, rows: a.rows, data: gemm(a, x).value }).value;
      const excess = distance(shortened, x.data);
      family.minimum.check(excess === 0 ? 0 : excess / (unit * condition * norm(x.data)), what);
    };

    test(`${dtype}: minimises, with minimum norm`, () => {
      const types = ["zero", "rank 1", "half rank", "equal columns", "zero columns"];
      for (const [m, n] of shapes("1x1 9x4 4x9 33x33 50x17 17x50 0x3 3x0 0x0"))
        for (const p of [1, 3, 0]) {
          verify(gaussian(m, n, precision), p, `${m} x ${n}`);
          if (m * n === 0) continue;
          for (const type of types) verify(hard[type](m, n, precision), p, `${type} ${m} x ${n}`);
          verify(conditioned(m, n, precision, 1e3), p, `condition 1e3, ${m} x ${n}`);
        }
    });

    test(`${dtype}: residuals as gelsd has them: of full column rank and more rows than columns`, () => {
      const b = gaussian(9, 2, precision, 7);
      const a = gaussian(9, 4, precision);
      const { x, residuals, rank } = lstsq(a, b);
      const exact = remainder(a, x, b);
      assert.is(rank, 4);
      for (const j of [0, 1]) {
        const sum = exact.reduce((total, r, at) => total + (at % 2 === j ? r * r : 0), 0);
        assert.ok(Math.abs(residuals![j] - sum) <= 100 * u * norm(b.data) ** 2);
      }
      const small = { ...b, data: b.data.map((value) => value * 2 ** -48) as typeof b.data };
      assert.equal(lstsq(a, small).residuals, residuals!.map((r) => r * 2 ** -96)); // prettier-ignore
      const without: Matrix[] = [gaussian(9, 9, precision), gaussian(9, 12, precision)];
      for (const one of [...without, hard["rank 1"](9, 4, precision)])
        assert.is(lstsq(one, b).residuals, undefined);
    });

    test(`${dtype}: a line through points`, () => {
      // y = 2t − 1 at t = 0 … 5, exact.
      const a = build(6, 2, precision, (i, j) => i ** j);
      const b = build(6, 1, precision, (i) => 2 * i - 1);
      assert.ok(distance(lstsq(a, b).x.data, [-1, 2]) <= 50 * u);
    });

    test(`${dtype}: singular values at or below tolerance s₁ count as zero`, () => {
      const a = build(3, 3, precision, (i, j) => (i === j ? 4 ** (1 - i) : 0));
      const b = build(3, 1, precision, () => 1);
      const solve = (tolerance?: number) => lstsq(a, b, { tolerance });
      assert.equal([...solve().x.data], [0.25, 1, 4]);
      assert.equal([...solve(1 / 16).x.data], [0.25, 1, 0]);
      assert.equal([...solve(0.25).x.data], [0.25, 0, 0]);
      assert.equal([solve().rank, solve(0.25).rank], [3, 1]);
    });

    test(`${dtype}: subnormal data lose no digits`, () => {
      const matrix = (rows: number[][], scale: number) =>
        build(rows.length, rows[0].length, precision, (i, j) => rows[i][j] * scale);
      const [a, b] = [[[100, 101], [101, 102], [7, -3]], [[5, 1], [-4, 2], [3, 3]]]; // prettier-ignore
      const plain = lstsq(matrix(a, 1), matrix(b, 1));
      for (const [e, f] of [
        [tiny, tiny],
        [tiny, 1e5 * tiny],
        [safmin, tiny],
      ]) {
        // prettier-ignore
        const { x, rank } = lstsq(matrix(a, e), matrix(b, f));
        assert.is(rank, 2);
        const error = distance(x.data, plain.x.data.map((value: number) => value * (f / e))); // prettier-ignore
        assert.ok(error <= 100 * u * norm(plain.x.data) * (f / e) + tiny, `${e}, ${f}: ${error}`);
      }
    });

    test(`${dtype}: singular values whose inverses overflow`, () => {
      const small = tiny * 2 ** 4;
      const a = build(2, 2, precision, (i, j) => (i !== j ? 0 : i ? small : 1));
      const b = build(2, 1, precision, (i) => (i ? small : 1));
      const { x, rank } = lstsq(a, b, { tolerance: 0, method: jacobi });
      assert.is(rank, 2);
      assert.equal([...x.data], [1, 1]);
    });

    test(`${dtype}: refused, unchanged`, () => {
      const [a, b] = [gaussian(5, 4, precision), gaussian(5, 2, precision)];
      const copies = [a.data.slice(), b.data.slice()];
      lstsq(a, b);
      assert.equal([a.data, b.data], copies);
      refused("b", () => lstsq(a, gaussian(4, 2, precision)));
      const other = precisions.find((one) => one !== precision)!;
      refused("b", () => lstsq(a, gaussian(5, 2, other) as never));
      refused("tolerance", () => lstsq(a, b, { tolerance: -1 }));
      refused("b", () => lstsq(a, { ...b, data: b.data.map(() => NaN) } as Matrix));
      refused("a", () => lstsq({ ...a, data: a.data.map(() => NaN) } as Matrix, b));
      const [tiny, huge] = [1 / max, max / 2].map((x) => build(1, 1, precision, () => x));
      assert.match(refused("a", () => lstsq(tiny, huge)).actual, "overflow");
    });

    test(`${dtype}: weights: rows count as often, and those of weight 0 not at all`, () => {
      const [a, b] = [gaussian(6, 3, precision), gaussian(6, 2, precision, 2)];
      const weights = [1, 4, 0, 1, 9, 1];
      const repeated = (x: Matrix): Matrix => {
        const rows = weights.flatMap((w, i) => Array.from({ length: w }, () => i));
        return build(rows.length, x.cols, precision, (i, j) => x.data[rows[i] * x.cols + j]);
      };
      const [found, plain] = [lstsq(a, b, { weights }), lstsq(repeated(a), repeated(b))];
      assert.ok(distance(found.x.data, plain.x.data) <= 200 * u);
      assert.ok(distance(found.residuals!, plain.residuals!) <= 200 * u);
      assert.ok(distance(found.s, plain.s) <= 50 * u);
      const even = lstsq(a, b, { weights: new Float32Array(6).fill(4) });
      assert.equal(even.x, lstsq(a, b).x);
      assert.is(lstsq(a, b, { weights: [1, 1, 0, 0, 0, 0] }).rank, 2);
      for (const bad of [[1, 2], [1, 1, 1, 1, 1, -1], [1, 1, 1, 1, 1, NaN], "123456", 1])
        refused("weights", () => lstsq(a, b, { weights: bad as never }));
    });

    test(`${dtype}: ridge: the normal equations hold, on either path`, () => {
      const worst = new Family(`ridge ${dtype} ‖Aᵀ(b − Ax) − λx‖`);
      for (const [m, n] of shapes("1x1 9x4 4x9 33x33 50x17 17x50 3x0 0x3"))
        for (const p of [1, 3, 0])
          for (const lambda of [0, 1e-12, 1e-3, 1, 1e6]) {
            const [a, b] = [gaussian(m, n, precision), gaussian(m, p, precision, 7)];
            const x = ridge(a, b, lambda);
            assert.equal([x.rows, x.cols], [n, p]);
            assert.is(precisionOf(x.data), precision);
            if (x.data.length === 0 || m === 0) continue;
            const r = { ...b, data: remainder(a, x, b) };
            const off = gemm(transpose(a), r).value.map((g, at) => g - lambda * x.data[at]);
            const size = norm(a.data) * norm(b.data) + (norm(a.data) ** 2 + lambda) * norm(x.data);
            worst.check(largest(off) / (u * size), `${m} x ${n}, ${lambda}`);
          }
      const flat = hard["equal columns"](20, 8, precision);
      const b = gaussian(20, 2, precision, 3);
      // Rank deficient: what lstsq finds, and the limit of small λ.
      assert.is(ridge(flat, b, 0).info.path, "svd");
      const least = lstsq(flat, b).x;
      assert.ok(distance(ridge(flat, b, 0).data, least.data) <= 500 * u);
      assert.ok(distance(ridge(flat, b, u).data, least.data) <= 500 * u);
      assert.is(ridge(flat, b, 1).info.path, "normal");
      const hilbert = hard.hilbert(30, 20, precision);
      assert.is(ridge(hilbert, gaussian(30, 1, precision), 1e-14).info.path, "svd");
      worst.note();
    });

    test(`${dtype}: ridge scales exactly, and refuses`, () => {
      const [a, b] = [gaussian(7, 4, precision), gaussian(7, 2, precision, 2)];
      const times = (x: Matrix, f: number) => ({ ...x, data: x.data.map((v: number) => v * f) }) as Matrix; // prettier-ignore
      const plain = ridge(a, b, 0.5);
      for (const e of [2 ** -60, 2 ** 60])
        assert.equal(ridge(times(a, e), times(b, e), 0.5 * e * e).data, plain.data);
      for (const lambda of [-1, NaN, Infinity, "1" as never])
        refused("lambda", () => ridge(a, b, lambda));
      refused("b", () => ridge(a, gaussian(6, 2, precision), 1));
      const other = precisions.find((one) => one !== precision)!;
      refused("b", () => ridge(a, gaussian(7, 2, other) as never, 1));
      refused("b", () => ridge(a, times(b, NaN), 1));
      refused("a", () => ridge(times(a, Infinity), b, 1));
      const [tiny, huge] = [1 / max, max / 2].map((x) => build(1, 1, precision, () => x));
      assert.match(refused("a", () => ridge(tiny, huge, 0)).actual, "overflow");
    });

    test(`${dtype}: agrees with pinv`, () => {
      const [a, b] = [gaussian(20, 12, precision), gaussian(20, 3, precision, 2)];
      assert.ok(distance(lstsq(a, b).x.data, matmul(pinv(a), b).data) <= 500 * u);
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});
