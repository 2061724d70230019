import fc from "fast-check";
import * as assert from "uvu/assert";
import { ArgumentError } from "../../src/errors.ts";
import type { Code } from "../../src/init/data/codes.ts";
import { encode, type EncodeOptions, type Encoding } from "../../src/init/data/encode.ts";
import type { Link } from "../../src/init/data/head.ts";
import { Moments } from "../../src/init/data/moments.ts";
import { patch, positions } from "../../src/init/data/patches.ts";
import { axisOf } from "../../src/linalg/conv/axis.ts";
import { preactivation } from "../../src/init/data/preactivation.ts";
import { significant, spectrum } from "../../src/init/data/spectrum.ts";
import { Variances } from "../../src/init/data/variances.ts";
import { besides } from "../../src/linalg/columns.ts";
import { jacobi, lstsq, matmul, normal, qr, rank, svd, sylvester } from "../../src/linalg/index.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { suite } from "../support/suite.ts";
import { thrown } from "../support/thrown.ts";

type Wide = Matrix<Float64Array>;

const dtype = "float64";
const plain: EncodeOptions = { alpha: 1, beta: 1, ridge: 0, rescale: "none" };
const code = (more: Partial<Code>): Code => ({ kind: "pca", units: 3, oneSided: false, seed: 1, ...more }); // prettier-ignore
const transpose = ({ rows, cols, data }: Wide): Wide => ({
  rows: cols,
  cols: rows,
  data: Float64Array.from(data, (_, at) => data[(at % rows) * cols + Math.floor(at / rows)]),
});

/** Samples as rows, correlated and off centre. */
function correlated(n: number, d: number, seed: number): Wide {
  const x = matmul(normal(n, d, { seed, dtype }), normal(d, d, { seed: seed + 100, dtype }));
  return { ...x, data: x.data.map((value, at) => value + (at % d)) };
}

/** The rows less their mean. */
function centred({ rows, cols, data }: Wide): Wide {
  const mean = Array.from({ length: cols }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += data[i * cols + j];
    return sum / rows;
  });
  return { rows, cols, data: data.map((value, at) => value - mean[at % cols]) };
}

function momentsOf(x: Wide, t?: Wide) {
  const moments = new Moments(x.cols + (t?.cols ?? 0), "xs");
  moments.add(x, t);
  return moments.summary();
}

const solve = (x: Wide, c: Partial<Code>, options: Partial<EncodeOptions> = {}, t?: Wide) =>
  encode({ moments: momentsOf(x, t), inputs: x.cols, code: code(c), options: { ...plain, ...options } }); // prettier-ignore

const norm = (data: Float64Array) => Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0));

/** ‖a − b‖ / ‖b‖ */
function apart(a: Wide, b: Wide): number {
  assert.equal([a.rows, a.cols], [b.rows, b.cols]);
  return norm(a.data.map((value, at) => value - b.data[at])) / norm(b.data);
}

/** Pre-activations of the samples, one a row. */
function activate(x: Wide, { weights, bias }: Encoding): Wide {
  const z = matmul(x, weights, { transposeB: true });
  return { ...z, data: z.data.map((value, at) => value + bias[at % z.cols]) };
}

/** Mean over the columns of their variance. */
const spread = (z: Wide) => norm(centred(z).data) ** 2 / z.data.length;

/** Leading principal axes as rows, by the SVD of the samples themselves; largest entries positive. */
function principal(x: Wide, k: number): Wide {
  const v = transpose(svd(centred(x)).v);
  return signed({ rows: k, cols: v.cols, data: v.data.slice(0, k * v.cols) });
}

function signed({ rows, cols, data }: Wide): Wide {
  const out = data.slice();
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * cols, (i + 1) * cols);
    const top = row.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    if (top < 0) row.forEach((value, j) => (row[j] = -value));
  }
  return { rows, cols, data: out };
}

const labelsOf = (n: number, classes: number): Wide => {
  const data = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) data[i * classes + (i % classes)] = 1;
  return { rows: n, cols: classes, data };
};

suite("init/data identities, to 1e-10", (test) => {
  for (const [alpha, beta] of [
    [1, 1],
    [0.1, 3],
    [5, 0],
    [1e-3, 1e3],
  ])
    // prettier-ignore
    test(`pca: W holds the principal axes, alpha ${alpha}, beta ${beta}`, () => {
      const x = correlated(60, 12, 1);
      const { weights, residual, filled, reduced } = solve(x, { units: 4 }, { alpha, beta });
      assert.ok(apart(signed(weights), principal(x, 4)) < 1e-10);
      assert.ok(residual < 1e-15);
      assert.equal([filled, reduced], [0, undefined]);
    });

  test("pca: as many units as components are the components themselves", () => {
    for (const [n, rank] of [
      [60, 12],
      [5, 4],
    ]) {
      const x = correlated(n, 12, 3);
      const { weights, filled } = solve(x, { units: rank });
      assert.ok(apart(signed(weights), principal(x, rank)) < 1e-10);
      assert.is(filled, 0);
    }
  });

  test("pca before relu: half the components and their negatives", () => {
    const x = correlated(60, 12, 2);
    const { weights } = solve(x, { units: 7, oneSided: true });
    // β S Sᵀ counts a pair twice: (α + 2β) W = (α + β) Uᵀ; the fourth has no twin.
    const factors = [2 / 3, 2 / 3, 2 / 3, 1];
    const half = principal(x, 4);
    half.data.forEach((_, at) => (half.data[at] *= factors[Math.floor(at / 12)]));
    const top = { rows: 4, cols: 12, data: weights.data.slice(0, 48) };
    assert.ok(apart(signed(top), half) < 1e-10);
    const below = { rows: 3, cols: 12, data: weights.data.slice(48).map((value) => -value) };
    assert.ok(apart(below, { rows: 3, cols: 12, data: top.data.slice(0, 36) }) < 1e-10);
  });

  test("a code with S Sᵀ = s I: the ridge form", () => {
    const [n, d, k, s] = [50, 9, 4, 7];
    const x = correlated(n, d, 3);
    const q = qr(centred(normal(n, k, { seed: 4, dtype }))).q;
    const t = { ...q, data: q.data.map((value) => value * Math.sqrt(s)) };
    const [alpha, beta] = [0.7, 2];
    const { weights } = solve(x, { kind: "streamed", units: k }, { alpha, beta }, t);
    // W (α X Xᵀ + β s I) = (α + β) S Xᵀ, as least squares of stacked rows
    const eye = new Float64Array(d * d).map((_, at) => (at % (d + 1) === 0 ? Math.sqrt(beta * s) : 0)); // prettier-ignore
    const a = [...centred(x).data.map((value) => value * Math.sqrt(alpha)), ...eye];
    const factor = (alpha + beta) / Math.sqrt(alpha);
    const b = [...t.data.map((value) => value * factor), ...new Float64Array(d * k)];
    const ridge = lstsq(
      { rows: n + d, cols: d, data: Float64Array.from(a) },
      { rows: n + d, cols: k, data: Float64Array.from(b) },
    ).x as Wide;
    assert.ok(apart(weights, transpose(ridge)) < 1e-10);
  });

  test("alpha ≫ beta: the least squares encoder S X⁺", () => {
    const x = correlated(50, 9, 5);
    const t = normal(50, 4, { seed: 6, dtype });
    const { weights } = solve(x, { kind: "streamed", units: 4 }, { alpha: 1, beta: 1e-14 }, t);
    assert.ok(apart(weights, transpose(lstsq(centred(x), centred(t)).x as Wide)) < 1e-10);
  });

  test("labels: W has no more rank than there are classes", () => {
    const [x, t] = [correlated(60, 12, 7), labelsOf(60, 3)];
    const { weights, singular } = solve(x, { kind: "labels", units: 8 }, {}, t);
    // Centred one-hot vectors of c classes span c − 1 dimensions.
    assert.is(rank(weights, { tolerance: 1e-10 * norm(weights.data), method: jacobi }), 2);
    assert.is(singular, 0);
  });

  test("any code: the solution of the Sylvester equation by Schur forms", () => {
    const [x, t] = [correlated(50, 9, 8), normal(50, 4, { seed: 9, dtype })];
    const [alpha, beta, ridge] = [0.3, 2, 0.01];
    const [X, S] = [centred(x), centred(t)];
    const product = (a: Wide, b: Wide, factor: number): Wide => {
      const c = matmul(a, b, { transposeA: true });
      return { ...c, data: c.data.map((value) => value * factor) };
    };
    const [a, b, c] = [product(S, S, beta), product(X, X, alpha), product(S, X, alpha + beta)];
    const mean = (m: Wide) => m.data.reduce((sum, value, at) => sum + (at % (m.cols + 1) ? 0 : value), 0) / m.rows; // prettier-ignore
    const mu = ridge * (mean(a) + mean(b));
    a.data.forEach((_, at) => at % 5 === 0 && (a.data[at] += mu));
    const wanted = sylvester(a, b, c, { symmetric: false });
    const { weights } = solve(x, { kind: "streamed", units: 4 }, { alpha, beta, ridge }, t);
    assert.ok(apart(weights, wanted) < 1e-10);
  });
});

suite("init/data", (test) => {
  const kinds = ["pca", "randomProjection", "labels", "streamed"] as const;
  for (const kind of kinds)
    test(`${kind}: pre-activations of mean 0 and variance 1`, () => {
      fc.assert(
        fc.property(
          fc.record({ n: fc.integer({ min: 2, max: 40 }), d: fc.integer({ min: 1, max: 20 }) }),
          fc.record({ k: fc.integer({ min: 1, max: 24 }), oneSided: fc.boolean(), seed: fc.nat() }),
          ({ n, d }, { k, oneSided, seed }) => {
            const x = correlated(n, d, seed);
            const t = { labels: labelsOf(n, 3), streamed: normal(n, k, { seed, dtype }) }[kind as string]; // prettier-ignore
            const c = { kind, units: k, oneSided, seed };
            const found = solve(x, c, { rescale: "variance" }, t);
            const z = activate(x, found);
            const size = norm(x.data) * norm(found.weights.data) + 1;
            for (let j = 0; j < k; j++) {
              let sum = 0;
              for (let i = 0; i < n; i++) sum += z.data[i * k + j];
              assert.ok(Math.abs(sum) < 1e-12 * n * size, `mean ${sum / n}`);
            }
            assert.ok(Math.abs(found.variance - 1) < 1e-12);
            assert.ok(Math.abs(spread(z) - 1) < 1e-9, `variance ${spread(z)}`);
            // Of consistent equations; labels in fewer samples than inputs are no less so.
            assert.ok(found.residual < 1e-14, `residual ${found.residual}`);
          },
        ),
        { numRuns: 30 },
      );
    });

  test("he: ‖W‖² = 2k", () => {
    const { weights } = solve(correlated(30, 8, 1), { units: 5 }, { rescale: "he" });
    assert.ok(Math.abs(norm(weights.data) ** 2 - 10) < 1e-10);
  });

  test("more units than components: random orthonormal combinations of all of them", () => {
    const x = correlated(5, 12, 3); // rank 4
    const { weights, filled } = solve(x, { units: 6 });
    assert.is(filled, 2);
    const gram = matmul(weights, weights, { transposeA: true });
    const axes = principal(x, 4);
    // QᵀQ = I, so WᵀW is the projector on the principal axes; S Sᵀ has rank 4 as it should.
    assert.ok(apart(gram, matmul(axes, axes, { transposeA: true })) < 1e-10);
  });

  test("pairs beyond the components are counted by units", () => {
    assert.is(solve(correlated(5, 12, 3), { units: 10, oneSided: true }).filled, 2);
  });

  for (const kind of ["pca", "randomProjection"] as const)
    test(`${kind}: constant inputs, and a single sample, give zeros and no NaN`, () => {
      const constant = { rows: 9, cols: 4, data: new Float64Array(36).fill(Math.fround(0.1)) };
      for (const x of [constant, normal(1, 4, { seed: 1, dtype })]) {
        const found = solve(x, { kind }, { rescale: "variance" });
        assert.ok([...found.weights.data, ...found.bias].every((value) => value === 0));
        assert.is(found.variance, 0);
      }
    });

  test("of eigenvalues that are rounding errors, or zero throughout, none counts", () => {
    const count = (...values: number[]) => significant(Float64Array.from(values), 4);
    assert.equal([count(), count(0, 0), count(0, 2 ** -50, 2 ** -49, 1)], [0, 0, 2]);
  });

  test("a constant feature gets weight zero", () => {
    const x = correlated(40, 6, 4);
    for (let i = 0; i < 40; i++) x.data[i * 6 + 2] = 3;
    for (const kind of ["pca", "randomProjection"] as const) {
      const { weights } = solve(x, { kind });
      const column = weights.data.filter((_, at) => at % 6 === 2);
      assert.ok(norm(column) < 1e-12 * norm(weights.data), kind);
    }
  });

  test("seeds: the same bits, and others", () => {
    const x = correlated(40, 6, 4);
    const bits = (seed: number) => solve(x, { kind: "randomProjection", seed }).weights.data;
    assert.equal(bits(1), bits(1));
    assert.not.equal(bits(1), bits(2));
  });

  test("1600 inputs: on principal axes, exact where they hold all of the variance", () => {
    const [n, d, r] = [200, 1600, 40];
    const x = matmul(normal(n, r, { seed: 1, dtype }), normal(r, d, { seed: 2, dtype }));
    const { weights, reduced } = solve(x, { units: 3 });
    assert.is(reduced!.axes, 512);
    assert.ok(Math.abs(reduced!.share - 1) < 1e-9);
    const { v } = svd(centred(x));
    const leading = signed({ ...transpose(v), rows: 3, data: transpose(v).data.slice(0, 3 * d) });
    assert.ok(apart(signed(weights), leading) < 1e-9);
  });

  test("1537 inputs whose variances decay slowly: a second step finds the leading ones all the same", () => {
    const d = 1537;
    const variances = Float64Array.from({ length: d }, (_, i) => (i + 1) ** -0.75);
    const data = new Float64Array(d * d);
    variances.forEach((variance, i) => (data[i * (d + 1)] = variance));
    const { values, share } = spectrum({ rows: d, cols: d, data }, 1);
    assert.is(values.length, 512);
    // One step alone leaves errors of 1.6e-4 in the first and 4.8e-3 in the tenth.
    for (const [i, bound] of [
      [0, 1e-6],
      [9, 1e-4],
    ])
      // prettier-ignore
      assert.ok(Math.abs(values.at(-1 - i!)! / variances[i!]! - 1) < bound!, `${i}`);
    const sum = (all: Float64Array) => all.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs((share * sum(variances)) / sum(values) - 1) < 1e-12);
    assert.ok(share > 0.95 * (sum(variances.subarray(0, 512)) / sum(variances)));
  });
});

suite("init/data targets", (test) => {
  const [n, d, k] = [60, 7, 3];
  const x = correlated(n, d, 11);
  const noise = normal(n, k, { seed: 12, dtype });
  const y = { ...noise, data: matmul(x, normal(d, k, { seed: 13, dtype })).data.map((value, at) => 3 * noise.data[at] + value + 40) }; // prettier-ignore
  const fit = (t: Wide, link: Link = { kind: "identity" }, ridge: number | "auto" = "auto", intercept = true) =>
    encode({ moments: momentsOf(x, t), inputs: d, code: { kind: "targets", link, intercept, seed: 1 }, options: { ...plain, ridge } }); // prettier-ignore
  const column = ({ rows, cols, data }: Wide, j: number): Wide => ({ rows, cols: 1, data: data.filter((_, at) => at % cols === j) }); // prettier-ignore

  /** Ridge by least squares of stacked rows. */
  const ridged = (a: Wide, b: Wide, lambda: number) => {
    const below = new Float64Array(d * d).map((_, at) => (at % (d + 1) === 0 ? Math.sqrt(lambda) : 0)); // prettier-ignore
    return lstsq(
      { rows: n + d, cols: d, data: Float64Array.from([...a.data, ...below]) },
      { rows: n + d, cols: b.cols, data: Float64Array.from([...b.data, ...new Float64Array(d * b.cols)]) }, // prettier-ignore
    ).x as Wide;
  };

  for (const intercept of [true, false])
    test(`ridge, as least squares of stacked rows; intercept: ${intercept}`, () => {
      const [a, b] = intercept ? [centred(x), centred(y)] : [x, y];
      const ridge = 0.3;
      const found = fit(y, { kind: "identity" }, ridge, intercept);
      const lambda = (ridge * norm(a.data) ** 2) / d;
      assert.ok(apart(found.weights, transpose(ridged(a, b, lambda))) < 1e-10);
      assert.ok(found.residual < 1e-14);
      assert.is(found.reduced, undefined);
      const p = activate(x, found);
      const means = (m: Wide) => Array.from({ length: k }, (_, j) => column(m, j).data.reduce((sum, value) => sum + value, 0) / n); // prettier-ignore
      if (intercept) means(p).forEach((m, j) => assert.ok(Math.abs(m - means(y)[j]) < 1e-10));
    });

  test("λ of every target has the least generalized cross-validation of all powers of 2", () => {
    const a = centred(x);
    const { s } = svd(a);
    const top = s[0] ** 2;
    for (let j = 0; j < k; j++) {
      const b = centred(column(y, j));
      const score = (e: number) => {
        const lambda = top * 2 ** e;
        const fitted = matmul(a, ridged(a, b, lambda));
        const trace = s.reduce((sum, s) => sum + (s * s) / (s * s + lambda), 1);
        return norm(b.data.map((value, at) => value - fitted.data[at])) ** 2 / (n - trace) ** 2;
      };
      const scores = Array.from({ length: 40 }, (_, i) => score(6 - i));
      const best = 6 - scores.indexOf(Math.min(...scores));
      const found = fit(column(y, j));
      assert.ok(apart(found.weights, transpose(ridged(a, b, top * 2 ** best))) < 1e-9, `2^${best}`);
    }
  });

  test("λ is raised while inputs that move by a hundredth move the output by a third, at most to the largest eigenvalue", () => {
    // Two inputs of variance 1 and 2⁻²⁰, and y = a·x₁ + x₂ but for a little noise.
    const [count, small] = [100, 2 ** -20];
    for (const a of [0, 0.01]) {
      const [one, two] = [count * a, count * small];
      const scatter = [count, 0, one, 0, two, two, one, two, a * one + two + 1e-9];
      const moments = { count, mean: new Float64Array(3), scatter: { rows: 3, cols: 3, data: Float64Array.from(scatter) } }; // prettier-ignore
      const code = { kind: "targets", link: { kind: "identity" }, intercept: true, seed: 1 } as const; // prettier-ignore
      const { weights } = encode({
        moments,
        inputs: 2,
        code,
        options: { ...plain, ridge: "auto" },
      });
      const lambda = two / weights.data[1]! - two;
      const steady = (lambda: number) => {
        const [w1, w2] = [one / (count + lambda), two / (two + lambda)];
        const own = w1 ** 2 + w2 ** 2 * small;
        return ((w1 ** 2 + w2 ** 2) * (1 + small)) / 2 <= (100 / 3) ** 2 * own;
      };
      assert.not.ok(steady(lambda / 2));
      if (a > 0) assert.ok(steady(lambda) && lambda < 1, `${lambda}`);
      else assert.ok(Math.abs(lambda / count - 1) < 1e-9, `${lambda}`);
    }
  });

  test("any offset, any scale: the same fit", () => {
    const { weights } = fit(y);
    for (const [scale, shift] of [
      [1e-30, 0],
      [1e15, 0],
      [-1, 1e6],
    ]) {
      // prettier-ignore
      const found = fit({ ...y, data: y.data.map((value) => scale * value + shift) });
      const back = { ...found.weights, data: found.weights.data.map((w) => w / scale) };
      assert.ok(apart(back, weights) < 1e-8, `${scale}, ${shift}`);
    }
  });

  test("more inputs than samples, targets of noise, one sample: finite, and no more than the mean", () => {
    const wide = correlated(5, 12, 14);
    for (const t of [normal(5, 2, { seed: 15, dtype }), labelsOf(5, 2)]) {
      const code = {
        kind: "targets",
        link: { kind: "identity" },
        intercept: true,
        seed: 1,
      } as const;
      const found = encode({ moments: momentsOf(wide, t), inputs: 12, code, options: { ...plain, ridge: "auto" } }); // prettier-ignore
      assert.ok([...found.weights.data, ...found.bias].every(Number.isFinite));
    }
    const one = { ...x, rows: 1, data: x.data.slice(0, d) };
    const code = { kind: "targets", link: { kind: "identity" }, intercept: true, seed: 1 } as const;
    const { weights, bias } = encode({ moments: momentsOf(one, { rows: 1, cols: 2, data: Float64Array.of(7, 8) }), inputs: d, code, options: { ...plain, ridge: "auto" } }); // prettier-ignore
    assert.ok(weights.data.every((w) => w === 0));
    assert.equal([...bias], [7, 8]);
  });

  test("sigmoid, tanh of the doubled range and softmax of two are one classifier", () => {
    const labels = Float64Array.from(column(y, 0).data, (value) => Number(value > 42));
    const one = { rows: n, cols: 1, data: labels };
    const both = { rows: n, cols: 2, data: Float64Array.from({ length: 2 * n }, (_, at) => (at % 2 ? 1 - labels[at >> 1] : labels[at >> 1])) }; // prettier-ignore
    const sigmoid = activate(x, fit(one, { kind: "sigmoid" })).data;
    const tanh = activate(x, fit({ ...one, data: labels.map((l) => 2 * l - 1) }, { kind: "tanh" })).data; // prettier-ignore
    const softmax = activate(x, fit(both, { kind: "softmax", classes: 2 })).data;
    sigmoid.forEach((z, i) => {
      assert.ok(Math.abs(2 * tanh[i] - z) < 1e-9, `${2 * tanh[i]}, ${z}`);
      assert.ok(Math.abs(softmax[2 * i] - softmax[2 * i + 1] - z) < 1e-9);
    });
  });
});

suite("init/data pre-activations", (test) => {
  test("spread: the variance of the data and that of the units' means, far from zero too", () => {
    const weights = { rows: 3, cols: 1, data: Float64Array.of(1, 1 + 1e-7, 1 + 3e-7) };
    const scatter = { rows: 1, cols: 1, data: Float64Array.of(6) };
    const mean = Float64Array.of(1e7 / 3);
    const { variance, spread } = preactivation(weights, { count: 4, mean, scatter });
    const square = (all: ArrayLike<number>) => Array.from(all, (w) => w * w).reduce((a, b) => a + b) / 3; // prettier-ignore
    assert.ok(Math.abs(variance / (1.5 * square(weights.data)) - 1) < 1e-14);
    const centre = weights.data.map((w) => w * mean[0]!);
    const average = centre.reduce((a, b) => a + b) / 3;
    const between = square(centre.map((m) => m - average));
    assert.ok(Math.abs(spread / (variance + between) - 1) < 1e-14);
  });
});

suite("init/data moments", (test) => {
  const parts = (x: Wide, cut: readonly number[]) => {
    const moments = new Moments(x.cols, "xs");
    let first = 0;
    for (const end of [...cut, x.rows]) {
      const data = x.data.subarray(first * x.cols, end * x.cols);
      moments.add({ rows: end - first, cols: x.cols, data });
      first = end;
    }
    return moments.summary();
  };

  test("batches of any size: the same bits as all at once", () => {
    const x = correlated(2500, 5, 1);
    const whole = parts(x, []);
    for (const cut of [[1, 2, 3], [1024], [1023, 1025], [700, 700, 2499]]) {
      assert.equal(parts(x, cut), whole);
    }
  });

  test("mean and scatter far from zero, symmetric to the bit", () => {
    const x = normal(3000, 4, { seed: 1, dtype });
    const far = { ...x, data: x.data.map((value) => value + 2 ** 20) };
    const { count, mean, scatter } = parts(far, []);
    assert.is(count, 3000);
    const exact = centred({ ...x, data: far.data.map((value) => value - 2 ** 20) });
    const wanted = matmul(exact, exact, { transposeA: true });
    // The data themselves were rounded to 2^-32; the sums add nothing to speak of.
    assert.ok(apart(scatter, wanted) < 1e-9, `${apart(scatter, wanted)}`);
    assert.ok(mean.every((m) => Math.abs(m - 2 ** 20) < 0.1));
    assert.equal(transpose(scatter), scatter);
  });

  test("what stands behind a vector comes along", () => {
    const [x, t] = [correlated(30, 3, 1), normal(30, 2, { seed: 2, dtype })];
    assert.equal(momentsOf(x, t), momentsOf(besides(x, t)));
  });

  for (const bad of [NaN, Infinity, -Infinity])
    test(`${bad} is refused by name`, () => {
      const x = correlated(30, 3, 1);
      x.data[50] = bad;
      assert.is(thrown(ArgumentError, () => momentsOf(x)).argument, "xs");
    });

  test("variances of channels, in batches, far from zero", () => {
    const [outer, channels, inner] = [50, 3, 4];
    const x = normal(outer, channels * inner, { seed: 1, dtype }).data.map((value, at) => {
      return 1e6 + value * (1 + (Math.floor(at / inner) % channels));
    });
    const sums = new Variances(channels);
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 30],
      [30, 50],
    ]) {
      // prettier-ignore
      sums.add(x.subarray(from * channels * inner, to * channels * inner), inner);
    }
    for (let c = 0; c < channels; c++) {
      const own = x.filter((_, at) => Math.floor(at / inner) % channels === c);
      const column = { rows: own.length, cols: 1, data: own };
      assert.ok(Math.abs(sums.variance[c] / spread(column) - 1) < 1e-9);
    }
  });

  test("pre-activations of given weights, from moments alone", () => {
    const [x, w] = [correlated(60, 5, 1), normal(3, 5, { seed: 2, dtype })];
    const z = matmul(x, w, { transposeB: true });
    const found = preactivation(w, momentsOf(x, normal(60, 2, { seed: 3, dtype })));
    assert.ok(Math.abs(found.variance / spread(z) - 1) < 1e-12);
    const all = { rows: z.data.length, cols: 1, data: z.data };
    assert.ok(Math.abs(found.spread / spread(all) - 1) < 1e-12);
  });
});

suite("init/data patches", (test) => {
  test("axes as TensorFlow has them", () => {
    for (let input = 1; input < 12; input++)
      for (let kernel = 1; kernel < 5; kernel++)
        for (let stride = 1; stride < 4; stride++)
          for (let dilation = 1; dilation < 3; dilation++) {
            const valid = axisOf(input, kernel, stride, dilation, "valid");
            const taken = (kernel - 1) * dilation;
            let count = 0;
            for (let at = 0; at + taken < input; at += stride) count++;
            assert.is(valid.output, count);
            assert.is(axisOf(input, kernel, stride, dilation, "same").output, Math.ceil(input / stride)); // prettier-ignore
          }
  });

  test("zeros outside, the kernel's order inside", () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const along = axisOf(3, 2, 1, 1, "same"); // pads after
    const row = new Float64Array(4);
    patch(image, along, along, 1, 4, row);
    assert.equal([...row], [5, 6, 8, 9]);
    patch(image, along, along, 1, 8, row);
    assert.equal([...row], [9, 0, 0, 0]);
  });

  test("positions: all, or so many, in order, and all of them get their turn", () => {
    assert.equal(positions(4, 9, 3), [0, 1, 2, 3]);
    const seen = new Set<number>();
    for (let image = 0; image < 40; image++) {
      const some = positions(10, 3, image);
      assert.is(new Set(some).size, 3);
      assert.ok(some.every((p, i) => p >= 0 && p < 10 && (i === 0 || p > some[i - 1])));
      some.forEach((p) => seen.add(p));
    }
    assert.is(seen.size, 10);
  });
});
