/** polyval and polyfromroots against 400 bits. */
import * as assert from "uvu/assert";
import { MemoryError } from "../../src/errors.ts";
import { polyfromroots, polyval, roots } from "../../src/linalg/index.ts";
import { special } from "../support/polynomials.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";
import { big, distance, evaluate, majorant, ratio, truth } from "../twins/polynomial.ts";

const u = 2 ** -53;

suite("linalg/polynomial", (test) => {
  test("polyval as in twice the precision", () => {
    const c = special["Wilkinson 20"]!;
    const p = truth(c);
    const n = c.length - 1;
    const x = Array.from({ length: 50 }, (_, i) => 0.5 + i * 0.41 + 1e-9);
    const values = polyval(c, x);
    const complex = polyval(c, { re: x, im: x });
    x.forEach((at, i) => {
      for (const [z, found] of [
        [big(at), big(values[i]!)],
        [big(at, at), big(complex.re[i]!, complex.im[i])],
      ] as const) {
        const value = evaluate(p, z)[0];
        const bound = 2 * u + 12 * (n + 1) ** 2 * u * u * ratio(majorant(p, z), value);
        assert.ok(ratio(distance(found, value), value) <= bound);
      }
    });
    assert.equal(Array.from(polyval([], [1, 2])), [0, 0]);
    assert.equal(Array.from(polyval([5], [1, 2])), [5, 5]);
    assert.is(polyval([1, 2, 3], []).length, 0);
    refused("x", () => polyval([1], 3 as unknown as number[]));
  });

  test("polyval near and beyond the largest number", () => {
    assert.equal(Array.from(polyval([0, 1e300, 1e300], [1, 0.5, -1])), [2e300, 7.5e299, 0]);
    assert.equal(Array.from(polyval([0, 1], [1e308, Infinity, -Infinity])), [1e308, Infinity, -Infinity]); // prettier-ignore
    assert.equal(Array.from(polyval([1, -1e200], [1e200, 1])), [-Infinity, -1e200]);
    const { re, im } = polyval({ re: [0, 1e300], im: [1e301, 0] }, [1]);
    assert.equal([re[0], im[0]], [1e300, 1e301]);
  });

  test("what is not a number is refused, not converted", () => {
    const bad: unknown[] = [["1", "2"], [1, undefined], [1, null], [[1], [2]], [true], [1n]];
    bad.push(new BigInt64Array(2), new DataView(new ArrayBuffer(8)), new Array(3));
    bad.push({ re: [1], im: ["0"] });
    for (const c of bad as number[][]) {
      refused("coefficients", () => polyval(c, [1]));
      refused("x", () => polyval([1], c));
      refused("roots", () => polyfromroots(c));
      refused("coefficients", () => roots(c));
    }
  });

  test("whatever is like an array of numbers", () => {
    const c = { length: 3, 0: 1, 1: 2, 2: 3 };
    assert.equal(Array.from(polyval(c, { length: 1, 0: 2 })), [17]);
    assert.equal(polyval({ re: c, im: c }, [2]).im[0], 17);
    assert.equal(roots(c), roots([1, 2, 3]));
    for (const length of [-1, 1.5, NaN, "1", 3]) {
      refused("coefficients", () => polyval({ length, 0: 1 } as ArrayLike<number>, [1]));
    }
    thrown(MemoryError, () => polyval({ length: 2 ** 50 }, [1]));
  });

  test("polyfromroots", () => {
    assert.equal(Array.from(polyfromroots([1, 2, 3])), [-6, 11, -6, 1]);
    assert.equal(Array.from(polyfromroots([])), [1]);
    const back = polyfromroots(roots([2, 1, 3, 5, 1]));
    assert.ok(back.im.every((x) => x === 0));
    [2, 1, 3, 5, 1].forEach((c, k) => assert.ok(Math.abs(back.re[k]! - c) <= 100 * u));
    refused("roots", () => polyfromroots(null as unknown as number[]));
    for (const bad of [[NaN], [1, Infinity], [1e200, 1e200], [1e200, -1e200, 1e200]])
      refused("roots", () => polyfromroots(bad));
    refused("roots", () => polyfromroots({ re: [1e155, 1e155], im: [1e155, -1e155] }));
    assert.equal(Array.from(polyfromroots([1e200, 1e100])), [1e300, -1e200 - 1e100, 1]);
  });
});
