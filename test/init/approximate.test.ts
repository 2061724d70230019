import fc from "fast-check";
import * as assert from "uvu/assert";
import {
  activationNamed,
  activations,
  type ActivationName,
} from "../../src/init/lps/activations.ts";
import { approximate, type ApproximationOptions } from "../../src/init/lps/approximate.ts";
import { minimax } from "../../src/init/lps/minimax.ts";
import { ConvergenceError } from "../../src/errors.ts";
import { double } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";
import golden from "./lps.json" with { type: "json" };

/** "leakyRelu 0.01" → its activation and parameter. */
function named(text: string): [ActivationName, number | undefined] {
  const [name, parameter] = text.split(" ");
  return [name as ActivationName, parameter === undefined ? undefined : Number(parameter)];
}

const evaluate = (c: ArrayLike<number>, t: number) =>
  Array.from(c).reduceRight((sum, a) => sum * t + a, 0);

/** |x − y| in units of u times the largest |y|, times R^k: what the coefficient contributes at most. */
function close(c: Float64Array, expected: number[], interval: number, gate: number, what: string) {
  assert.is(c.length, expected.length, what);
  const weight = (a: number, k: number) => Math.abs(a) * interval ** k;
  const largest = Math.max(...expected.map(weight));
  c.forEach((a, k) => {
    const error = weight(a - expected[k], k) / (largest * double.u);
    assert.ok(error <= gate, `${what}: coefficient ${k} is ${a}, off by ${error} u`);
  });
}

suite("init/activations", (test) => {
  for (const [text, { x, value, derivative }] of Object.entries(golden.activations))
    test(text, () => {
      const sigma = activationNamed(...named(text));
      x.forEach((x, i) => {
        const scale = (y: number) => 1e-15 * Math.max(Math.abs(y), 1) * (1 + Math.abs(x));
        assert.ok(Math.abs(sigma.value(x) - value[i]) <= scale(value[i]), `σ(${x})`);
        const slope = sigma.derivative(x);
        assert.ok(Math.abs(slope - derivative[i]) <= 4 * scale(derivative[i]), `σ'(${x})`);
      });
    });

  test("every one is in the golden file", () => {
    const seen = new Set(Object.keys(golden.activations).map((text) => named(text)[0]));
    assert.equal([...seen].sort(), Object.keys(activations).sort());
  });

  test("defaults are those of TensorFlow.js", () => {
    const at = (name: ActivationName, x: number) => activationNamed(name).value(x);
    assert.equal([at("leakyRelu", -1), at("thresholdedRelu", 1), at("relu", 9)], [-0.3, 0, 9]);
    assert.is(at("swish", 0.7), at("silu", 0.7));
    assert.is(activationNamed("relu", 6).value(9), 6);
  });

  test("at a kink the derivative is that from the left, at the largest value 0", () => {
    const slope = (name: ActivationName, x: number, parameter?: number) => activationNamed(name, parameter).derivative(x); // prettier-ignore
    assert.equal([slope("relu", 0), slope("relu6", 0), slope("relu6", 6)], [0, 0, 0]);
    assert.equal([slope("leakyRelu", 0, 0.2), slope("elu", 0, 0.7)], [0.2, 0.7]);
    assert.is(slope("selu", 0), 1.0507009873554805 * 1.6732632423543772);
    assert.equal([slope("thresholdedRelu", 1), slope("hardSigmoid", 2.5)], [0, 0]);
    assert.is(slope("hardSigmoid", -2.5), 0);
  });

  test("refuses what is none", () => {
    const call = activationNamed as (...values: unknown[]) => unknown;
    for (const bad of ["Relu", "softmax", "toString", "", undefined, null, 3, {}, { value: 1 }])
      refused("activation", () => call(bad));
    for (const bad of [NaN, Infinity, "1", null]) refused("parameter", () => call("elu", bad));
    for (const bad of ["tanh", "relu6", Math.tanh]) refused("parameter", () => call(bad, 1));
  });
});

suite("init/approximate", (test) => {
  // 64 u for the integrals; a change of basis multiplies them by (1 + √2)^n at most, over 2^n in the result.
  const gate = (degree: number) => 64 * 1.3 ** degree;

  for (const { name, degree, interval, coefficients } of golden.legendre)
    test(`legendre: ${name}, degree ${degree}, R = ${interval}`, () => {
      const [activation, parameter] = named(name);
      const c = approximate(activation, { parameter, degree, interval });
      close(c, coefficients, interval, gate(degree), "against mpmath");
      // By symmetry, so not even a rounding.
      c.forEach((a, k) => assert.is(a === 0, coefficients[k] === 0, `coefficient ${k}`));
    });

  for (const { name, degree, coefficients } of golden.chebyshev)
    test(`chebyshev: ${name}, degree ${degree}`, () => {
      const [activation, parameter] = named(name);
      const c = approximate(activation, { parameter, degree, norm: "chebyshev" });
      close(c, coefficients, 1, gate(degree), "against mpmath");
    });

  const printed: [ActivationName, ApproximationOptions & { parameter?: number }, number[]][] = [
    ["relu", { degree: 1 }, [1 / 4, 1 / 2]],
    ["relu", { degree: 2 }, [3 / 32, 1 / 2, 15 / 32]],
    ["relu", { degree: 4 }, [0.05859375, 0.5, 0.8203125, 0, -0.41015625]],
    ["relu", { degree: 2, norm: "minimax" }, [1 / 16, 1 / 2, 1 / 2]],
    ["relu", { degree: 2, norm: "chebyshev" }, [1 / (3 * Math.PI), 1 / 2, 4 / (3 * Math.PI)]],
    ["leakyRelu", { parameter: 0.01 }, [0.0928125, 0.505, 0.4640625]],
  ];
  for (const [name, options, expected] of printed)
    test(`closed form: ${name} ${JSON.stringify(options)}`, () =>
      close(approximate(name, options), expected, 1, 32, "closed form"));

  for (const name of Object.keys(activations) as ActivationName[])
    for (const degree of [1, 2, 3, 5, 8, 12])
      test(`minimax: ${name}, degree ${degree}, levels its error`, () => {
        const interval = 2;
        const call = () => approximate(name, { degree, interval, norm: "minimax" });
        // It jumps: there the largest error is no maximum, and the exchange finds it only by luck.
        if (name === "thresholdedRelu" && degree > 1) return void thrown(ConvergenceError, call);
        const c = call();
        const { value } = activationNamed(name);
        const grid = Array.from({ length: 20_001 }, (_, i) => interval * (i / 10_000 - 1));
        const errors = grid.map((t) => value(t) - evaluate(c, t));
        const largest = Math.max(...errors.map(Math.abs));
        if (largest <= 1e-13) return;
        // Chebyshev's theorem: n + 2 alternations prove that no polynomial is better.
        let [alternations, sign] = [0, 0];
        for (const e of errors)
          if (Math.abs(e) >= largest * (1 - 1e-5) && Math.sign(e) !== sign) {
            alternations++;
            sign = Math.sign(e);
          }
        assert.ok(alternations >= degree + 2, `${alternations} alternations`);
      });

  test("minimax to the last bit, where errors are alike or exactly zero", () => {
    const cases: [f: (u: number) => number, degree: number, kinks: number[], noise: number, number[]][] = [
      [() => 0, 1, [], 0, [0, 0]],
      [(u) => u * u * u, 1, [], 0, [0, 0.7500000000000002]],
      [(u) => Math.max(0, 1 - 2 * Math.abs(u)), 1, [-0.5, 0, 0.5], 0, [0.5, 3.660767012820256e-17]],
      [(u) => Math.max(0, u), 2, [0], 1e-13, [0.31249999999999983, 0.4999999999999996, 0.24999999999999978]],
    ]; // prettier-ignore
    for (const [f, degree, kinks, noise, expected] of cases)
      assert.equal(minimax(f, degree, kinks, noise), expected);
  });

  test("a function that is zero has the polynomial zero in every norm", () => {
    for (const norm of ["legendre", "chebyshev", "minimax"] as const)
      assert.equal([...approximate(() => 0, { norm, degree: 3 })], [0, 0, 0, 0]);
  });

  test("each norm is best in its own", () => {
    const norms = ["legendre", "chebyshev", "minimax"] as const;
    const square = (e: number[], weight: (t: number) => number, grid: number[]) =>
      e.reduce((sum, x, i) => sum + x * x * weight(grid[i]), 0);
    const grid = Array.from({ length: 20_000 }, (_, i) => (i + 0.5) / 10_000 - 1);
    const measures = {
      legendre: (e: number[]) => square(e, () => 1, grid),
      chebyshev: (e: number[]) => square(e, (t) => 1 / Math.sqrt(1 - t * t), grid),
      minimax: (e: number[]) => Math.max(...e.map(Math.abs)),
    };
    for (const name of ["relu", "selu", "gelu"] as const) {
      const { value } = activationNamed(name);
      const errors = norms.map((norm) => {
        const c = approximate(name, { degree: 4, norm });
        return grid.map((t) => value(t) - evaluate(c, t));
      });
      norms.forEach((norm, best) => {
        const sizes = errors.map(measures[norm]);
        sizes.forEach((size, i) => assert.ok(i === best || size > sizes[best], `${name} ${norm}`));
      });
    }
  });

  test("a polynomial is its own approximation", () => {
    const coefficient = fc.integer({ min: -8, max: 8 });
    const property = fc.property(
      fc.array(coefficient, { minLength: 2, maxLength: 9 }),
      fc.constantFrom("legendre" as const, "chebyshev" as const, "minimax" as const),
      fc.constantFrom(0.25, 1, 3),
      (c, norm, interval) => {
        const value = (t: number) => evaluate(c, t);
        const found = approximate({ value }, { degree: c.length - 1, norm, interval });
        const size = Math.max(...c.map((a, k) => Math.abs(a) * interval ** k), 1e-300);
        // A function of the user's counts as known to 1e-7; Gauss integrates a polynomial exactly.
        const accuracy = { legendre: 1e-12, chebyshev: 1e-6, minimax: 1e-4 };
        const off = found.map((a, k) => Math.abs(a - c[k]) * interval ** k);
        assert.ok(Math.max(...off) <= accuracy[norm] * size, `${c}: ${found}`);
      },
    );
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  test("relu scales with the interval", () => {
    const one = approximate("relu", { degree: 4 });
    for (const interval of [2 ** -39, 0.5, 4, 2 ** 39])
      approximate("relu", { degree: 4, interval }).forEach((a, k) => {
        assert.is(a * interval ** (k - 1), one[k]);
      });
  });

  test("a function of the user's, f64 or f32, with its kinks or without", () => {
    const expected = approximate("relu", { degree: 4 });
    const off = (found: Float64Array) =>
      Math.max(...found.map((a, k) => Math.abs(a - expected[k])));
    assert.ok(off(approximate((t) => Math.max(t, 0), { degree: 4 })) < 1e-6);
    const shifted = (t: number) => Math.max(t - 1 / 3, 0);
    const exact = approximate({ value: shifted, kinks: [1 / 3] }, { degree: 4 });
    const blind = approximate(shifted, { degree: 4 });
    assert.ok(blind.every((a, k) => Math.abs(a - exact[k]) < 1e-6));
    const single = approximate((t) => Math.fround(Math.tanh(t)), { degree: 5 });
    const tanh = approximate("tanh", { degree: 5 });
    assert.ok(single.every((a, k) => Math.abs(a - tanh[k]) < 1e-6));
  });

  test("a function is asked on the interval alone", () => {
    const inside = (t: number) => (Math.abs(t) <= 3 ? t * t : NaN);
    for (const norm of ["legendre", "chebyshev", "minimax"] as const) {
      const [c, , square] = approximate(inside, { interval: 3, norm });
      assert.ok(Math.abs(c!) < 1e-12 && Math.abs(square! - 1) < 1e-12);
    }
  });

  test("bad arguments, and the next call", () => {
    const call = approximate as (...values: unknown[]) => Float64Array;
    for (const degree of [0, -1, 1.5, 21, NaN, "2", null])
      refused("degree", () => call("relu", { degree }));
    for (const interval of [0, -1, NaN, Infinity, 1.5e12, 0.75e-12, "1"])
      refused("interval", () => call("relu", { interval }));
    for (const interval of [1e-12, 1e12])
      assert.ok(call("relu", { interval }).every(Number.isFinite));
    for (const norm of ["", "L2", null, "toString"]) refused("norm", () => call("relu", { norm }));
    for (const f of [(t: number) => 1 / t, () => NaN, () => "1"])
      refused("activation", () => call(f));
    thrown(ConvergenceError, () => call(() => Math.random()));
    thrown(ConvergenceError, () => call(() => Math.random(), { norm: "minimax", degree: 9 }));
    thrown(ConvergenceError, () => call((t: number) => Math.sin(1e9 * t)));
    assert.equal(call("linear"), Float64Array.of(0, 1, 0));
  });
});
