/** The leaves that several rooms share: elementary functions, arguments, errors, arrays. */
import * as assert from "uvu/assert";
import * as all from "../src/arguments.ts";
import * as arrays from "../src/arrays.ts";
import * as elementary from "../src/elementary.ts";
import { MemoryError, show, SingularError } from "../src/errors.ts";
import { double } from "./support/precisions.ts";
import { Family } from "./support/ratios.ts";
import { suite } from "./support/suite.ts";
import { refused, thrown } from "./support/thrown.ts";
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

  test("where two ways meet, the bits are those of one of them", () => {
    const { atan, expm1, log, normalDistribution } = elementary;
    assert.equal([expm1(0.35), log(4 / 3), atan(0.4142)], [0.4190675485932571, 0.2876820724517809, 0.3926875054336764]); // prettier-ignore
    assert.equal([-2.5, 2.5].map(normalDistribution), [0.006209665325776136, 0.9937903346742238]);
    // A term more or less of a series, or another bound, would show here.
    assert.equal([expm1(0.345703125), expm1(-0.6591796875)], [0.41298307419489716, -0.4827245119525285]); // prettier-ignore
    assert.equal([atan(1.5615234375), normalDistribution(-2.6875)], [1.0011992413815225, 0.0035994551144099677]); // prettier-ignore
    assert.equal([log(2 ** -1074), log(1.5 * 2 ** -1023)].map((y, i) => y / (i ? log(1.5) - 1023 * Math.LN2 : -1074 * Math.LN2)), [1, 1]); // prettier-ignore
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

suite("arguments", (test) => {
  const signal = new AbortController().signal;
  const { aborted, throwIfAborted, addEventListener, removeEventListener } = signal;
  const members = { aborted, throwIfAborted, addEventListener, removeEventListener };
  const without = (name: keyof typeof members) => ({ ...members, [name]: undefined });
  /** A check, what it accepts, what it refuses, and what it says that it expected. */
  const checks: Record<string, [check: (value: unknown) => void, good: unknown[], bad: unknown[], expected: string]> = {
    object: [(x) => all.checkObject("x", x), [{}, new Map()], [null, undefined, [], "x", () => 0], "an object"],
    "object of a kind": [(x) => all.checkObject("x", x, "a thing"), [{}], [0], "a thing"],
    choice: [(x) => all.checkOneOf("x", x, ["a", "b", "c"]), ["a", "c"], ["d", 0, undefined], '"a", "b" or "c"'],
    "choice of one": [(x) => all.checkOneOf("x", x, ["a"]), ["a"], ["b"], '"a"'],
    flag: [(x) => all.checkFlag("x", x), [true, false], [undefined, 0, "true"], "a boolean"],
    integer: [(x) => all.checkInteger("x", x), [0, 1, 2 ** 53 - 1], [-1, 0.5, 2 ** 53, NaN, "1", undefined], "a non-negative integer"],
    "positive integer": [(x) => all.checkInteger("x", x, 1), [1], [0], "a positive integer"],
    "large integer": [(x) => all.checkInteger("x", x, 2), [2, 1e9], [1], "an integer from 2"],
    "integer between": [(x) => all.checkInteger("x", x, 0, 7), [0, 7], [-1, 8], "an integer from 0 to 7"],
    seed: [all.checkSeed, [undefined, 0, 2 ** 53 - 1], [-1, 0.5, 2 ** 53, null, "1"], "an integer from 0 to 2^53 - 1"],
    number: [(x) => all.checkNumber("x", x), [0, -1, 1e300], [NaN, Infinity, "1", null], "a finite number"],
    "number from 0": [(x) => all.checkNumber("x", x, "non-negative"), [0, 1], [-1, Infinity], "a finite non-negative number"],
    "number above 0": [(x) => all.checkNumber("x", x, "positive"), [5e-324], [0, -1], "a finite positive number"],
    single: [(x) => all.checkSingle("x", x), [0, -3.4e38], [1e39, NaN, "1"], "a finite number in single precision"],
    "single from 0": [(x) => all.checkSingle("x", x, "non-negative"), [0, 1], [-1], "a finite non-negative number in single precision"],
    fraction: [(x) => all.checkFraction("x", x, 0.5), [1e-9, 0.5], [0, 0.6, NaN, "0.1"], "a number above 0 and at most 0.5"],
    name: [(x) => all.checkName("x", x), [undefined, "", "a"], [null, 1], "a string"],
    names: [(x) => all.checkNames("x", x), [undefined, [], ["a", "b"]], ["a", [1, "a"], ["a", 1], null], "an array of names"],
    function: [(x) => all.checkFunction("x", x), [undefined, () => 0], [null, {}], "a function"],
    signal: [
      (x) => all.checkSignal("x", x),
      [undefined, signal, members],
      [null, {}, ...(Object.keys(members) as (keyof typeof members)[]).map(without), Object.defineProperty({}, "aborted", { get: () => assert.unreachable() })],
      "an AbortSignal",
    ],
    numbers: [(x) => all.finiteNumbers("x", x), [[], [1, 2], { length: 0 }, new Float32Array(2)], [[1, NaN], ["1"], { length: -1 }, { length: 1 }, "12", null, 3], "finite numbers"],
  }; // prettier-ignore

  for (const [name, [check, good, bad, expected]] of Object.entries(checks))
    test(name, () => {
      for (const value of good) check(value);
      for (const value of bad) {
        const error = refused(name === "seed" ? name : "x", () => check(value));
        assert.is(error.expected, expected);
      }
    });

  test("numbers are handed on, and one that is none is shown among how many", () => {
    assert.equal(all.finiteNumbers("x", Float32Array.of(1, 2, 3)), [1, 2, 3]);
    assert.is(refused("x", () => all.finiteNumbers("x", [1, "2"])).actual, '"2" among 2');
  });

  test("known options come back; others are named, cut if they are long, unless they are undefined", () => {
    const options = { a: 1, b: undefined };
    assert.is(all.known(options, ["a"]), options);
    const { expected, actual } = refused("options.b", () => all.known({ a: 1, b: [2] }, ["a"]));
    assert.equal([expected, actual], ["only the options a", '"b"']);
    refused(`o.${"c".repeat(40)}`, () => all.known({ ["c".repeat(50)]: 0 } as object, [], "o"));
    refused("options", () => all.known(null as never, []));
  });
});

suite("errors: how a value is shown", (test) => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const shape = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const shown: [unknown, string][] = [
    ["a".repeat(50), `"${"a".repeat(40)}"`],
    [() => 0, "a function"],
    [null, "null"],
    [-0.5, "-0.5"],
    [[1, ["b"]], '[1, ["b"]]'],
    [[[[1]]], "[[Array of length 1]]"],
    [cycle, "[[Array of length 1]]"],
    [Array(8).fill(0), "[0, 0, 0, 0, 0, 0, 0, 0]"],
    [Array(9).fill(0), "Array of length 9"],
    [new Float32Array(2), "Float32Array of length 2"],
    [new DataView(new ArrayBuffer(3)), "DataView of 3 bytes"],
    [{ shape, dtype: "float32" }, "a tensor of shape [1,2,3,4,5,6,7,8]"],
    [{ shape, dtype: 1 }, "an object with shape, dtype"],
    [{ shape: 1, dtype: "float32" }, "an object with shape, dtype"],
    [{}, "an object with no keys"],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }, "an object with a, b, c, d, e, f"],
    [{ ["k".repeat(50)]: 1 }, `an object with ${"k".repeat(40)}`],
    [{ get shape() { throw new Error(); } }, "a value that cannot be read (object)"],
  ]; // prettier-ignore
  for (const [value, text] of shown) test(text, () => assert.is(show(value), text));

  test("a singular matrix", () => {
    const { message, pivot } = new SingularError("a", 3);
    assert.is(message, "a: expected a regular matrix, got a singular one: pivot 3 is zero");
    assert.is(pivot, 3);
  });
});

suite("arrays", (test) => {
  test("zeros, copies and maps", () => {
    const source = Float64Array.of(1, 2, 3);
    const copy = arrays.float64(source);
    assert.equal(copy, source);
    assert.is.not(copy, source);
    assert.equal([arrays.float32(2), arrays.int32(1)], [new Float32Array(2), new Int32Array(1)]);
    assert.equal(arrays.float32([1, 2]), Float32Array.of(1, 2));
    assert.equal(arrays.float32(source), Float32Array.of(1, 2, 3));
    assert.equal(
      arrays.float64(source, (x, i) => 10 * x + i),
      Float64Array.of(10, 21, 32),
    );
    assert.equal(arrays.float32(["a", "bc"], ({ length }) => length), Float32Array.of(1, 2)); // prettier-ignore
    assert.equal(arrays.int32(Float32Array.of(1, -2)), Int32Array.of(1, -2));
  });

  test("numbers as text, longer than a piece and from the middle of a buffer", () => {
    for (const length of [0, 1, 3000]) {
      const whole = arrays.float64({ length }, (_, i) => Math.sqrt(i));
      const part = whole.subarray(length >> 1);
      assert.equal(arrays.doublesOf(arrays.base64(whole)), whole);
      assert.equal(arrays.doublesOf(arrays.base64(part)), part.slice());
      const single = arrays.float32(whole);
      assert.equal(arrays.singlesOf(arrays.base64(single)), single);
    }
    assert.equal([arrays.singlesOf("?"), arrays.singlesOf("AAAA")], [undefined, undefined]);
  });

  test("what passes is counted, what is not finite is seen wherever it is", () => {
    assert.is(
      arrays.countOf(Float64Array.of(1, -1, NaN), (x) => x > 0),
      1,
    );
    assert.ok(arrays.allFinite([]) && arrays.allFinite([1, -1e308, 0]));
    for (const bad of [NaN, Infinity, -Infinity])
      for (let at = 0; at < 3; at++)
        assert.not.ok(arrays.allFinite([0, 1, 2].map((x) => (x === at ? bad : x))));
  });

  test("memory that cannot be had", () => {
    const { message } = thrown(MemoryError, () => arrays.float64(2 ** 40));
    assert.is(message, "8192.0 GiB more cannot be had");
    assert.is(arrays.outOfMemory(2 ** 30 - 2 ** 20, " here").message, "1023.0 MiB more cannot be had here"); // prettier-ignore
    assert.is(arrays.outOfMemory(2 ** 30).message, "1.0 GiB more cannot be had");
    assert.throws(() => arrays.float32([1], () => { throw new RangeError("mine"); }), /mine/); // prettier-ignore
  });
});
