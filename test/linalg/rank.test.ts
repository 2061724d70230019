import * as assert from "uvu/assert";
import { cond, jacobi, lstsq, nullSpace, pinv, rank, type Matrix } from "../../src/linalg/index.ts";
import { build, conditioned, gaussian, hard, shapes } from "../support/matrices.ts";
import { precisions } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

suite("linalg/rank", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const eps = 2 * u;

    test(`${dtype}: what is known`, () => {
      for (const [m, n] of shapes("1x1 9x4 4x9 33x33 65x20 20x65")) {
        const k = Math.min(m, n);
        assert.is(rank(gaussian(m, n, precision)), k);
        assert.is(rank(hard.zero(m, n, precision)), 0);
        assert.is(rank(hard.ones(m, n, precision)), 1);
        assert.is(rank(hard["rank 1"](m, n, precision)), 1);
        assert.is(rank(hard["half rank"](m, n, precision)), Math.ceil(k / 2));
        assert.is(rank(hard["subnormal only"](m, n, precision)), k);
      }
      for (const [m, n] of shapes("0x0 0x3 3x0"))
        assert.is(rank(gaussian(m, n, precision)), 0, `${m} x ${n}`);
    });

    test(`${dtype}: NumPy's threshold, max(m, n) eps s₁, is not reached by its equal`, () => {
      for (const [m, n] of shapes("8x2 2x8 2x2")) {
        const size = Math.max(m, n);
        const diagonal = (s: number) =>
          build(m, n, precision, (i, j) => (i !== j ? 0 : i === 0 ? 4 : s));
        assert.is(rank(diagonal(4 * size * eps)), 1);
        assert.is(rank(diagonal(4 * size * eps * (1 + eps))), 2);
      }
    });

    test(`${dtype}: subnormal data lose no digits`, () => {
      // The small value is 1/202 of what can be represented.
      const a = build(2, 2, precision, (i, j) => (100 + i + j) * precision.tiny);
      assert.is(rank(a), 2);
      assert.is(nullSpace(a).cols, 0);
      assert.ok(Math.abs(cond(a) / 40806 - 1) < 1e-9 + 5 * 40806 * u, `${cond(a)}`);
    });

    test(`${dtype}: a tolerance is relative to s₁`, () => {
      const a = build(4, 4, precision, (i, j) => (i === j ? 1024 / 10 ** i : 0));
      const ranks = [0.0005, 0.005, 0.05, 0.5, 1, 7].map((tolerance) => rank(a, { tolerance }));
      assert.equal(ranks, [4, 3, 2, 1, 0, 0]);
      const all = { tolerance: 0, method: jacobi };
      assert.is(rank(a, all), 4);
      assert.is(rank(hard.zero(3, 3, precision), all), 0);
    });

    test(`${dtype}: a tolerance below the errors of divide and conquer is left to Jacobi`, () => {
      const a = conditioned(7, 5, precision, 10);
      const usual = 7 * 2 * u;
      assert.is(rank(a, { tolerance: usual }), rank(a));
      for (const tolerance of [0, usual * (1 - 2 ** -20)]) {
        assert.is(rank(a, { tolerance, method: jacobi }), 5);
        for (const job of [
          rank,
          pinv,
          nullSpace,
          (x: Matrix, options: object) => lstsq(x, x, options),
        ])
          refused("tolerance", () => job(a, { tolerance }));
      }
      for (const method of ["jacobi", {}, null] as never[])
        refused("method", () => rank(a, { method }));
    });

    test(`${dtype}: refused, unchanged`, () => {
      const a = conditioned(7, 5, precision, 10);
      const copy = a.data.slice();
      for (const tolerance of [-1e-9, NaN, Infinity, "1" as never])
        refused("tolerance", () => rank(a, { tolerance }));
      rank(a);
      assert.equal(a.data, copy);
      for (const bad of [NaN, Infinity]) {
        a.data[11] = bad;
        refused("a", () => rank(a));
        refused("a", () => cond(a));
      }
      refused("a", () => rank(undefined as never));
    });
  }
});
