import * as assert from "uvu/assert";
import { ConvergenceError } from "../../src/errors.ts";
import type { ActivationName } from "../../src/init/lps/activations.ts";
import { normalDensity, normalDistribution } from "../../src/elementary.ts";
import { lpsDesign, type LpsDesignOptions } from "../../src/init/lps/lpsDesign.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";
import golden from "./lps.json" with { type: "json" };

type Mode = LpsDesignOptions["variance"];

const near = (x: number, y: number, error: number, what: string) =>
  assert.ok(Math.abs(x - y) <= error * Math.max(Math.abs(y), 1), `${what}: ${x}, not ${y}`);

/** To the digits that are printed. */
function printed(x: number, text: string, what: string) {
  const digits = text.split(".")[1].length;
  assert.ok(Math.abs(x - Number(text)) <= 0.5001 * 10 ** -digits, `${what}: ${x}, not ${text}`);
}

suite("init/lpsDesign", (test) => {
  for (const { name, degree, biasScale, mode, moment, ...expected } of golden.designs)
    test(`${name}, degree ${degree}, s = ${biasScale}, ${mode}`, () => {
      const [activation, parameter] = name.split(" ");
      const found = lpsDesign({
        activation: activation as ActivationName,
        parameter: parameter === undefined ? undefined : Number(parameter),
        degree,
        biasScale,
        variance: mode as Mode,
      });
      assert.is(found.moment, moment, "the default");
      assert.is(found.roots.length, expected.roots.length);
      expected.roots.forEach((root, k) => {
        near(found.roots[k], root, 1e-13, "root");
        assert.is(found.biases[k], root === 0 ? 0 : -biasScale * found.roots[k]);
      });
      near(found.variance, expected.variance, 1e-12, "variance");
      near(found.chi, expected.chi, 1e-12, "chi");
    });

  // degree, s: variance, mean probability of being off, χ
  const table: [number, number, string, string, string][] = [
    [2, 0, "2.00000", ".5000", "1.0000"],
    [2, 0.1, "1.87957", ".4845", ".9689"],
    [2, 0.25, "1.69872", ".4593", ".9185"],
    [2, 0.5, "1.39682", ".4114", ".8222"],
    [2, 0.75, "1.09447", ".3541", ".7069"],
    [2, 1, "0.79156", ".2848", ".5661"],
    [4, 1, ".73597", ".2714", ".5362"],
    [4, 0.5, "1.37002", ".4069", ".8125"],
    [1, 1, ".94185", ".3032", ".6563"],
    [6, 1, ".70493", ".2627", ".5198"],
  ];
  for (const [degree, biasScale, variance, off, chi] of table)
    test(`relu table: degree ${degree}, s = ${biasScale}`, () => {
      const found = lpsDesign({ activation: "relu", degree, biasScale });
      const deviation = Math.sqrt(found.variance);
      const each = found.biases.map((b) => normalDistribution(-b / deviation));
      printed(found.variance, variance, "variance");
      printed(each.reduce((sum, p) => sum + p, 0) / each.length, off, "off");
      printed(found.chi, chi, "χ");
    });

  // activation, options: biases (roots), variance, χ
  const others: [string, Partial<LpsDesignOptions>, string[], string, string][] = [
    ["leakyRelu", { parameter: 0.01 }, ["-.854032", "-.234183"], ".7588", ".547"],
    ["leakyRelu", { parameter: 0.2 }, ["-.13668"], "1.6456", ".923"],
    ["elu", { degree: 3 }, ["-.004066"], "1.627", "1.0415"],
    ["selu", {}, [".05207"], "1.018", "1.074"],
    ["gelu", {}, ["-.009763"], "2.133", "1.055"],
    ["silu", {}, ["-.003214"], "2.4225", "1.0655"],
    ["tanh", {}, ["0.0"], "1.723", "1.069"],
    ["tanh", { degree: 5 }, ["0.0"], "1.723", "1.069"],
    ["relu", { degree: 8 }, ["-.969480", "-.843188", "-.632200", "-.364809", "-.091783"], ".68479", ".5091"], // prettier-ignore
    ["relu", { norm: "minimax" }, ["-.8535534", "-.1464466"], ".81606", ".56799"],
    ["relu", { norm: "chebyshev" }, ["-.9004620", "-.2776353"], ".67078", ".50204"],
  ];
  for (const [activation, options, roots, variance, chi] of others)
    test(`table: ${activation} ${JSON.stringify(options)}`, () => {
      const found = lpsDesign({ activation: activation as ActivationName, ...options });
      assert.is(found.roots.length, roots.length);
      roots.forEach((root, k) => printed(found.roots[k], root, "root"));
      printed(found.variance, variance, "variance");
      printed(found.chi, chi, "χ");
    });

  test("relu in closed form", () => {
    for (const degree of [1, 2, 4, 6, 8, 20])
      for (const moment of [0.8, 1, 2.5]) {
        const { biases, variance, chi } = lpsDesign({ activation: "relu", degree, moment });
        const v = variance * moment;
        const m = Math.sqrt(v);
        const means = (f: (b: number) => number) =>
          biases.map(f).reduce((sum, x) => sum + x, 0) / biases.length;
        const second = means(
          (b) => (b * b + v) * normalDistribution(b / m) + b * m * normalDensity(b / m),
        );
        near(second, moment, 1e-12, "fixed point");
        near(variance * means((b) => normalDistribution(b / m)), chi, 1e-12, "χ");
      }
  });

  test("every root of relu's polynomials in the interval is negative", () => {
    for (let degree = 1; degree <= 20; degree++)
      for (const norm of ["legendre", "chebyshev", "minimax"] as const) {
        const { roots, biases } = lpsDesign({ activation: "relu", degree, norm, variance: "he" });
        assert.ok(roots.length >= 1 && roots.every((root) => root < 0 && root >= -1));
        assert.ok(biases.every((b) => b > 0));
        // As many as the error of degree 2k has changes of sign below 0.
        const pairs = degree === 1 ? 1 : 1 + Math.floor(degree / 2);
        assert.is(roots.length, pairs, `degree ${degree}, ${norm}`);
      }
  });

  test("with the interval R the roots of relu are R times as large, and everything scales", () => {
    const one = lpsDesign({ activation: "relu", degree: 4 });
    for (const interval of [2 ** -30, 0.25, 0.7, 3, 1e6]) {
      const square = interval * interval;
      const scaled = lpsDesign({ activation: "relu", degree: 4, interval, moment: square });
      scaled.roots.forEach((root, k) => near(root / interval, one.roots[k], 1e-14, "root"));
      near(scaled.variance, one.variance, 1e-12, "variance");
      near(scaled.chi, one.chi, 1e-12, "χ");
    }
  });

  test("backward keeps squared gradients, he is 2", () => {
    for (const activation of ["relu", "elu", "gelu", "tanh", "sigmoid", "softsign"] as const) {
      near(lpsDesign({ activation, variance: "backward" }).chi, 1, 1e-12, activation);
      assert.is(lpsDesign({ activation, variance: "he" }).variance, 2);
    }
  });

  test("no root in the interval: the real part of the nearest", () => {
    // Functions that are another one at 0, where only their level is taken.
    const of = (level: number, value: (t: number) => number) =>
      lpsDesign({ activation: (t) => (t === 0 ? level : value(t)), variance: "he" }).roots;
    const [centre, ...others] = of(-1 / 16, (t) => (t - 0.5) * (t - 0.5));
    assert.equal(others, []);
    near(centre, 0.5, 1e-6, "the pair 1/2 ± i/4");
    near(of(-1, (t) => t + 1)[0], -2, 1e-6, "outside");
    // (t − 3/2)(t + 4), and the same turned around: the nearer one counts, on either side.
    for (const sign of [1, -1]) {
      const roots = of(0, (t) => (sign * t - 1.5) * (sign * t + 4));
      assert.is(roots.length, 1);
      near(roots[0], sign * 1.5, 1e-6, "the nearer");
    }
  });

  test("of two roots equally far outside the first one counts", () => {
    const of = (value: (t: number) => number) => lpsDesign({ activation: value, variance: "he" }).roots; // prettier-ignore
    for (const [value, root] of [
      [(t: number) => (t === 0 ? 0 : t * t - 2.25), -1.5],
      [(t: number) => (t === 0 ? 0 : t * t - 4), -2],
    ] as const) {
      const roots = of(value);
      assert.is(roots.length, 1);
      near(roots[0], root, 1e-6, "the first");
    }
  });

  test("a linear activation keeps squared gradients at the variance 1", () =>
    near(lpsDesign({ activation: "linear", variance: "backward" }).variance, 1, 1e-12, "variance"));

  test("a double root is one that is real", () => {
    const { roots } = lpsDesign({ activation: (t) => t * t });
    assert.equal(roots, [0]);
  });

  test("a function of the user's gives what the name gives", () => {
    const expected = lpsDesign({ activation: "relu" });
    const value = (x: number) => Math.max(x, 0);
    const derivative = (x: number) => Number(x > 0);
    for (const activation of [value, { value }, { value, derivative, kinks: [0] }]) {
      const found = lpsDesign({ activation });
      found.roots.forEach((root, k) => near(root, expected.roots[k], 1e-6, "root"));
      near(found.variance, expected.variance, 1e-6, "variance");
      near(found.chi, expected.chi, 1e-3, "χ");
    }
    const single = lpsDesign({ activation: (x) => Math.fround(Math.tanh(x)), moment: 0.25 });
    near(single.variance, lpsDesign({ activation: "tanh" }).variance, 1e-6, "tanh in f32");
  });
});

suite("init/lpsDesign: asked again", (test) => {
  const time = (job: () => unknown) => {
    const start = performance.now();
    job();
    return performance.now() - start;
  };

  test("a design is found once, and is the caller's own", () => {
    const options = { activation: "gelu", biasScale: 0.7532 } as const;
    let design = lpsDesign(options);
    const first = time(() => lpsDesign({ ...options, biasScale: 0.7533 }));
    const again = Math.min(...[1, 2, 3].map(() => time(() => (design = lpsDesign(options)))));
    assert.ok(again < first / 5, `${again} ms after ${first} ms`);
    const expected = structuredClone(design);
    design.biases.fill(9);
    design.roots.length = 0;
    assert.equal(lpsDesign(options), expected);
    // Each option counts.
    const others = [{ activation: "tanh" }, { degree: 4 }, { interval: 1.5 }, { norm: "minimax" }, { biasScale: 0.5 }, { variance: "he" }, { moment: 0.9 }]; // prettier-ignore
    for (const other of others)
      assert.not.equal(lpsDesign({ ...options, ...other } as typeof options), expected);
  });

  test("a function is looked at each time, for it may have changed", () => {
    let slope = 0.1;
    const activation = (x: number) => (x > 0 ? x : slope * x);
    const before = lpsDesign({ activation });
    slope = 0.4;
    assert.not.equal(lpsDesign({ activation }), before);
  });

  test("many designs do not add up in memory, and stay right", () => {
    const scales = Array.from({ length: 200 }, (_, i) => 1 + i / 1000);
    const all = scales.map((biasScale) => lpsDesign({ activation: "linear", biasScale }));
    scales.forEach((biasScale, i) =>
      assert.equal(lpsDesign({ activation: "linear", biasScale }), all[i]),
    );
  });
});

suite("init/lpsDesign: errors", (test) => {
  const call = lpsDesign as (options: unknown) => unknown;
  const stillWorks = () => near(lpsDesign({ activation: "relu" }).variance, 0.791558, 1e-6, "relu");

  test("no fixed point: the modes that have one are named", () => {
    for (const activation of ["sigmoid", "hardSigmoid"]) {
      const { expected, actual } = refused("variance", () => call({ activation }));
      assert.match(expected, '"he" or "backward" for');
      assert.match(actual, '"forward"');
      for (const variance of ["he", "backward"]) call({ activation, variance });
    }
    // Biases that alone exceed the moment; a range that cannot reach it.
    refused("variance", () => call({ activation: "relu", interval: 3 }));
    refused("variance", () => call({ activation: "tanh", moment: 1 }));
    const flat = { value: (x: number) => (x > -9 ? 1 : 0), derivative: () => 0, kinks: [-9] };
    refused("activation", () => call({ activation: flat }));
    stillWorks();
  });

  test("variances are looked for from 2⁻²⁰ to 2²⁰, and no farther", () => {
    // σ(x) = s·x keeps second moments at the variance s⁻².
    for (const sign of [1, -1]) {
      const slope = (e: number) => ({ activation: (x: number) => 2 ** (sign * e) * x });
      near(lpsDesign(slope(9.75)).variance, 2 ** (sign * -19.5), 1e-9, "variance");
      refused("variance", () => call(slope(10.25)));
    }
  });

  test("constant, or not finite, or noise", () => {
    refused("activation", () => call({ activation: () => 1 }));
    refused("activation", () => call({ activation: "thresholdedRelu" }));
    call({ activation: "thresholdedRelu", interval: 2, variance: "he" });
    refused("activation", () => call({ activation: (x: number) => 1 / x }));
    refused("activation", () => call({ activation: (x: number) => Math.sqrt(x) }));
    thrown(ConvergenceError, () => call({ activation: () => Math.random() }));
    // Finite on the interval, but not in the tails.
    const log = (x: number) => Math.log(x + 2);
    thrown(ConvergenceError, () => call({ activation: log }));
    stillWorks();
  });

  test("options", () => {
    for (const activation of ["Relu", undefined, null, 7, {}])
      refused("activation", () => call({ activation }));
    const bad = {
      biasScale: [NaN, Infinity, "1", null, 1e39],
      degree: [0, 21, 1.5, "2"],
      interval: [0, -1, NaN],
      moment: [0, -1, NaN, Infinity, "1", 1e39],
      norm: ["l2", 2],
      parameter: [NaN, 1],
      variance: ["lecun", 2, null, "toString"],
    };
    for (const [argument, values] of Object.entries(bad))
      for (const value of values) {
        refused(argument, () => call({ activation: "gelu", [argument]: value }));
        stillWorks();
      }
    // Finite each, but not their product.
    refused("biasScale", () => call({ activation: "relu", interval: 1e12, biasScale: 1e30 }));
    refused("options.kinds", () => call({ activation: "relu", kinds: [] }));
    refused("activation.kinks", () => call({ activation: { value: Math.abs, kinks: 0 } }));
    refused("activation.derivative", () => call({ activation: { value: Math.abs, derivative: 1 } })); // prettier-ignore
  });
});
