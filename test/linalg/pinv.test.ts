import * as assert from "uvu/assert";
import {
  jacobi,
  lstsq,
  nullSpace,
  pinv,
  polar,
  rank,
  svd,
  topSvd,
  type Matrix,
} from "../../src/linalg/index.ts";
import { build, conditioned, gaussian, hard, shapes } from "../support/matrices.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import { distance, Family, transpose } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused, tooLarge } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";
import { stewart } from "../twins/haar.ts";

const some = shapes("1x1 9x4 4x9 33x33 50x17 17x50");

suite("linalg/pinv", (test) => {
  for (const precision of precisions) {
    const { dtype, u, max } = precision;
    const family = new Family(`pinv ${dtype} Penrose conditions`);

    const product = (a: Matrix, b: Matrix): Matrix => ({
      rows: a.rows,
      cols: b.cols,
      data: gemm(a, b).value,
    });
    const norm = ({ data }: Matrix) => Math.hypot(...data);

    /** The four conditions, each against what rounding of x alone may cause: n u ‖a‖ ‖x‖. */
    const penrose = (a: Matrix, x: Matrix, what: string) => {
      assert.equal([x.rows, x.cols], [a.cols, a.rows]);
      assert.is(precisionOf(x.data), precision);
      const [ax, xa] = [product(a, x), product(x, a)];
      const unit = Math.max(a.rows, a.cols) * u * Math.max(norm(a) * norm(x), 1);
      const within = (left: Matrix, right: Matrix, scale: number) =>
        family.check(scale === 0 ? 0 : distance(left.data, right.data) / (scale * unit), what);
      within(product(ax, a), a, norm(a));
      within(product(xa, x), x, norm(x));
      within(ax, transpose(ax), 1);
      within(xa, transpose(xa), 1);
    };

    test(`${dtype}: below the usual tolerance scaled columns keep their digits`, () => {
      // The inverse of q·d is d⁻¹·qᵀ; what divide and conquer makes of its small values is noise.
      const q = stewart(gaussian(12, 12, precision, 3));
      const d = (j: number) => 8 ** (12 - 2 * j);
      const a = build(12, 12, precision, (i, j) => q.data[12 * i + j] * d(j));
      const x = pinv(a, { tolerance: 0, method: jacobi });
      const scaled = build(12, 12, precision, (i, j) => x.data[12 * i + j] * d(i));
      const error = distance(scaled.data, transpose(q).data);
      assert.ok(error <= 100 * u, `${error / u} u`);
      assert.is(rank(a, { tolerance: 0, method: jacobi }), 12);
      assert.is(nullSpace(a, { tolerance: 0, method: jacobi }).cols, 0);
      const b = build(12, 1, precision, (i) => a.data[12 * i + 11]);
      const { x: last } = lstsq(a, b, { tolerance: 0, method: jacobi });
      assert.ok(Math.abs(last.data[11] - 1) <= 100 * u, `${last.data[11]}`);
    });

    test(`${dtype}: the Penrose conditions`, () => {
      for (const [m, n] of some) {
        penrose(gaussian(m, n, precision), pinv(gaussian(m, n, precision)), `${m} x ${n}`);
        for (const type of ["rank 1", "half rank", "ones", "equal columns", "zero columns"]) {
          const a = hard[type](m, n, precision);
          penrose(a, pinv(a), `${type} ${m} x ${n}`);
        }
        const a = conditioned(m, n, precision, 1e3);
        penrose(a, pinv(a), `condition 1e3 ${m} x ${n}`);
      }
    });

    test(`${dtype}: an inverse, by scale`, () => {
      for (const scale of [2 ** -100, 1, 2 ** 100]) {
        const a = build(3, 3, precision, (i, j) => scale * [4, 2, 0, 0, 1, 0, 0, 0, 8][3 * i + j]);
        const inverse = [0.25, -0.5, 0, 0, 1, 0, 0, 0, 0.125].map((x) => x / scale);
        assert.ok(distance(pinv(a).data, inverse) <= (20 * u) / scale);
      }
    });

    test(`${dtype}: subnormal matrices have all digits of their inverse`, () => {
      const rows = [100, 3, 5, -7, 90, 2, 1, 6, -110];
      const half = dtype === "float32" ? 2 ** 67 : 2 ** 515;
      const small = build(3, 3, precision, (i, j) => rows[3 * i + j]! / half / half);
      const plain = pinv(build(3, 3, precision, (i, j) => rows[3 * i + j]!));
      assert.equal(pinv(small).data, plain.data.map((x: number) => x * half * half)); // prettier-ignore
    });

    test(`${dtype}: zero, and nothing`, () => {
      for (const [m, n] of shapes("1x1 3x5 0x0 0x3 3x0"))
        assert.equal(pinv(hard.zero(m, n, precision)), hard.zero(n, m, precision));
    });

    test(`${dtype}: no columns or no rows, and as many of the others as can be counted`, () => {
      const none = new precision.array(0);
      for (const side of [2 ** 31, 2 ** 53 - 1])
        for (const [rows, cols] of [
          [0, side],
          [side, 0],
        ]) {
          // prettier-ignore
          const a = { rows, cols, data: none } as Matrix;
          if (cols > 0) tooLarge(() => polar(a));
          else assert.is(polar(a).u.rows, rows);
          assert.equal([pinv(a).rows, pinv(a).cols], [cols, rows]);
          assert.equal(topSvd(a, 0).s.length, 0);
          assert.is(svd(a).s.length, 0);
        }
    });

    test(`${dtype}: singular values at or below tolerance s₁ count as zero`, () => {
      const diagonal = (...s: number[]) => build(3, 3, precision, (i, j) => (i === j ? s[i]! : 0));
      const a = diagonal(4, 1, 0.5);
      assert.equal(pinv(a, { tolerance: 0.25 }), diagonal(0.25, 0, 0));
      assert.equal(pinv(a, { tolerance: 0.2 }), diagonal(0.25, 1, 0));
      // The default: 3 eps.
      assert.equal(pinv(diagonal(1, 1, 6 * u)), diagonal(1, 1, 0));
      assert.equal(pinv(diagonal(1, 1, 8 * u)), diagonal(1, 1, 1 / (8 * u)));
    });

    test(`${dtype}: refused, unchanged`, () => {
      const a = gaussian(5, 7, precision);
      const copy = a.data.slice();
      pinv(a);
      assert.equal(a.data, copy);
      refused("tolerance", () => pinv(a, { tolerance: -1 }));
      refused("a", () => pinv(build(2, 2, precision, () => NaN)));
      const error = refused("a", () => pinv(build(1, 1, precision, () => 0.5 / max)));
      assert.match(error.actual, "overflow");
    });

    test.after(() => family.note());
  }
});
