import * as assert from "uvu/assert";
import { cond } from "../../src/linalg/index.ts";
import { build, conditioned, gaussian, hard, shapes } from "../support/matrices.ts";
import { precisions } from "../support/precisions.ts";
import { transpose } from "../support/ratios.ts";
import { stewart } from "../twins/haar.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

suite("linalg/cond", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;

    test(`${dtype}: of a given spectrum`, () => {
      for (const [m, n] of shapes("9x4 4x9 33x33 50x17"))
        for (const condition of [1, 2, 1e3]) {
          const found = cond(conditioned(m, n, precision, condition));
          const error = Math.abs(found / condition - 1);
          assert.ok(error <= 10 * n * u * condition, `${m} x ${n}, ${condition}: ${found}`);
        }
    });

    test(`${dtype}: ends of the scale`, () => {
      assert.is(cond(build(3, 3, precision, (i, j) => Number(i === j))), 1);
      assert.is(cond(build(1, 1, precision, () => -7)), 1);
      assert.is(cond(build(2, 2, precision, () => 1)) > 0.1 / u, true);
      for (const [m, n] of shapes("1x1 5x3 3x5")) {
        assert.is(cond(hard.zero(m, n, precision)), Infinity);
        if (m * n > 1) assert.is(cond(hard["zero columns"](m, 3, precision)), Infinity);
      }
      for (const [m, n] of shapes("0x0 0x3 3x0")) assert.is(cond(gaussian(m, n, precision)), 0);
    });

    test(`${dtype}: scaling of columns costs no digits`, () => {
      const q = stewart(gaussian(12, 12, precision, 3));
      const a = build(12, 12, precision, (i, j) => q.data[i * 12 + j] * 8 ** (6 - j));
      const exact = 8 ** 11;
      for (const one of [a, transpose(a)])
        assert.ok(Math.abs(cond(one) / exact - 1) <= 200 * u, `${cond(one)} / ${exact}`);
    });

    test(`${dtype}: unchanged, refused`, () => {
      const a = gaussian(6, 8, precision);
      const copy = a.data.slice();
      cond(a);
      assert.equal(a.data, copy);
      refused("a.data", () => cond({ ...a, rows: 5 }));
    });
  }
});
