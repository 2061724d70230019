import * as assert from "uvu/assert";
import { jacobi, nullSpace, rank, svd } from "../../src/linalg/index.ts";
import { build, gaussian, hard, shapes } from "../support/matrices.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import { Family, largest, orthogonality } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";

suite("linalg/nullSpace", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const family = {
      orthogonality: new Family(`nullSpace ${dtype} ‖I − ZᵀZ‖`),
      residual: new Family(`nullSpace ${dtype} ‖AZ‖`),
    };

    test(`${dtype}: orthonormal, n − rank columns, a·z = 0`, () => {
      const types = ["zero", "rank 1", "half rank", "ones", "equal columns", "zero columns"];
      for (const type of types)
        for (const [m, n] of shapes("1x1 9x4 4x9 33x33 50x17 17x50 1x6 6x1")) {
          const a = hard[type](m, n, precision);
          const z = nullSpace(a);
          const what = `${type} ${m} x ${n}`;
          assert.equal([z.rows, z.cols], [n, n - rank(a)], what);
          assert.is(precisionOf(z.data), precision);
          family.orthogonality.check(orthogonality(z), what);
          const error = largest(gemm(a, z).value);
          const unit = Math.max(m, n) * u * svd(a).s[0];
          family.residual.check(error === 0 ? 0 : error / unit, what);
        }
    });

    test(`${dtype}: full column rank leaves nothing, no rows leave everything`, () => {
      for (const [m, n] of shapes("1x1 9x4 33x33 3x0 0x0"))
        assert.equal(
          nullSpace(gaussian(m, n, precision)),
          build(n, 0, precision, () => 0),
        );
      const all = nullSpace(gaussian(0, 4, precision));
      assert.equal(
        all,
        build(4, 4, precision, (i, j) => Number(i === j)),
      );
      const wide = nullSpace(gaussian(4, 9, precision));
      assert.equal([wide.rows, wide.cols], [9, 5]);
    });

    test(`${dtype}: tolerance is relative to s₁`, () => {
      const a = build(4, 3, precision, (i, j) => (i === j ? 64 / 8 ** i : 0));
      const tolerances = [1 / 65, 1 / 64, 1 / 8, 1];
      const sizes = tolerances.map((tolerance) => nullSpace(a, { tolerance }).cols);
      assert.equal(sizes, [0, 1, 2, 3]);
      assert.is(nullSpace(a, { tolerance: 0, method: jacobi }).cols, 0);
    });

    test(`${dtype}: refused, unchanged, the same every time`, () => {
      const a = gaussian(5, 7, precision);
      const copy = a.data.slice();
      assert.equal(nullSpace(a), nullSpace(a));
      assert.equal(a.data, copy);
      refused("tolerance", () => nullSpace(a, { tolerance: NaN }));
      for (const none of [null, undefined, 3] as never[]) refused("a", () => nullSpace(none));
      a.data[3] = NaN;
      refused("a", () => nullSpace(a));
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});
