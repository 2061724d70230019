import * as assert from "uvu/assert";
import { matmul, normal, svd, topSvd, type Matrix } from "../../src/linalg/index.ts";
import { build, conditioned, gaussian, hard, shapes } from "../support/matrices.ts";
import { double, precisionOf, precisions, single, type Precision } from "../support/precisions.ts";
import { distance, Family, orthogonality, transpose } from "../support/ratios.ts";
import { stewart } from "../twins/haar.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";

type Spectrum = (i: number) => number;

const spectra: Record<string, Spectrum> = {
  "1/i": (i) => 1 / (i + 1),
  exponential: (i) => 2 ** (-i / 3),
  "rank 3": (i) => (i < 3 ? 3 - i : 0),
  "a cluster": (i) => (i < 12 ? 1 : 0.01),
};

/** U diag(f(i)) Vᵀ with Haar factors. */
function withSpectrum(m: number, n: number, precision: Precision, f: Spectrum): Matrix {
  const k = Math.min(m, n);
  const [u, v] = [stewart(gaussian(m, k, precision, 2)), stewart(gaussian(n, k, precision, 3))];
  const us = { ...u, data: u.data.map((x, at) => x * f(at % k)) };
  const { value } = gemm(us, transpose(v));
  return build(m, n, precision, (i, j) => value[i * n + j]);
}

/** max over i of ‖aᵀu_i − s_i v_i‖ and ‖a v_i − s_i u_i‖, in f64. */
function residualOf(a: Matrix, u: Matrix, s: ArrayLike<number>, v: Matrix): number {
  const worst = (product: Float64Array, w: Matrix) => {
    const difference = product.map((x, at) => x - s[at % w.cols] * w.data[at]);
    const column = (j: number) => difference.filter((_, at) => at % w.cols === j);
    return Math.max(0, ...Array.from(s, (_, j) => Math.hypot(...column(j))));
  };
  return Math.max(worst(gemm(transpose(a), u).value, v), worst(gemm(a, v).value, u));
}

suite("linalg/topSvd", (test) => {
  for (const precision of precisions) {
    const { dtype, u, max } = precision;
    const family = {
      orthogonality: new Family(`topSvd ${dtype} ‖I − UᵀU‖, ‖I − VᵀV‖`),
      values: new Family(`topSvd ${dtype} σ`),
    };

    const verify = (a: Matrix, k: number, what: string, tolerance = 1e-5) => {
      const found = topSvd(a, k, tolerance === 1e-5 ? {} : { tolerance });
      const reference = svd(a, { vectors: false }).s;
      assert.equal([found.u.rows, found.u.cols, found.s.length], [a.rows, k, k]);
      assert.equal([found.v.rows, found.v.cols], [a.cols, k]);
      for (const data of [found.u.data, found.s, found.v.data])
        assert.is(precisionOf(data), precision);
      if (k === 0 || a.data.length === 0) return found;
      const top = reference[0];
      const rounding = Math.max(a.rows, a.cols) * u * top;
      family.orthogonality.check(orthogonality(found.u), what);
      family.orthogonality.check(orthogonality(found.v), what);
      // The bound that the caller was given, and that it is true.
      const residual = residualOf(a, found.u, found.s, found.v);
      assert.ok(found.residual <= tolerance * top || found.method === "full", what);
      assert.ok(residual <= found.residual + rounding, `${what}: ${residual} ${found.residual}`);
      // σ: within the square of the residual (a gap of .01 σ₁), the energy within .999 of the optimum.
      const error = distance(found.s, reference.subarray(0, k));
      const square = found.residual ** 2 / (0.01 * top || 1);
      family.values.check(error === 0 ? 0 : error / (square + rounding), what);
      const energy = (s: ArrayLike<number>) =>
        Array.from({ length: k }, (_, i) => (s[i] / (top || 1)) ** 2).reduce((x, y) => x + y, 0);
      if (tolerance <= 1e-5) assert.ok(energy(found.s) >= 0.999 * energy(reference), what);
      found.s.forEach((x: number, i: number) => assert.ok(i === 0 || x <= found.s[i - 1], what));
      for (let j = 0; j < k; j++) {
        const column = Array.from({ length: a.rows }, (_, i) => found.u.data[i * k + j]);
        assert.ok(Math.max(...column) >= -Math.min(...column), `sign of ${j}, ${what}`);
      }
      return found;
    };

    for (const [name, f] of Object.entries(spectra))
      test(`${dtype}: ${name}`, () => {
        for (const [m, n] of shapes("200x200 300x180 180x300")) {
          const { method } = verify(withSpectrum(m, n, precision, f), 8, `${name} ${m} x ${n}`);
          assert.is(method, "krylov", `${m} x ${n}`);
        }
      });

    test(`${dtype}: a basis of five blocks has to fit into half of the order`, () => {
      for (const [n, method] of [
        [90, "krylov"],
        [89, "full"],
      ] as const)
        // prettier-ignore
        assert.is(topSvd(withSpectrum(n, n, precision, (i) => 2 ** -i), 1).method, method, `${n}`);
    });

    test(`${dtype}: a flat spectrum meets the residual or takes the full SVD`, () => {
      const flat = gaussian(200, 200, precision);
      assert.is(verify(flat, 8, "Gaussian").method, "full");
      assert.is(verify(flat, 8, "Gaussian, loose", 0.2).method, "krylov");
      verify(gaussian(400, 170, precision), 5, "Gaussian 400 x 170");
      // Which sixteen of sixty equals the block has found shows only at the last digits of σ.
      verify(
        withSpectrum(300, 180, precision, (i) => (i < 60 ? 1 : 0.01)),
        8,
        "sixty equals",
      );
    });

    test(`${dtype}: small ones, and many of the triplets, are the full SVD's`, () => {
      for (const [m, n] of shapes("1x1 9x4 4x9 64x64 300x64 100x90"))
        for (const k of [0, 1, Math.min(m, n) >> 1, Math.min(m, n)]) {
          const a = gaussian(m, n, precision);
          const found = verify(a, k, `${m} x ${n}, ${k}`);
          const { s, u: left } = svd(a);
          if (k > 0) assert.is(found.method, "full");
          assert.equal(found.s, s.slice(0, k));
          if (k > 0) assert.is(found.u.data[0], left.data[0]);
        }
    });

    test(`${dtype}: nothing from empty matrices, zeros from zero`, () => {
      for (const [m, n] of shapes("0x0 0x5 5x0")) verify(gaussian(m, n, precision), 0, "empty");
      assert.is(topSvd(gaussian(4, 3, precision), 0).residual, 0);
      for (const [m, n] of shapes("5x3 150x150 200x150 150x200")) {
        const found = verify(hard.zero(m, n, precision), 2, `zero ${m} x ${n}`);
        assert.equal([...found.s, found.residual], [0, 0, 0]);
        assert.is(found.method, m < 90 ? "full" : "krylov");
      }
    });

    test(`${dtype}: any scale`, () => {
      for (const scale of [max / 2 ** 10, 2 ** -90])
        verify(conditioned(150, 160, precision, 1e12, scale), 4, `scale ${scale}`);
    });

    test(`${dtype}: the seed decides; inputs are not changed`, () => {
      const a = withSpectrum(150, 170, precision, spectra["1/i"]);
      const copy = a.data.slice();
      assert.equal(topSvd(a, 3), topSvd(a, 3, { seed: 0 }));
      const [one, other] = [topSvd(a, 3), topSvd(a, 3, { seed: 5 })];
      assert.ok(distance(one.s, other.s) <= 100 * u);
      assert.not.equal(one.u, other.u);
      assert.equal(a.data, copy);
    });

    test(`${dtype}: a tolerance is what the residual keeps`, () => {
      const a = withSpectrum(250, 250, precision, (i) => 0.93 ** i);
      const residuals = [1e-1, 1e-4, 0].map((tolerance) => verify(a, 4, "0.93^i", tolerance));
      assert.is(residuals[0].method, "krylov");
      assert.is(residuals[2].method, "full");
      assert.ok(residuals[1].residual <= 1e-4 * residuals[1].s[0]);
    });

    test(`${dtype}: refused`, () => {
      const a = gaussian(150, 160, precision);
      for (const k of [-1, 0.5, 151, NaN, "1" as never]) refused("k", () => topSvd(a, k));
      refused("tolerance", () => topSvd(a, 3, { tolerance: -1 }));
      refused("seed", () => topSvd(a, 3, { seed: -1 }));
      for (const seed of [-1, 0.5, "x" as never])
        refused("seed", () => topSvd(gaussian(4, 3, precision), 2, { seed }));
      for (const bad of [NaN, Infinity]) {
        a.data[777] = bad;
        refused("a", () => topSvd(a, 3));
      }
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }

  test("float64: four blocks first, which do not span forty directions, then seven, as the residual asks", () => {
    const diagonal = (n: number, f: Spectrum) =>
      build(n, n, double, (i, j) => (i === j ? f(i) : 0));
    // Seven blocks would not fit into half of the order 100, nor ten into that of 150.
    const forty = diagonal(100, (i) => (i < 40 ? 2 - i / 40 : 0));
    assert.is(topSvd(forty, 1).method, "full");
    const slow = diagonal(150, (i) => 0.94 ** i);
    const four = topSvd(slow, 1, { tolerance: 1 });
    assert.ok(four.residual > 1.5e-5 && four.residual < 2e-5, `${four.residual}`);
    const { method, residual } = topSvd(slow, 1);
    assert.is(method, "krylov");
    assert.ok(residual <= 1e-5);
  });

  test("float32: vectors are orthonormal but for the rounding of their entries", () => {
    for (const [m, n] of shapes("200x200 500x140 140x500")) {
      const a = withSpectrum(m, n, single, spectra.exponential);
      const found = topSvd(a, 5);
      assert.is(found.method, "krylov");
      for (const x of [found.u, found.v]) {
        const { value } = gemm(transpose(x), x);
        value.forEach((product, at) => {
          // By Cauchy and Schwarz; what f64 leaves is far below.
          const error = Math.abs(product - Number(at % 6 === 0));
          assert.ok(error <= 2.01 * single.u, `${m} x ${n}: ${error / single.u} u`);
        });
      }
    }
  });

  test("float32: of two entries of the largest magnitude the first is positive", () => {
    for (const sign of [1, -1]) {
      const a = build(90, 90, single, (i, j) => (i < 2 && j < 64 ? (i ? -sign : sign) : 0));
      const { u, method } = topSvd(a, 1);
      assert.is(method, "krylov");
      assert.is(u.data[0], -u.data[1]);
      assert.ok(u.data[0] > 0);
    }
  });

  test("a matrix that goes in strips through the kernels", () => {
    // 1200 x 1000 is more than one strip; of rank 5, so that the answer is known.
    const [x, y] = [normal(1200, 5, { seed: 1 }), normal(1000, 5, { seed: 2 })];
    for (const a of [matmul(x, y, { transposeB: true }), matmul(y, x, { transposeB: true })]) {
      const { s, u, v, residual, method } = topSvd(a, 5);
      assert.is(method, "krylov");
      assert.ok(residual <= 1e-5 * s[0]);
      assert.ok(residualOf(a, u, s, v) <= 1e-5 * s[0]);
      const energy = a.data.reduce((sum, value) => sum + value ** 2, 0);
      assert.ok(Math.abs(s.reduce((sum, value) => sum + value ** 2, 0) / energy - 1) <= 1e-5);
      assert.is(precisionOf(s), single);
    }
  });
});
