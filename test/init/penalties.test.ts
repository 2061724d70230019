/** Every penalty against its definition, and its slope against finite differences, both in f64. */
import * as assert from "uvu/assert";
import {
  activationPenalties,
  checkPenaltyOptions,
  penalize,
  weightPenalties,
  type PenaltyOptions,
} from "../../src/init/diversity/penalties.ts";
import type { Matrix } from "../../src/linalg/index.ts";
import { build, gaussian } from "../support/matrices.ts";
import { double } from "../support/precisions.ts";
import { transpose } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { gemm } from "../twins/gemm.ts";

type Name = keyof typeof weightPenalties | keyof typeof activationPenalties;

/** Units in columns. */
function gram(a: Matrix): Matrix<Float64Array> {
  return { rows: a.cols, cols: a.cols, data: gemm(transpose(a), a).value };
}

/** Columns less their means: what deCov and correlation are given. */
function centre({ rows: n, cols: m, data }: Matrix): Matrix<Float64Array> {
  const means = new Float64Array(m);
  data.forEach((x: number, at: number) => (means[at % m] += x / n));
  return build(n, m, double, (i, j) => data[i * m + j] - means[j]) as Matrix<Float64Array>;
}

const column = (a: Matrix, j: number) => Array.from({ length: a.rows }, (_, i) => a.data[i * a.cols + j]); // prettier-ignore
const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
const cos = (a: Matrix, i: number, j: number) => {
  const [x, y] = [column(a, i), column(a, j)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
};
/** Sum over ordered pairs of different units. */
const pairs = (m: number, term: (i: number, j: number) => number) => {
  let sum = 0;
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) if (i !== j) sum += term(i, j);
  return sum;
};

/** The definitions, on units in columns (activations: samples in rows). */
const definitions: Record<Name, (a: Matrix) => number> = {
  cos2: (a) => pairs(a.cols, (i, j) => cos(a, i, j) ** 2) / (a.cols * (a.cols - 1)),
  softOrthogonality: (a) => gram(a).data.reduce((sum, x, at) => sum + (x - Number(at % (a.cols + 1) === 0)) ** 2, 0), // prettier-ignore
  srip(a) {
    // |M − I|₂ by 5,000 steps from a vector of no symmetry.
    const { data, cols: m } = gram(a);
    let x = Float64Array.from({ length: m }, (_, i) => 1 + Math.sin(i));
    let norm = 0;
    for (let k = 0; k < 5000; k++) {
      const y = x.map((xi, i) => x.reduce((sum, xj, j) => sum + data[i * m + j] * xj, -xi));
      norm = Math.hypot(...y);
      x = y.map((value) => value / norm);
    }
    return norm;
  },
  logDet(a) {
    const m = a.cols;
    const g = build(m, m, double, (i, j) => cos(a, i, j) + (i === j ? 1e-3 : 0)).data;
    let sum = 0;
    for (let k = 0; k < m; k++) {
      sum -= Math.log(g[k * (m + 1)]);
      for (let i = k + 1; i < m; i++) {
        const factor = g[i * m + k] / g[k * (m + 1)];
        for (let j = k; j < m; j++) g[i * m + j] -= factor * g[k * m + j];
      }
    }
    return sum;
  },
  energy: (a) => pairs(a.cols, (i, j) => (2 - 2 * cos(a, i, j)) ** -1) / (a.cols * (a.cols - 1)),
  minAngle: (a) => {
    const nearest = (i: number) => Math.max(...Array.from({ length: a.cols }, (_, j) => (i === j ? -1 : cos(a, i, j)))); // prettier-ignore
    return -Array.from({ length: a.cols }, (_, i) => Math.acos(nearest(i))).reduce((s, x) => s + x) / a.cols; // prettier-ignore
  },
  deCov: (h) => pairs(h.cols, (i, j) => (dot(column(centre(h), i), column(centre(h), j)) / h.rows) ** 2) / 2, // prettier-ignore
  ncl(h) {
    let sum = 0;
    for (let s = 0; s < h.rows; s++) {
      const row = Array.from(h.data.subarray(s * h.cols, (s + 1) * h.cols));
      const mean = row.reduce((a, b) => a + b) / h.cols;
      sum -= row.reduce((total, x) => total + (x - mean) ** 2, 0) / h.rows;
    }
    return sum;
  },
  correlation: (h) => definitions.cos2(centre(h)),
};

const centred = ["deCov", "correlation"];
const value = (name: Name, a: Matrix, options: PenaltyOptions = { cap: 100 }) =>
  penalize(name, gram(centred.includes(name) ? centre(a) : a), options, a.rows);

suite("init/penalties", (test) => {
  for (const name of Object.keys(definitions) as Name[]) {
    const activation = name in activationPenalties;
    const inputs = [gaussian(7, 4, double), gaussian(9, 5, double, 2), ...(activation || name === "logDet" ? [] : [gaussian(3, 6, double, 3)])]; // prettier-ignore

    test(`${name}: its definition`, () => {
      for (const a of inputs) {
        const expected = definitions[name](a);
        const error = Math.abs(value(name, a).value - expected) / Math.abs(expected);
        // srip has taken twenty power steps, of an eigenvalue that is well apart.
        assert.ok(error < (name === "srip" ? 1e-3 : 1e-11), `${error}`);
      }
    });

    test(`${name}: 2·A·K is its gradient`, () => {
      for (const a of inputs) {
        const columns = centred.includes(name) ? centre(a) : a;
        const { slope } = value(name, a);
        const k = { rows: a.cols, cols: a.cols, data: slope };
        const gradient = gemm(columns, k).value.map((x) => 2 * x);
        const size = Math.hypot(...gradient);
        gradient.forEach((x, at) => {
          const h = 1e-5;
          const shifted = (by: number) => {
            const data = a.data.slice();
            data[at] += by;
            return definitions[name]({ ...a, data });
          };
          const difference = (8 * (shifted(h) - shifted(-h)) - (shifted(2 * h) - shifted(-2 * h))) / (12 * h); // prettier-ignore
          // srip: the eigenvector is as far off as twenty steps leave it.
          const bound = name === "srip" ? 0.05 : 2e-9;
          assert.ok(Math.abs(x - difference) <= bound * size, `${at}: ${x}, ${difference}`);
        });
      }
    });

    test(`${name}: one unit, none, a unit of zeros, equal units, NaN`, () => {
      const finite = (a: Matrix) => {
        const found = value(name, a);
        assert.ok(Number.isFinite(found.value), "value");
        assert.ok(found.slope.every(Number.isFinite), "slope");
        return found;
      };
      assert.is(finite(gaussian(4, 0, double)).slope.length, 0);
      finite(gaussian(4, 1, double));
      finite(build(4, 3, double, (i, j) => (j === 1 ? 0 : i - 2 * j)));
      finite(build(4, 3, double, (i) => i + 1));
      const bad = gaussian(4, 3, double);
      bad.data[5] = NaN;
      assert.ok(Number.isNaN(value(name, bad).value));
    });
  }

  test("scale does not count for what is made of cosines", () => {
    const a = gaussian(6, 4, double);
    const scaled = build(6, 4, double, (i, j) => a.data[4 * i + j] * 10 ** (4 * j - 6));
    for (const name of ["cos2", "logDet", "energy", "minAngle", "correlation"] as const)
      assert.ok(Math.abs(value(name, a).value - value(name, scaled).value) < 1e-12);
  });

  test("energy with another power, log det with another epsilon", () => {
    const a = gaussian(6, 2, double);
    const c = cos(a, 0, 1);
    const found = (options: PenaltyOptions, name: Name) => value(name, a, options).value;
    assert.ok(Math.abs(found({ power: 1 }, "energy") - (2 - 2 * c) ** -0.5) < 1e-12);
    assert.ok(Math.abs(found({ epsilon: 0.5 }, "logDet") + Math.log(1.5 ** 2 - c ** 2)) < 1e-12);
  });

  test("ncl rewards nothing beyond its cap", () => {
    const a = gaussian(6, 3, double);
    const { value: free } = value("ncl", a, { cap: 100 });
    assert.is(value("ncl", a, { cap: -free / 2 }).value, free, "the cap is one for each of three");
    const cap = -free / 6;
    const found = value("ncl", a, { cap });
    assert.ok(Math.abs(found.value + 3 * cap) < 1e-12);
    assert.ok(found.slope.every((x) => x === 0));
  });

  test("options", () => {
    for (const name of ["power", "epsilon", "cap"] as const)
      for (const bad of [0, -1, NaN, Infinity, "1"])
        refused(name, () => checkPenaltyOptions({ [name]: bad }));
    checkPenaltyOptions({ power: 0.5 });
  });

  test("where a penalty changes its course", () => {
    const gramOf = (rows: number[][]) => ({ rows: rows.length, cols: rows.length, data: Float64Array.from(rows.flat()) }); // prettier-ignore
    // Units as long as and orthogonal to each other have nothing to move.
    const none = { value: 0, slope: new Float64Array(4) };
    assert.equal(penalize("srip", gramOf([[1, 0], [0, 1]])), none); // prettier-ignore
    // The mean square per unit is the cap.
    const own = gramOf([[2, 0], [0, 2]]); // prettier-ignore
    assert.equal(penalize("ncl", own, { cap: 1 }).slope, none.slope);
    assert.is(penalize("ncl", own, { cap: 1 + 2 ** -40 }).slope[0], -0.5);
    // Of two neighbours alike the first is the nearest one: of 0 it is 1, of 1 and 2 it is 0.
    const third = gramOf([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]); // prettier-ignore
    const { slope } = penalize("minAngle", third);
    assert.is(slope[1], 2 * slope[2]!);
    assert.equal([slope[2]! > 0, slope[5]], [true, 0]);
  });
});
