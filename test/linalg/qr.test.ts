import fc from "fast-check";
import * as assert from "uvu/assert";
import { ArgumentError, qr, type Matrix } from "../../src/linalg/index.ts";
import { build, conditioned, gaussian, hard, shapes, slatb4 } from "../support/matrices.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import { columnwiseResidual, Family, orthogonality, residual } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";

const modes = ["reduced", "complete"] as const;
const flags = [false, true];
const some = shapes("1x1 9x4 4x9 33x33 50x17 17x50 100x64 65x100");

suite("linalg/qr", (test) => {
  for (const precision of precisions) {
    const { dtype, max, u } = precision;
    const family = {
      orthogonality: new Family(`qr types ${dtype} ‖I − QᵀQ‖`),
      residual: new Family(`qr types ${dtype} ‖A − QR‖`),
      columns: new Family(`qr types ${dtype} column by column`),
    };

    const verify = (a: Matrix, what: string) => {
      for (const mode of modes)
        for (const positive of flags) {
          const { q, r } = qr(a, { mode, positive });
          const k = mode === "complete" ? a.rows : Math.min(a.rows, a.cols);
          assert.equal([q.rows, q.cols, r.rows, r.cols], [a.rows, k, k, a.cols]);
          family.orthogonality.check(orthogonality(q), what);
          family.residual.check(residual(a, q, r), what);
          r.data.forEach((x: number, at: number) => {
            const [i, j] = [Math.floor(at / r.cols), at % r.cols];
            if (i > j) assert.is(Math.abs(x), 0, `R(${i}, ${j}) ${what}`);
            if (i === j && positive) assert.ok(x >= 0, `R(${i}, ${i}) ${what}`);
          });
        }
    };

    for (const [type, make] of Object.entries({ ...slatb4, ...hard }))
      test(`${dtype}: ${type}`, () => {
        for (const [m, n] of some) verify(make(m, n, precision), `${type} ${m} x ${n}`);
      });

    test(`${dtype}: ones, whose rounding errors are all alike`, () => {
      for (const n of [128, 256, 512]) {
        const a = hard.ones(n, n, precision);
        const { q, r } = qr(a);
        family.orthogonality.check(orthogonality(q), `${n} ones`);
        family.residual.check(residual(a, q, r), `${n} ones`);
      }
    });

    test(`${dtype}: any shape, any scale`, () => {
      const size = fc.integer({ min: 0, max: 40 });
      const decades = dtype === "float32" ? 30 : 290;
      const scale = fc.integer({ min: -decades, max: decades });
      const property = fc.property(size, size, scale, fc.nat(), (m, n, decade, seed) => {
        const a = gaussian(m, n, precision, seed);
        a.data.forEach((x: number, at: number) => (a.data[at] = x * 10 ** decade));
        verify(a, `${m} x ${n}, 1e${decade}, seed ${seed}`);
      });
      fc.assert(property, { seed: 1, numRuns: 150 });
    });

    test(`${dtype}: graded columns keep their own accuracy`, () => {
      for (const type of ["graded columns", "columns graded upwards"])
        for (const [m, n] of some) {
          const a = hard[type](m, n, precision);
          const { q, r } = qr(a);
          family.columns.check(columnwiseResidual(a, q, r), `${type} ${m} x ${n}`);
        }
    });

    test(`${dtype}: the norm of one column, whatever its scale`, () => {
      const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100];
      for (const top of [max / 16, max ** 0.5, 1, precision.safmin, 1e4 * precision.tiny])
        for (const m of sizes) {
          const a = build(m, 1, precision, (i) => top * (1 - (i % 5) / 8));
          const exact = top * Math.hypot(...a.data.map((x: number) => x / top));
          const { r } = qr(a, { positive: true });
          const error = Math.abs(r.data[0] - exact);
          assert.ok(error <= 4 * u * exact + precision.tiny, `${m} entries of ${top}: ${error}`);
        }
    });

    test(`${dtype}: entries of a quarter of the largest number`, () => {
      // Columns of R are as long as those of A: at most √15 max/4.
      for (const [m, n] of shapes("1x1 2x2 4x9 15x3 15x15")) {
        const a = build(m, n, precision, (i, j) => ((i * j) % 3 === 1 ? -max : max) / 4);
        verify(a, `max / 4, ${m} x ${n}`);
      }
      const overflowing = build(17, 2, precision, () => max / 4);
      const error = catchError(() => qr(overflowing));
      assert.instance(error, ArgumentError);
      assert.is(error.argument, "a");
      assert.match(error.message, "overflow");
    });

    test(`${dtype}: the largest number is one like any other`, () => {
      const { r } = qr(build(2, 2, precision, (i, j) => (i !== j ? 0 : i ? 1 : precision.max)));
      assert.equal(Array.from(r.data), [precision.max, 0, 0, 1]);
    });

    test(`${dtype}: a NaN or an infinity anywhere is refused`, () => {
      const [m, n] = [7, 5];
      for (const bad of [NaN, Infinity, -Infinity])
        for (let at = 0; at < m * n; at++) {
          const a = gaussian(m, n, precision);
          a.data[at] = bad;
          const error = catchError(() => qr(a));
          assert.instance(error, ArgumentError);
          assert.is(error.argument, "a");
          assert.is(error.expected, "finite entries");
        }
      const large = build(1000, 1000, precision, () => NaN);
      assert.throws(() => qr(large));
    });

    test(`${dtype}: the input is not changed, the result is the caller's own`, () => {
      const a = conditioned(20, 12, precision, 2, max / 100);
      const copy = a.data.slice();
      const { q, r } = qr(a);
      assert.equal(a.data, copy);
      const [q0, r0] = [q.data.slice(), r.data.slice()];
      qr(gaussian(20, 12, precision));
      assert.equal([q.data, r.data], [q0, r0]);
      for (const { data } of [q, r]) assert.is(precisionOf(data), precision);
    });

    test(`${dtype}: the same bits every time`, () => {
      const a = gaussian(50, 40, precision);
      assert.equal(qr(a), qr(a));
    });

    test(`${dtype}: signs are LAPACK's, or positive`, () => {
      for (const [m, n] of shapes("5x5 9x4 40x33")) {
        const a = gaussian(m, n, precision, m);
        const plain = qr(a);
        const positive = qr(a, { positive: true });
        // β = −sign(α)‖x‖: R(0, 0) against A(0, 0).
        assert.is(Math.sign(plain.r.data[0]), -Math.sign(a.data[0]));
        // Both are the same factorisation but for signs, which go by row of R and column of Q.
        for (let i = 0; i < n; i++) {
          const sign = Math.sign(plain.r.data[i * n + i]);
          for (let j = i; j < n; j++)
            assert.is(positive.r.data[i * n + j], sign * plain.r.data[i * n + j]);
          for (let row = 0; row < m; row++)
            assert.is(positive.q.data[row * n + i], sign * plain.q.data[row * n + i]);
        }
      }
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});

function catchError(job: () => unknown): ArgumentError {
  try {
    job();
  } catch (error) {
    return error as ArgumentError;
  }
  assert.unreachable("no error");
  throw 0;
}
