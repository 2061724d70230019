/** Second moments and what follows from them, against Simpson's rule on 200,000 points in Python. */
import * as assert from "uvu/assert";
import { activations } from "../../src/init/lps/activations.ts";
import {
  gentleVariance,
  oddSlope,
  secondMoment,
  variancePreserving,
} from "../../src/init/propagation.ts";
import { suite } from "../support/suite.ts";

const near = (x: number | undefined, expected: number, error = 1e-13) =>
  assert.ok(Math.abs(x! / expected - 1) <= error, `${x}, expected ${expected}`);
const { elu, gelu, leakyRelu, linear, relu, relu6, selu, sigmoid, softplus, swish, tanh } = activations; // prettier-ignore

suite("init/propagation", (test) => {
  test("second moments of activations and their derivatives", () => {
    near(secondMoment(tanh(), 1), 0.3942944903978412);
    near(secondMoment(tanh(), 1, "derivative"), 0.46440290244826826);
    near(secondMoment(gelu(), 1), 0.42522148257029874);
    near(secondMoment(gelu(), 1, "derivative"), 0.45585086564928723);
    near(secondMoment(relu(), 3), 1.5);
    near(secondMoment(selu(), 1), 1, 1e-7);
  });

  test("variances that keep a second moment", () => {
    near(variancePreserving(gelu(), 1), 2.155057061092185);
    near(variancePreserving(relu(), 0.25), 0.5);
    near(variancePreserving(leakyRelu(0.5), 1), 1.6);
    assert.is(variancePreserving(tanh(), 1), undefined);
    assert.is(variancePreserving(sigmoid(), 0.1), undefined);
    // Only between the bounds, not at them.
    for (const q of [2 ** -20, 2 ** 20])
      assert.is(variancePreserving(linear(), secondMoment(linear(), q)), undefined);
  });

  test("variances at which gradients survive a depth", () => {
    near(gentleVariance(tanh(), 10, 1), 0.258926691833142, 1e-11);
    near(gentleVariance(tanh(), 50, 1), 0.08920550421383001, 1e-11);
    assert.is(gentleVariance(tanh(), 2, 1), 1, "two layers of LeCun's gain");
    assert.is(gentleVariance(tanh(), 0, 1), 1);
    assert.is(gentleVariance(relu(), 1000, 2), 2);
    assert.is(gentleVariance(sigmoid(), 50, 1), 1);
    for (const sigma of [tanh(), gelu(), elu(), swish()]) {
      const q = gentleVariance(sigma, 30, 2);
      const chi = (q * secondMoment(sigma, q, "derivative")) / secondMoment(sigma, q);
      near(chi ** 30, Math.SQRT2, 1e-9);
    }
  });

  test("the least variance that is tried, where it passes gradients on at exactly the bound", () => {
    // χ = 4 there, in powers of two, and so √2 = χ^(1/4).
    const sigma = { value: () => 1, derivative: () => 2 ** 11, kinks: [] };
    near(gentleVariance(sigma, 1 / 4, 1), 2 ** -20);
  });

  test("at a kink the slope is the lesser of both", () => {
    assert.is(elu(0.5).derivative(0), 0.5);
    assert.is(leakyRelu(0.2).derivative(0), 0.2);
    assert.is(activations.thresholdedRelu(2).derivative(2), 0);
    assert.equal([0, 6].map(relu6().derivative), [0, 0]);
    assert.equal([-2.5, 2.5].map(activations.hardSigmoid().derivative), [0, 0]);
  });

  test("activations whose odd part is linear", () => {
    for (const sigma of [relu(), gelu(), swish(), swish(3), softplus(), relu6()])
      near(oddSlope(sigma), 1, 1e-12);
    near(oddSlope(leakyRelu(0.2)), 1.2);
    near(oddSlope(linear()), 2);
    const even = { ...linear(), value: (x: number) => x * x };
    for (const sigma of [even, tanh(), elu(), selu(), sigmoid(), relu(2), leakyRelu(-1)])
      assert.is(oddSlope(sigma), undefined);
  });
});
