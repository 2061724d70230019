import * as assert from "uvu/assert";
import { polar, svd } from "../../src/linalg/index.ts";
import { build, conditioned, gaussian, hard, shapes } from "../support/matrices.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import { distance, Family, orthogonality, transpose } from "../support/ratios.ts";
import { stewart } from "../twins/haar.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";

const some = shapes("1x1 9x4 4x9 33x33 50x17 17x50");
const types = ["zero", "rank 1", "half rank", "equal columns", "zero rows", "graded columns"];

suite("linalg/polar", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const family = {
      orthogonality: new Family(`polar ${dtype} ‖I − UᵀU‖`),
      residual: new Family(`polar ${dtype} ‖A − UP‖`),
      definite: new Family(`polar ${dtype} negative part of P`),
    };

    test(`${dtype}: a = u·p, u orthonormal, p symmetric and semidefinite`, () => {
      for (const [m, n] of some) {
        const known = types.map((type) => hard[type](m, n, precision));
        for (const a of [gaussian(m, n, precision), conditioned(m, n, precision, 1e3), ...known]) {
          const found = polar(a);
          const what = `${m} x ${n}`;
          assert.equal([found.u.rows, found.u.cols, found.p.rows, found.p.cols], [m, n, n, n]);
          for (const { data } of [found.u, found.p]) assert.is(precisionOf(data), precision);
          family.orthogonality.check(orthogonality(found.u), what);
          const s1 = svd(a, { vectors: false }).s[0];
          const unit = Math.max(m, n) * u * s1 || 1;
          family.residual.check(distance(gemm(found.u, found.p).value, a.data) / unit, what);
          // Symmetric to the bit; xᵀpx ≥ 0 but for rounding.
          const { data } = found.p;
          for (let i = 0; i < n; i++)
            for (let j = 0; j < i; j++) assert.is(data[i * n + j], data[j * n + i]);
          for (let seed = 1; seed < 5; seed++) {
            const x = gaussian(n, 1, precision, seed);
            const px = gemm(found.p, x).value;
            const form = gemm(transpose(x), { ...x, data: px }).value[0];
            const length = gemm(transpose(x), x).value[0];
            family.definite.check(Math.max(0, -form) / (unit * length), what);
          }
        }
      }
    });

    test(`${dtype}: an orthonormal a is its own u`, () => {
      const q = stewart(gaussian(20, 8, precision, 3));
      const a = build(20, 8, precision, (i, j) => q.data[i * 8 + j]);
      const found = polar(a);
      assert.ok(distance(found.u.data, a.data) <= 20 * u);
      const identity = build(8, 8, precision, (i, j) => Number(i === j));
      assert.ok(distance(found.p.data, identity.data) <= 20 * u);
    });

    test(`${dtype}: a rotation times a stretch`, () => {
      const a = build(2, 2, precision, (i, j) => [0, -3, 2, 0][2 * i + j]);
      const { u: rotation, p } = polar(a);
      assert.ok(distance(rotation.data, [0, -1, 1, 0]) <= 4 * u);
      assert.ok(distance(p.data, [2, 0, 0, 3]) <= 12 * u);
    });

    test(`${dtype}: u is nearer than other orthonormal matrices`, () => {
      const a = gaussian(9, 4, precision);
      const distanceTo = (q: ArrayLike<number>) =>
        Math.hypot(...Array.from(a.data, (x: number, at) => x - q[at]));
      const nearest = distanceTo(polar(a).u.data);
      for (let seed = 1; seed < 20; seed++)
        assert.ok(distanceTo(stewart(gaussian(9, 4, precision, seed)).data) > nearest);
    });

    test(`${dtype}: empty, refused, unchanged`, () => {
      for (const [m, n] of shapes("0x0 0x3 3x0")) {
        const found = polar(gaussian(m, n, precision));
        assert.equal(
          found,
          { u: build(m, n, precision, () => 0), p: build(n, n, precision, () => 0) },
        ); // prettier-ignore
      }
      const a = gaussian(5, 7, precision);
      const copy = a.data.slice();
      assert.equal(polar(a), polar(a));
      assert.equal(a.data, copy);
      a.data[3] = -Infinity;
      refused("a", () => polar(a));
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});
