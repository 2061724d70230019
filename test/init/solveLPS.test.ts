import * as assert from "uvu/assert";
import { approximate } from "../../src/init/lps/approximate.ts";
import { complex, dot, solve } from "../../src/init/lps/homotopy/complex.ts";
import { solveLPS, type StationaryPoint } from "../../src/init/lps/solveLPS.ts";
import { normal } from "../../src/linalg/index.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import golden from "./lps.json" with { type: "json" };

const RELU2 = [3 / 32, 1 / 2, 15 / 32];
const column = (data: Float64Array) => ({ rows: data.length, cols: 1, data });
const xs = Float64Array.from({ length: 9 }, (_, i) => i / 4 - 1);
const ys = xs.map((x) => Math.max(1.3 * x - 0.4, 0));

const kinds = (points: readonly StationaryPoint[]) => {
  const counts: Record<string, number> = {};
  for (const { kind } of points) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

const distance = (a: { re: ArrayLike<number>; im: ArrayLike<number> }, b: typeof a) =>
  Math.max(
    ...Array.from(a.re, (x, j) => Math.max(Math.abs(x - b.re[j]), Math.abs(a.im[j] - b.im[j]))),
  );

/** Coefficients of the gradient by w_j at u, in complex arithmetic of the test's own, over its terms' size. */
function residual(
  p: ArrayLike<number>,
  x: { rows: number; cols: number; data: Float64Array },
  y: ArrayLike<number>,
  u: StationaryPoint,
) {
  const sums = Array.from(u.re, () => [0, 0, 0]);
  for (let i = 0; i < x.rows; i++) {
    const row = [...x.data.subarray(i * x.cols, (i + 1) * x.cols), 1];
    const t = [u.re, u.im].map((part) => row.reduce((sum, v, j) => sum + v * part[j], 0));
    let [value, slope, power] = [
      [-y[i], 0],
      [0, 0],
      [1, 0],
    ];
    for (let k = 0; k < p.length; k++) {
      value = value.map((v, c) => v + p[k] * power[c]);
      if (k + 1 < p.length) slope = slope.map((v, c) => v + (k + 1) * p[k + 1] * power[c]);
      power = [power[0] * t[0] - power[1] * t[1], power[0] * t[1] + power[1] * t[0]];
    }
    const product = [
      value[0] * slope[0] - value[1] * slope[1],
      value[0] * slope[1] + value[1] * slope[0],
    ];
    row.forEach((v, j) => {
      sums[j][0] += product[0] * v;
      sums[j][1] += product[1] * v;
      sums[j][2] += Math.hypot(...value, 1) * Math.hypot(...slope, 1) * Math.abs(v);
    });
  }
  return Math.max(...sums.map(([re, im, size]) => Math.hypot(re, im) / size));
}

suite("init/solveLPS", (test) => {
  test("complex systems: rows in any order", () => {
    const rows = [[complex(0, 2), complex(0), complex(0)], [complex(1), complex(0, -1), complex(0)], [complex(3), complex(1, 1), complex(4)]]; // prettier-ignore
    const x = [complex(1, 2), complex(-3), complex(0, 5)];
    for (const [i, j, k] of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const a = [rows[i!]!, rows[j!]!, rows[k!]!];
      const found = solve(a, a.map((row) => dot(row, x))); // prettier-ignore
      found.forEach((z, at) => assert.ok(Math.hypot(z.re - x[at]!.re, z.im - x[at]!.im) < 1e-14));
    }
  });

  test("the toy: nine paths to the nine points of mpmath, two minima among them", () => {
    for (let seed = 0; seed < 6; seed++) {
      const { paths, diverged, points } = solveLPS(RELU2, column(xs), ys, { seed });
      assert.equal([paths, diverged, points.length], [9, 0, 9]);
      assert.equal(kinds(points), { minimum: 2, saddle: 2, maximum: 1, complex: 4 });
      for (const expected of golden.toy) {
        const found = points.find((point) => distance(point, expected) < 1e-12);
        assert.ok(found, `(${expected.re}) + i (${expected.im})`);
        if (found.kind !== "complex") assert.ok(Math.abs(found.loss - expected.loss) < 1e-12);
      }
      for (const point of points) assert.ok(residual(RELU2, column(xs), ys, point) < 1e-15);
      // Minima first.
      assert.equal(
        points.slice(0, 2).map(({ kind }) => kind),
        ["minimum", "minimum"],
      );
      const [low, high] = points.slice(0, 2).sort((a, b) => a.re[0] - b.re[0]);
      assert.ok(
        Math.abs(high.re[0] - 0.95591114) < 1e-8 && Math.abs(high.re[1] + 0.12768332) < 1e-8,
      );
      assert.ok(Math.abs(low.re[0] + 0.95591114) < 1e-8 && Math.abs(low.re[1] + 0.93898335) < 1e-8);
      assert.ok(Math.abs(low.loss - 0.0494811227) < 1e-10);
    }
  });

  test("a seed stands for its bits", () => {
    const bits = (seed: number) => solveLPS(RELU2, column(xs), ys, { seed });
    assert.equal(bits(3), bits(3));
    assert.equal(solveLPS(RELU2, column(xs), ys), bits(0));
  });

  const problems: [number, Float64Array | number[], number][] = [
    [1, RELU2, 9],
    [1, approximate("tanh", { degree: 3 }), 25],
    [1, approximate("relu", { degree: 4 }), 49],
    [2, RELU2, 27],
    [3, RELU2, 81],
    [1, [0.1, 0.5], 1],
    [4, [0.1, 0.5], 1],
  ];
  for (const [inputs, p, bound] of problems)
    test(`${inputs} inputs, degree ${p.length - 1}: ${bound} paths, and every end is stationary`, () => {
      const x = normal(12, inputs, { seed: 3, dtype: "float64" });
      const y = normal(12, 1, { seed: 4, dtype: "float64" }).data;
      const { paths, diverged, points } = solveLPS(p, x, y);
      assert.is(paths, bound);
      assert.ok(points.length + diverged <= paths);
      assert.ok(points.length > 0);
      for (const point of points) assert.ok(residual(p, x, y, point) < 1e-12);
      // A real problem: complex points come in conjugate pairs.
      for (const point of points.filter(({ kind }) => kind === "complex")) {
        const conjugate = { re: point.re, im: point.im.map((z) => -z) };
        assert.ok(
          points.some((other) => distance(other, conjugate) < 1e-6 * (1 + Math.hypot(...point.re))),
        );
      }
      // The same set whatever the start.
      const again = solveLPS(p, x, y, { seed: 11 });
      assert.equal(kinds(again.points), kinds(points));
      // What gradient descent finds is among them.
      const best = points[0];
      assert.is(best.kind, "minimum");
      for (let start = 0; start < 5; start++) {
        const loss = descend(p, x, y, start);
        assert.ok(
          points.some((q) => q.kind === "minimum" && Math.abs(q.loss - loss) < 1e-6 * (1 + loss)),
          `${loss}`,
        );
      }
    });

  test("paths to infinity are counted, and the others arrive", () => {
    // With x = −1, 1 and sixteen zeros the highest terms of the gradient, Σ (w x + b)³ (x, 1), vanish where w² = −3 b².
    const x = column(Float64Array.of(-1, 1, ...Array(16).fill(0)));
    const y = normal(1, 18, { seed: 5, dtype: "float64" }).data;
    // With the seeds 7, 9 and 14 the tracker comes to the end of such a path, as near to the double zero as it can.
    for (const seed of [0, 1, 2, 3, 7, 9, 14]) {
      const { paths, diverged, points } = solveLPS(RELU2, x, y, { seed });
      assert.equal([paths, diverged, points.length], [9, 4, 5]);
      assert.equal(kinds(points), { minimum: 2, saddle: 2, maximum: 1 });
      for (const point of points) assert.ok(residual(RELU2, x, y, point) < 1e-15);
    }
  });

  test("a double zero: two paths to one singular point, which is refined beyond the tolerance of the tracker", () => {
    // P = t² + t³/2. At (0, 0) Σ y x² = Σ y x = 0, so that the Hessian is singular; Σ y x³ is not zero.
    const x = column(Float64Array.of(-2, -1, 1, 2));
    for (let seed = 0; seed < 3; seed++) {
      const { paths, diverged, points } = solveLPS([0, 0, 1, 1 / 2], x, [0, 1, 3, -1], { seed });
      assert.equal([paths, diverged, points.length], [25, 0, 24]);
      const near = points.filter(({ re, im }) => Math.hypot(...re, ...im) < 1e-3);
      assert.equal(near.map(({ kind }) => kind), ["singular"]); // prettier-ignore
      assert.ok(Math.hypot(...near[0].re) < 1e-12, `${near[0].re}`);
    }
  });

  test("scaling and shifting inputs or targets moves the points, and loses none", () => {
    const [, y] = [1, normal(12, 1, { seed: 4, dtype: "float64" }).data];
    const x = normal(12, 2, { seed: 3, dtype: "float64" });
    const found = solveLPS(RELU2, x, y).points;
    for (const scale of [5e-4, 1e-9, 1e9, 1e-150, 1e150])
      for (const shift of [0, 1000]) {
        const data = x.data.map((value, at) => (at % 2 ? value * scale : value + shift));
        const { diverged, points } = solveLPS(RELU2, { ...x, data }, y);
        assert.equal([diverged, points.length], [0, found.length]);
        assert.equal(kinds(points), kinds(found));
        for (const { re, im } of points) {
          const [w, v, b] = re;
          const same = { re: [w, v * scale, b + shift * w], im: [im[0], im[1] * scale, im[2] + shift * im[0]] }; // prettier-ignore
          assert.ok(found.some((point) => distance(point, same) < 1e-9), `${scale}, ${shift}: ${re}`); // prettier-ignore
        }
      }
    // A cubic whose coefficients grow with the targets as P(10⁵ t) does: all points are 10⁵ times as far out.
    const cubic = [0.1, 0.7, -0.1, -0.2];
    const [small, large] = [1, 1e5].map((tau) => {
      const p = cubic.map((c, k) => (c * 1e15) / tau ** k);
      return solveLPS(p, column(x.data.subarray(0, 12)), y.map((value) => value * 1e15)).points; // prettier-ignore
    });
    assert.is(small.length, 25);
    for (const { re, im } of large) {
      const near = { re: re.map((u) => u / 1e5), im: im.map((u) => u / 1e5) };
      assert.ok(small.some((point) => distance(point, near) < 1e-9 * (1 + Math.hypot(...near.re)))); // prettier-ignore
    }
    // Targets alone: as many points as paths, where a tracker in the units of u took them for infinite.
    for (const scale of [1e8, 1e20, 1e-8]) {
      const { paths, diverged, points } = solveLPS(RELU2, column(xs), ys.map((value) => value * scale)); // prettier-ignore
      assert.equal([paths, diverged, points.length], [9, 0, 9]);
      for (const point of points) if (point.kind !== "complex") assert.ok(Number.isFinite(point.loss)); // prettier-ignore
    }
  });

  test("numbers that are not normal have their size too", () => {
    const s = 5e-324;
    const y = xs.map((_, i) => i * s);
    assert.is(solveLPS([s, s], column(xs), y).points.length, 1);
    assert.is(solveLPS([0, s, s], column(xs), y).points.length, 9);
    // Weights of 1e323 would be needed.
    refused("x, y", () => solveLPS(RELU2, column(Float64Array.of(3 * s, 9 * s, 40 * s)), [1, 2, 3])); // prettier-ignore
  });

  test("lengths without numbers cost nothing", () => {
    const call = solveLPS as (...values: unknown[]) => unknown;
    const start = performance.now();
    for (const length of [1e9, 2 ** 53 - 1]) {
      refused("coefficients", () => call({ length }, column(xs), ys));
      refused("y", () => call(RELU2, column(xs), { length }));
      refused("y", () => call(RELU2, { rows: length, cols: 0, data: new Float64Array(0) }, { length })); // prettier-ignore
    }
    assert.ok(performance.now() - start < 1000);
  });

  test("a linear neuron is least squares", () => {
    const { points } = solveLPS([0, 1], column(xs), ys);
    assert.is(points.length, 1);
    const mean = (f: (i: number) => number) =>
      Array.from(xs, (_, i) => f(i)).reduce((a, b) => a + b) / 9;
    const slope = mean((i) => xs[i] * ys[i]) / mean((i) => xs[i] * xs[i]);
    assert.ok(Math.abs(points[0].re[0] - slope) < 1e-14);
    assert.ok(Math.abs(points[0].re[1] - mean((i) => ys[i])) < 1e-14);
  });

  test("errors, and the next call", () => {
    const call = solveLPS as (...values: unknown[]) => unknown;
    const x = column(xs);
    for (const p of [[], [1], [1, 0], [1, NaN], null, undefined, [1, Infinity]])
      refused("coefficients", () => call(p, x, ys));
    // A unit whose products with inputs overflow and cancel: its place can be represented, its loss cannot.
    const near = [1, 1.00001, 2, 2, 3, 3.00002, -1, -1].map((value) => value * 1e300);
    const wide = { rows: 4, cols: 2, data: Float64Array.from(near) };
    refused("x, y", () => call([0, 1], wide, [1e308, -1e308, 1e308, 5e307]));
    for (const y of [[], ys.subarray(1), ys.map(() => NaN), null, undefined])
      refused("y", () => call(RELU2, x, y));
    refused("x", () => call(RELU2, column(xs.map(() => NaN)), ys));
    refused("x", () => call(RELU2, { ...x, data: Float32Array.from(xs) }, ys));
    refused("x", () => call(RELU2, column(xs.map(() => 2)), ys));
    refused("x", () => call(RELU2, { rows: 1, cols: 1, data: xs.slice(0, 1) }, [1]));
    refused("x.data", () => call(RELU2, { ...x, rows: 8 }, ys));
    for (const seed of [-1, 0.5, "1"]) refused("seed", () => call(RELU2, x, ys, { seed }));
    for (const mostPaths of [0, NaN, "9", Infinity])
      refused("mostPaths", () => call(RELU2, x, ys, { mostPaths }));
    const many = normal(20, 9, { seed: 1, dtype: "float64" });
    const { actual } = refused("x, coefficients", () =>
      call(RELU2, many, many.data.subarray(0, 20)),
    );
    assert.match(actual, "3^10 = 59049");
    for (const mostPaths of [1, 3, 8])
      refused("x, coefficients", () => call(RELU2, x, ys, { mostPaths }));
    assert.is((call(RELU2, x, ys, { mostPaths: 9 }) as { paths: number }).paths, 9);
  });
});

/** Loss where damped Newton descent from a random start ends. */
function descend(
  p: ArrayLike<number>,
  x: { rows: number; cols: number; data: Float64Array },
  y: ArrayLike<number>,
  seed: number,
): number {
  const u = Array.from(normal(1, x.cols + 1, { seed: 100 + seed, dtype: "float64" }).data);
  const slope = u.map(() => 0);
  const loss = (at: number[]) => {
    slope.fill(0);
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      const row = [...x.data.subarray(i * x.cols, (i + 1) * x.cols), 1];
      const t = row.reduce((sum, v, j) => sum + v * at[j], 0);
      let [value, first] = [0, 0];
      for (let k = p.length - 1; k >= 0; k--)
        [first, value] = [first * t + value, value * t + p[k]];
      total += (value - y[i]) ** 2;
      row.forEach((v, j) => (slope[j] += 2 * (value - y[i]) * first * v));
    }
    return total;
  };
  let [best, rate] = [loss(u), 1e-3];
  for (let step = 0; step < 20_000 && rate > 1e-14; step++) {
    const direction = [...slope];
    const next = u.map((v, j) => v - rate * direction[j]);
    const value = loss(next);
    if (value < best) {
      [best, rate] = [value, rate * 1.2];
      next.forEach((v, j) => (u[j] = v));
    } else {
      rate /= 4;
      loss(u);
    }
  }
  return best;
}
