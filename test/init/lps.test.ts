import fc from "fast-check";
import * as assert from "uvu/assert";
import { permutation, seedsOf } from "../../src/init/draws.ts";
import { lpsBias, lpsKernel, type LpsKernelOptions } from "../../src/init/lps/lps.ts";
import { lpsDesign } from "../../src/init/lps/lpsDesign.ts";
import { normal } from "../../src/linalg/index.ts";
import { Family, orthogonality } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused, tooLarge } from "../support/thrown.ts";

const sizeOf = (shape: number[]) => shape.reduce((size, length) => size * length, 1);
const meanSquare = (x: Float32Array) => x.reduce((sum, v) => sum + v * v, 0) / x.length;

/** Shape, layer, strides: the fan-in. */
const cases: [number[], LpsKernelOptions["layer"], LpsKernelOptions["strides"], number][] = [
  [[300, 200], undefined, undefined, 300],
  [[1, 2000], "dense", undefined, 1],
  [[3, 40, 50], "dense", undefined, 120],
  [[3, 3, 20, 30], "dense", 2, 180],
  [[2, 3, 2, 8, 40], "dense", undefined, 96],
  [[3, 3, 30, 20], "transpose", undefined, 180],
  [[4, 4, 30, 20], "transpose", 2, 80],
  [[3, 5, 30, 20], "transpose", [1, 5], 60],
  [[2, 2, 30, 20], "transpose", 3, 20],
  [[2, 4, 30, 20], "transpose", [2], 80],
  [[2, 4, 6, 30, 20], "transpose", [1, 2, 3], 160],
  [[3, 3, 200, 4], "depthwise", undefined, 9],
  [[1, 1, 100, 80], "separable", undefined, 100],
];

suite("init/lps: kernels", (test) => {
  for (const [shape, layer, strides, fan] of cases)
    for (const weights of ["gaussian", "orthogonal"] as const)
      test(`[${shape}] ${layer}, ${weights}: mean square variance / ${fan}`, () => {
        const options = { variance: 1.7, layer, strides, weights };
        const kernel = lpsKernel(shape, { ...options, seed: 1 });
        assert.is(kernel.length, sizeOf(shape));
        const ratio = (meanSquare(kernel) * fan) / 1.7;
        // Of Gaussian weights it is χ²/n: six of its standard deviations; of orthogonal ones it is exact.
        const error = weights === "gaussian" ? 6 * Math.sqrt(2 / kernel.length) : 1e-5;
        assert.ok(Math.abs(ratio - 1) <= error, `${ratio}`);
        assert.equal(lpsKernel(shape, { ...options, seed: 1 }), kernel);
        assert.not.equal(lpsKernel(shape, { ...options, seed: 2 }), kernel);
        assert.not.equal(lpsKernel(shape, options), lpsKernel(shape, options));
      });

  test("a separable layer's depthwise kernel has variance 1, and numbers of its own", () => {
    const options = { variance: 2, layer: "separable", seed: 1 } as const;
    const depthwise = lpsKernel([3, 3, 100, 2], options);
    assert.ok(Math.abs(9 * meanSquare(depthwise) - 1) < 0.15);
    const pointwise = lpsKernel([1, 1, 200, 9], options);
    const pairs = depthwise.map((x, i) => x * pointwise[i]);
    const sum = pairs.reduce((total, x) => total + x, 0);
    assert.ok(Math.abs(sum) < 5 * Math.sqrt(pairs.reduce((total, x) => total + x * x, 0)));
  });

  const family = new Family("lps ‖I − QᵀQ/s²‖");
  test("orthogonal: the units of what they share, or their inputs", () => {
    const check = (kernel: number[][], fan: number, what: string) => {
      const [rows, cols] = [kernel.length, kernel[0].length];
      const scale = Math.sqrt((2 * Math.max(rows, cols)) / fan);
      const data = Float32Array.from(kernel.flat(), (x) => x / scale);
      family.check(orthogonality({ rows, cols, data }), what);
    };
    const options = { variance: 2, weights: "orthogonal", seed: 3 } as const;
    const grid = (n: number, m: number, at: (i: number, j: number) => number) =>
      Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => at(i, j)));
    for (const [taps, a, b] of [
      [9, 4, 5],
      [9, 2, 40],
      [1, 6, 4],
      [1, 3, 7],
      [4, 1, 3],
    ]) {
      const shape = [taps, a, b];
      const at = (w: Float32Array, tap: number, i: number, j: number) => w[(tap * a + i) * b + j];
      const dense = lpsKernel(shape, options);
      check(
        grid(taps * a, b, (r, j) => at(dense, Math.floor(r / a), r % a, j)),
        taps * a,
        `dense [${shape}]`,
      );
      const transpose = lpsKernel(shape, { ...options, layer: "transpose" });
      check(
        grid(taps * b, a, (r, i) => at(transpose, Math.floor(r / b), i, r % b)),
        taps * b,
        `transpose [${shape}]`,
      );
      const depthwise = lpsKernel(shape, { ...options, layer: "depthwise" });
      for (let i = 0; i < a; i++)
        check(
          grid(taps, b, (tap, j) => at(depthwise, tap, i, j)),
          taps,
          `depthwise [${shape}], channel ${i}`,
        );
    }
    family.note();
  });

  test("a zero gives an empty kernel", () => {
    for (const layer of ["dense", "transpose", "depthwise", "separable"] as const)
      for (const weights of ["gaussian", "orthogonal"] as const)
        for (const shape of [
          [0, 3],
          [3, 0],
          [0, 0],
          [3, 3, 0, 2],
          [3, 3, 2, 0],
        ])
          assert.equal(lpsKernel(shape, { variance: 1, layer, weights }), new Float32Array(0));
  });

  test("errors", () => {
    const call = lpsKernel as (shape: unknown, options: object) => unknown;
    const good = { variance: 1, seed: 1 };
    const expected = call([2, 3], good);
    const bad = {
      variance: [NaN, -1, Infinity, "1", null, undefined, 1e308, 1e39],
      weights: ["normal", null, 1],
      layer: ["conv", null, "toString"],
      strides: [0, 1.5, [2, 0], "2", null, NaN],
      seed: [-1, 0.5, 2 ** 53, "1"],
    };
    for (const [argument, values] of Object.entries(bad))
      for (const value of values) {
        for (const shape of [[2, 3], [0, 3]]) refused(argument, () => call(shape, { ...good, [argument]: value })); // prettier-ignore
        assert.equal(call([2, 3], good), expected);
      }
    for (const shape of [undefined, "23", [], [3], [2, -1], [2, 1.5], [NaN, 2], [null, 2]])
      refused("shape", () => call(shape, good));
    for (const shape of [
      [2 ** 20, 2 ** 20],
      [2 ** 40, 1],
    ]) {
      tooLarge(() => call(shape, good));
      tooLarge(() => call(shape, { ...good, weights: "orthogonal" }));
    }
    assert.equal(call([2, 3], good), expected);
  });
});

suite("init/lps: biases", (test) => {
  const biases = [0.25, 0.5, 1];

  test("an equal share of units each, in an order of the seed's", () => {
    const property = fc.property(fc.nat(40), fc.maxSafeNat(), (units, seed) => {
      const values = lpsBias([units], { biases, seed });
      const counts = biases.map((b) => values.filter((value) => value === b).length);
      assert.is(counts[0] + counts[1] + counts[2], units);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`);
      assert.equal(lpsBias([units], { biases, seed }), values);
    });
    fc.assert(property, { seed: 1, numRuns: 200 });
    assert.not.equal(lpsBias([60], { biases, seed: 1 }), lpsBias([60], { biases, seed: 2 }));
    assert.not.equal(lpsBias([60], { biases }), lpsBias([60], { biases }));
  });

  test("all orders, and all remainders, are equally likely", () => {
    const draws = 6000;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < draws; seed++) {
      const key = lpsBias([2], { biases, seed }).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // Six ordered pairs of three; five standard deviations of a binomial number.
    assert.is(counts.size, 6);
    const deviation = Math.sqrt((draws * 5) / 36);
    for (const count of counts.values()) assert.ok(Math.abs(count - draws / 6) < 5 * deviation);
  });

  test("errors", () => {
    const call = lpsBias as (shape: unknown, options: unknown) => Float32Array;
    for (const bad of [[], "1", null, undefined, [NaN], ["1"], [1, Infinity], 3])
      refused("biases", () => call([3], { biases: bad }));
    for (const seed of [-1, 0.5, "1"])
      for (const units of [0, 3]) refused("seed", () => call([units], { biases, seed }));
    for (const shape of [3, [], [2, 2], [-1], [1.5], "3", [null]])
      refused("shape", () => call(shape, { biases }));
    assert.equal(call([0], { biases }), new Float32Array(0));
    assert.is(call([5], { biases }).length, 5);
  });
});

suite("init/draws", (test) => {
  test("seeds of a seed are apart, and are seeds", () => {
    const seeds = [0, 1, 2, 2 ** 53 - 1].flatMap((seed) => seedsOf(seed, 50) as number[]);
    assert.is(new Set(seeds).size, 200);
    assert.ok(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0));
    assert.equal(seedsOf(7, 3), (seedsOf(7, 9) as number[]).slice(0, 3));
    assert.equal(seedsOf(undefined, 2), [undefined, undefined]);
    for (const seed of [-1, 0.5, NaN]) refused("seed", () => seedsOf(seed, 1));
  });

  test("permutations are", () => {
    for (const count of [0, 1, 2, 17, 1000])
      assert.equal(
        permutation(count, 3).sort((i, j) => i - j),
        Array.from({ length: count }, (_, i) => i),
      );
  });
});

interface Layer {
  kernel: ArrayLike<number>;
  bias: ArrayLike<number>;
}

/** Whether one of the layers, made by `layer`, is zero on all of the inputs. */
function isBornDead(
  depth: number,
  width: number,
  layer: (fan: number, index: number) => Layer,
): boolean {
  const POINTS = 101;
  let h = [Float64Array.from({ length: POINTS }, (_, i) => Math.sqrt(3) * (i / 50 - 1))];
  for (let index = 0; index < depth; index++) {
    const { kernel, bias } = layer(h.length, index);
    h = Array.from({ length: width }, (_, unit) =>
      Float64Array.from({ length: POINTS }, (_, i) => {
        const z = h.reduce((sum, x, j) => sum + kernel[j * width + unit] * x[i], bias[unit]);
        return Math.max(z, 0);
      }),
    );
    if (h.every((x) => x.every((value) => value === 0))) return true;
  }
  return false;
}

/** log of the probability of at most (at least) k successes of n, whichever is less likely. */
function logTail(k: number, n: number, p: number): number {
  const term = (i: number) => {
    let log = i * Math.log(p) + (n - i) * Math.log1p(-p);
    for (let j = 0; j < i; j++) log += Math.log((n - j) / (j + 1));
    return log;
  };
  const side = k <= n * p ? [0, k] : [k, n];
  let sum = 0;
  for (let i = side[0]; i <= side[1]; i++) sum += Math.exp(term(i));
  return Math.log(sum);
}

suite("init/lps: relu networks of width 4 and depth 20 that are born dead", (test) => {
  const [NETS, WIDTH, DEPTH] = [3000, 4, 20];
  const { variance, biases } = lpsDesign({ activation: "relu" });
  const zero = new Float32Array(WIDTH);

  const dead = (make: (fan: number, seed: number) => Layer) => {
    let count = 0;
    for (let net = 0; net < NETS; net++) {
      const seeds = seedsOf(net, DEPTH) as number[];
      if (isBornDead(DEPTH, WIDTH, (fan, index) => make(fan, seeds[index]))) count++;
    }
    return count;
  };

  test("by lps 6 % (± 1.5), by He 65 %", () => {
    const lps = dead((fan, seed) => ({
      kernel: lpsKernel([fan, WIDTH], { variance, seed }),
      bias: lpsBias([WIDTH], { biases, seed: seed + 1 }),
    }));
    const he = dead((fan, seed) => ({
      kernel: normal(fan, WIDTH, { seed }).data,
      bias: zero,
    }));
    console.log(`\nnote: born dead of ${NETS}: lps ${lps}, He ${he}`);
    // The counts must not speak against probabilities within the bar, at odds of a thousand to one.
    const likely = (count: number, low: number, high: number) =>
      assert.ok(
        Math.max(...[low, (low + high) / 2, high].map((p) => logTail(count, NETS, p))) >
          Math.log(1e-3),
        `${count} of ${NETS}`,
      );
    likely(lps, 0.045, 0.075);
    likely(he, 0.64, 0.66);
    // And they must speak against anything like He's, or no death at all.
    assert.ok(logTail(lps, NETS, 0.15) < Math.log(1e-6));
    assert.ok(logTail(lps, NETS, 0.02) < Math.log(1e-6));
  });
});
