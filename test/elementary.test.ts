import * as assert from "uvu/assert";
import * as elementary from "../src/elementary.ts";
import { double } from "./support/precisions.ts";
import { Family } from "./support/ratios.ts";
import { suite } from "./support/suite.ts";
import golden from "./init/lps.json" with { type: "json" };

type Name = keyof typeof golden.elementary;
const { u } = double;

/** What the header of elementary.ts promises, in units of u times |y|, or absolutely where it says so. */
const scales: Record<Name, (x: number, y: number) => number> = {
  exp: (_, y) => Math.abs(y),
  expm1: (_, y) => Math.abs(y),
  log: (_, y) => Math.abs(y),
  log1p: (_, y) => Math.abs(y),
  tanh: (_, y) => Math.abs(y),
  normalDensity: (x, y) => (2 + x * x) * y,
  normalDistribution: (x, y) => (x < -2.5 ? (4 + x * x) * y : x < 0 ? 50 * y : y),
};

suite("elementary", (test) => {
  for (const [name, { x, y }] of Object.entries(golden.elementary)) {
    const f = elementary[name as Name];
    // Ulps go from u to 2u of a number.
    const family = new Family(`${name}, errors in u`, 4);

    test(`${name} at ${x.length} points`, () => {
      x.forEach((x, i) => {
        // No subnormal result can be closer than their spacing.
        const scale = Math.max(scales[name as Name](x, y[i]) * u, double.tiny);
        family.check(Math.abs(f(x) - y[i]) / scale, `x = ${x}`);
      });
    });
    test.after(() => family.note());
  }

  test("far out and at NaN", () => {
    const { exp, expm1, tanh, normalDistribution } = elementary;
    assert.equal([exp(-746), exp(-1e300), exp(-Infinity)], [0, 0, 0]);
    assert.equal([exp(710), exp(1e300), exp(Infinity)], [Infinity, Infinity, Infinity]);
    assert.equal([expm1(-1e3), expm1(1e3)], [-1, Infinity]);
    assert.equal([tanh(-1e3), tanh(1e3), tanh(Infinity)], [-1, 1, 1]);
    assert.equal([-40, -1e9, 40, 1e9].map(normalDistribution), [0, 0, 1, 1]);
    for (const f of Object.values(elementary)) assert.ok(Number.isNaN(f(NaN)), f.name);
  });

  test("arctan", () => {
    const { atan } = elementary;
    // 4u, and what Math.atan may be wrong by itself.
    for (let x = 1e-12; x < 1e12; x *= 1.01)
      assert.ok(Math.abs(atan(x) - Math.atan(x)) <= 5 * u * Math.atan(x), `${x}`);
    for (const x of [0.1, 1, 7]) assert.is(atan(-x), -atan(x));
    assert.equal([atan(0), atan(Infinity), atan(-Infinity)], [0, Math.PI / 2, -Math.PI / 2]);
    assert.ok(Math.abs(atan(1) - Math.PI / 4) <= u);
  });

  test("odd, and symmetric", () => {
    for (let x = 0.01; x < 20; x *= 1.3) {
      assert.is(elementary.tanh(-x), -elementary.tanh(x));
      assert.is(elementary.normalDensity(-x), elementary.normalDensity(x));
      const sum = elementary.normalDistribution(x) + elementary.normalDistribution(-x);
      assert.ok(Math.abs(sum - 1) <= 2 * u);
    }
  });
});
