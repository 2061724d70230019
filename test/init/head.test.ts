/** The mathematics of solved heads: leave-one-out, updates, moments, removal, calibration. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { softmax } from "../../src/init/head/calibrate.ts";
import {
  generalized,
  leaveOneOut,
  missed,
  type Modes,
} from "../../src/init/head/crossValidation.ts";
import { relative } from "../../src/init/head/fromMoments.ts";
import { fromSamples } from "../../src/init/head/fromSamples.ts";
import { Head, type HeadOptions } from "../../src/init/head/head.ts";
import { FLATTEST, steepest } from "../../src/init/head/slope.ts";
import type { Batch } from "../../src/init/head/store.ts";
import { normal } from "../../src/linalg/index.ts";
import { suite } from "../support/suite.ts";

const options: HeadOptions = { kind: "classes", lambda: "auto", memory: 2 ** 26, removable: false, prior: "balanced" }; // prettier-ignore
const values: HeadOptions = { ...options, kind: "values" };

/** Samples about the centres of their classes, as an app's features lie: off the origin. */
function classes(
  labels: readonly number[],
  d: number,
  seed: number,
  width = Math.max(...labels) + 1,
): Batch {
  // prettier-ignore
  const x = Float32Array.from(normal(labels.length, d, { seed }).data);
  const centres = normal(width, d, { seed: 99 }).data;
  labels.forEach((label, i) => {
    for (let j = 0; j < d; j++) x[i * d + j] += centres[label * d + j] + 2;
  });
  return { x, y: { kind: "classes", width, values: Float64Array.from(labels) } };
}

/** Targets that are linear in the features but for noise. */
function regression(n: number, d: number, seed: number, width = 2): Batch {
  const x = Float32Array.from(normal(n, d, { seed }).data);
  const [kernel, noise] = [normal(d, width, { seed: 98 }).data, normal(n, width, { seed: seed + 1 }).data]; // prettier-ignore
  const y = Float64Array.from(noise, (e, at) => {
    const [i, c] = [Math.floor(at / width), at % width];
    let sum = 5 + 0.3 * e;
    for (let j = 0; j < d; j++) sum += x[i * d + j] * kernel[j * width + c];
    return sum;
  });
  return { x, y: { kind: "values", width, values: y } };
}

const part = ({ x, y }: Batch, d: number, passes: (i: number) => boolean): Batch => {
  const each = y.kind === "classes" ? 1 : y.width;
  const pick = <T extends Float32Array | Float64Array>(data: T, size: number) =>
    data.filter((_, at) => passes(Math.floor(at / size))) as T;
  return { x: pick(x, d), y: { ...y, values: pick(y.values, each) } };
};

const learnt = (d: number, settings: HeadOptions, ...batches: Batch[]) => {
  const width = settings.kind === "classes" ? 0 : batches[0].y.width;
  const head = new Head(d, width, settings);
  batches.forEach((batch) => head.add(batch));
  return head;
};

const flat = (head: Head) => {
  const { weights, bias } = head.linear();
  return [...weights.data, ...bias];
};

/** Largest difference relative to the largest number. */
const apart = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  assert.is(a.length, b.length);
  const top = Math.max(...Array.from(b, Math.abs));
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]))) / top;
};

const cycle = (n: number, width: number) => Array.from({ length: n }, (_, i) => (i * 7) % width);
const cases: [string, number, number, Batch][] = [
  ["fewer samples than features, classes", 24, 40, classes(cycle(24, 3), 40, 1)],
  ["more samples than features, classes", 60, 7, classes(cycle(60, 4), 7, 2)],
  ["as many, values", 20, 20, regression(20, 20, 3)],
  ["fewer, values", 15, 30, regression(15, 30, 4)],
  ["more, values", 50, 6, regression(50, 6, 5, 3)],
  ["more than a block", 1100, 5, regression(1100, 5, 6, 1)],
  ["every sample twice", 30, 40, classes([...cycle(15, 3), ...cycle(15, 3)], 40, 7)],
];
const twice = cases.at(-1)![3];
(twice.x as Float32Array).copyWithin(15 * 40, 0, 15 * 40);

suite("init/head: leave-one-out", (test) => {
  for (const [name, count, d, batch] of cases)
    test(`is what leaving samples out gives: ${name}`, () => {
      const { modes } = fromSamples({ count, size: d, ...batch }, "auto");
      const top = modes.values.at(-1)!;
      const k = batch.y.width;
      for (const lambda of [top / 8, top / 1e5]) {
        const found = new Float64Array(count * k);
        missed(modes, [lambda], (first, miss) => found.set(miss.data, first * k));
        const direct: number[] = [];
        const some = count > 200 ? [0, 3, 1023, 1024, 1099] : [...Array(count).keys()];
        for (const i of some) {
          const rest = part(batch, d, (at) => at !== i);
          const own = fromSamples({ count: count - 1, size: d, ...rest }, lambda).solved;
          for (let c = 0; c < k; c++) {
            const y = batch.y.kind === "classes" ? Number(batch.y.values[i] === c) : batch.y.values[i * k + c]; // prettier-ignore
            let fit = own.centre[c];
            for (let j = 0; j < d; j++) fit += own.weights.data[c * d + j] * (batch.x[i * d + j] - own.mean[j]); // prettier-ignore
            direct.push(y - fit);
          }
        }
        const same = some.flatMap((i) => [...found.subarray(i * k, (i + 1) * k)]);
        assert.ok(apart(same, direct) < 1e-9, `${apart(same, direct)}`);
      }
    });

  test("the λ of the least error is taken, of all", () => {
    for (const [, count, d, batch] of cases) {
      const { modes, solved } = fromSamples({ count, size: d, ...batch }, "auto");
      const ones = new Float64Array(batch.y.width).fill(1);
      const lambda = leaveOneOut(modes, ones);
      const error = (tried: number) => {
        let sum = 0;
        missed(modes, [tried], (_, { data }) => data.forEach((value) => (sum += value * value)));
        return sum;
      };
      // Of errors that differ by less than 2⁻¹⁰ that of the largest λ.
      const tried = Array.from({ length: 27 }, (_, i) => modes.values.at(-1)! * 2 ** (6 - 2 * i));
      const errors = tried.map(error);
      const alike = Math.min(...errors) * (1 + 2 ** -10);
      assert.is(lambda, tried[errors.findIndex((one) => one <= alike)]);
      assert.ok(solved.lambda > 0);
    }
  });

  test("errors that are all zero take the largest λ that is tried", () => {
    const { x } = regression(12, 4, 1);
    const y = { kind: "values", width: 1, values: new Float64Array(12).fill(7) } as const;
    const { modes } = fromSamples({ count: 12, size: 4, x, y }, "auto");
    assert.is(leaveOneOut(modes, Float64Array.of(1)), 2 ** 6 * modes.values.at(-1)!);
  });

  test("targets without noise take the smallest λ that is tried", () => {
    const x = Float32Array.from({ length: 8 }, (_, i) => i);
    const exact: Batch = { x, y: { kind: "values", width: 1, values: Float64Array.from(x, (value) => 3 * value + 1) } }; // prettier-ignore
    const { lambda } = learnt(1, values, exact);
    assert.ok(Math.abs(lambda / (42 * 2 ** -46) - 1) < 1e-12, `${lambda}`);
  });

  test("a sample that the axes span but for rounding has an error of its own sign", () => {
    const square = (1 - 1 / 4) * (1 + 2 ** -50);
    const data = Float64Array.of(Math.sqrt(square), 0, 0, 0);
    const modes: Modes = {
      count: 4,
      values: Float64Array.of(1),
      gamma: { rows: 1, cols: 1, data: Float64Array.of(0) },
      targets: { kind: "values", width: 1, values: Float64Array.of(1, 0, 0, 0) },
      mean: Float64Array.of(0),
      blocks: () => [{ first: 0, u: { rows: 4, cols: 1, data } }],
    };
    missed(modes, [2 ** -60], (_, { data: [error] }) => assert.ok(error! > 1 && error! < Infinity)); // prettier-ignore
  });

  test("a target that is the same in all samples, but for the rounding of its mean, has no say", () => {
    const own = regression(50, 6, 1, 1);
    const still: Batch = { x: own.x, y: { ...own.y, width: 2, values: Float64Array.from({ length: 100 }, (_, at) => (at % 2 ? 0.1 : own.y.values[at >> 1]!)) } }; // prettier-ignore
    for (const memory of [2 ** 26, 0]) {
      const [alone, both] = [own, still].map((batch) => learnt(6, { ...values, memory }, batch));
      const { weights, bias } = both.linear();
      alone.linear();
      assert.is(both.lambda, alone.lambda);
      assert.ok(weights.data.subarray(6).every((w) => Math.abs(w) < 1e-15));
      assert.ok(Math.abs(bias[1]! - 0.1) < 1e-15);
    }
  });

  test("the unit that a target is measured in does not decide what λ is", () => {
    const { x, y } = regression(60, 6, 1, 2);
    // The second is nearly noise, and far from zero.
    const noisy = y.values.map((value, at) => (at % 2 ? 100 + Math.sin(at * at) : value));
    const chosen = [-10, 0, 10].map((e) => {
      const scaled = noisy.map((value, at) => (at % 2 ? value * 2 ** e : value));
      const given = { x, y: { ...y, values: scaled } };
      return [2 ** 26, 0].map((memory) => learnt(6, { ...values, memory }, given).lambda);
    });
    assert.equal([chosen[0], chosen[2]], [chosen[1], chosen[1]]);
  });

  test("targets or features that are all equal leave nothing to choose", () => {
    const still = { ...regression(12, 4, 1), x: new Float32Array(48).fill(3) };
    const flatTargets = regression(12, 4, 1);
    flatTargets.y.values.fill(7);
    for (const memory of [2 ** 26, 0]) {
      const heads = [still, flatTargets].map((batch) => learnt(4, { ...values, memory }, batch));
      assert.equal(flat(heads[0]!).slice(0, 8), Array(8).fill(0));
      assert.equal(flat(heads[1]!), [...Array(8).fill(0), 7, 7]);
      assert.equal(heads.map(({ lambda }) => lambda), [0, 0]); // prettier-ignore
    }
  });
});

suite("init/head: generalized cross-validation", (test) => {
  const chosen = (values: number[], explained: number[], energy: number, freedom: number) =>
    Math.log2(generalized(Float64Array.from(values), Float64Array.from(explained), energy, freedom)); // prettier-ignore

  test("of λ alike the largest, without noise the least, without axes none", () => {
    assert.is(chosen([1], [1], 1, 1), 6);
    assert.is(chosen([1], [1], 1, 9), -46);
    assert.is(chosen([], [], 1, 3), -Infinity);
  });

  test("axes that take all degrees of freedom explain all of the energy, whatever rounding leaves", () => {
    for (const rest of [0, 2 ** -40, 1])
      assert.is(chosen([2 ** -10, 1], [2 ** -20, 1], 1 + 2 ** -20 + rest, 2), -46);
    assert.ok(chosen([1, 2], [0.1, 10], 10.2, 3) > -20);
  });

  test("targets that are zero throughout, or the same, have no weight", () => {
    assert.equal([...relative(Float64Array.of(0, 0, 4), Float64Array.of(0, 7, 7), 3)], [0, 0, 1 / 4]); // prettier-ignore
  });
});

suite("init/head: one more sample", (test) => {
  for (const [name, count, d, batch] of cases.slice(0, 5))
    for (const memory of [2 ** 26, 0])
      test(`an update at fixed λ is the solution anew: ${name}, ${memory} bytes`, () => {
        const kind = batch.y.kind;
        const settings = { ...options, kind, memory };
        const head = learnt(
          d,
          settings,
          part(batch, d, (i) => i < count - 1),
        );
        const { lambda } = head;
        head.add(part(batch, d, (i) => i === count - 1));
        // Below 10 samples to a tenth more, λ is chosen anew.
        const anew = learnt(d, { ...settings, lambda: head.lambda }, batch);
        const [found, wanted] = [head, anew].map((one) => {
          const answer = one["solved"]().solution;
          return [...answer.weights.data, ...answer.mean, ...answer.centre];
        });
        assert.ok(apart(found, wanted) < 1e-10, `${apart(found, wanted)}`);
        // Cross-validation of moments may take the least λ of all, for which there is no update.
        const updated = head.learnt().chosen === count - 1;
        if (updated) assert.is(head.lambda, lambda);
        else assert.ok(memory === 0 && count === 20, `${head.learnt().chosen} of ${count}`);
      });

  test("there is none where λ is nothing beside the largest eigenvalue", () => {
    for (const count of [4, 30])
      for (const memory of [2 ** 26, 0]) {
        const batch = regression(count, 4, 1);
        const wide: Batch = { ...batch, x: batch.x.map((value, at) => (at % 4 === 0 ? 2 ** 14 * value : value)) }; // prettier-ignore
        for (const [lambda, updatable] of [
          [10, false],
          [2 ** 20, true],
        ] as const) {
          const head = learnt(4, { ...values, memory, lambda }, wide);
          assert.is(head["solved"]().solution.updatable, updatable, `λ = ${lambda}, ${count} samples`); // prettier-ignore
        }
      }
  });

  test("the λ of classes of one sample each is just large enough for it", () => {
    for (const d of [3, 30])
      assert.ok(
        learnt(d, options, classes([0, 1, 2, 3, 4, 5], d, 1))["solved"]().solution.updatable,
      );
  });

  test("λ is chosen anew when samples have grown by a tenth, and for a new class", () => {
    const batch = classes(cycle(60, 3), 10, 1, 3);
    const head = learnt(
      10,
      options,
      part(batch, 10, (i) => i < 50),
    );
    const chosen = () => head.learnt().chosen;
    head.linear();
    assert.is(chosen(), 50);
    for (let at = 50; at < 54; at++) head.add(part(batch, 10, (i) => i === at));
    head.linear();
    assert.is(chosen(), 50);
    head.add(part(batch, 10, (i) => i === 54));
    assert.is(chosen(), undefined);
    head.linear();
    assert.is(chosen(), 55);
    head.add({ ...classes([3], 10, 5, 4) });
    head.linear();
    assert.is(chosen(), 56);
  });
});

suite("init/head: moments", (test) => {
  const d = 9;
  const labels = cycle(2500, 5);
  const all = classes(labels, d, 3);
  const shifted: Batch = { ...all, x: all.x.map((value) => Math.fround(value + 1e4)) };

  for (const [name, batch] of [
    ["near the origin", all],
    ["far off", shifted],
  ] as const)
    // prettier-ignore
    test(`equal the solution from samples at the same λ: ${name}`, () => {
      const settings = { ...options, lambda: 3 };
      const wanted = learnt(d, settings, batch)["solved"]().solution;
      for (const cut of [2500, 700, 1]) {
        const head = new Head(d, 0, { ...settings, memory: 0 });
        for (let at = 0; at < 2500; at += cut) head.add(part(batch, d, (i) => i >= at && i < at + cut)); // prettier-ignore
        assert.not.ok(head.keeps);
        const { solution } = head["solved"]();
        assert.ok(apart(solution.weights.data, wanted.weights.data) < 1e-9);
        assert.ok(apart(solution.centre, wanted.centre) < 1e-12);
      }
    });

  test("take over when samples no longer fit", () => {
    const head = new Head(d, 0, { ...options, memory: 4 * d * 1000, lambda: 3 });
    head.add(part(all, d, (i) => i < 1000));
    assert.ok(head.keeps);
    head.add(part(all, d, (i) => i >= 1000));
    assert.not.ok(head.keeps);
    const wanted = learnt(d, { ...options, lambda: 3, memory: 0 }, all);
    assert.ok(apart(flat(head), flat(wanted)) < 1e-9);
  });

  test("a thousand classes stream in memory that does not grow", () => {
    const [size, width] = [24, 1000];
    const head = new Head(size, 0, { ...options, memory: 0 });
    const bytes: number[] = [];
    for (let round = 0; round < 4; round++) {
      head.add(classes(cycle(2 * 1024, width), size, round, width));
      const { store } = head.learnt();
      if (store.kind !== "moments") return assert.unreachable(store.kind);
      const [own] = store.sums;
      assert.equal([own.x.length, own.y.length], [0, 0]); // full buffers have become moments
      const numbers = Object.values(own).reduce((sum, one) => sum + (one.length ?? 1), 0);
      bytes.push(numbers);
    }
    assert.equal(bytes, Array(4).fill(1 + size + size * size + width * (2 + size)));
    assert.is(head.count, 8192);
    assert.ok(flat(head).every(Number.isFinite));
  });

  test("a reload in the midst of a buffer goes on with the same bits", () => {
    const cut = (first: number, end: number) => part(all, d, (i) => i >= first && i < end);
    const settings = { ...options, memory: 0 };
    const head = learnt(d, settings, cut(0, 1500));
    head.linear();
    head.add(cut(1500, 1510));
    const copy = Head.from(d, structuredClone(head.learnt()), settings);
    for (const [first, end] of [
      [1510, 1520],
      [1520, 2400],
      [2400, 2401],
    ]) {
      // prettier-ignore
      for (const one of [head, copy]) one.add(cut(first, end));
      assert.equal(flat(copy), flat(head));
    }
  });

  test("a copy knows what the head knows, and learns on without it", () => {
    const [few, more] = [part(all, d, (i) => i < 60), part(all, d, (i) => i >= 60 && i < 90)];
    for (const settings of [
      options,
      { ...options, memory: 0 },
      { ...options, memory: 0, removable: true },
    ]) {
      const head = learnt(d, settings, few);
      const copy = head.copy();
      assert.equal([copy.learnt(), copy.count, copy.counts], [head.learnt(), 60, head.counts]);
      copy.add(more);
      assert.equal(flat(copy), flat(learnt(d, settings, few, more)));
      assert.equal([head.count, flat(head)], [60, flat(learnt(d, settings, few))]);
    }
  });

  test("classes kept apart give the moments of all", () => {
    const settings = { ...options, memory: 0, lambda: 3 };
    const [pooled, single] = [learnt(d, settings, all), learnt(d, { ...settings, removable: true }, all)]; // prettier-ignore
    assert.ok(apart(flat(single), flat(pooled)) < 1e-9);
  });
});

suite("init/head: removed is never added", (test) => {
  const d = 30;
  const labels = cycle(44, 4);
  const all = classes(labels, d, 4);
  const without = part(all, d, (i) => labels[i] !== 1);
  const fewer: Batch = { x: without.x, y: { ...without.y, width: 3, values: without.y.values.map((c) => c - Number(c > 1)) } }; // prettier-ignore

  for (const [name, settings, bound] of [
    ["samples", options, 0],
    ["moments of each class", { ...options, memory: 0, removable: true }, 1e-10],
  ] as const)
    test(`a class: ${name}`, () => {
      const head = learnt(d, settings, all);
      head.linear();
      head.removeClass(1);
      assert.is(head.count, 33);
      assert.equal(head.counts, [11, 11, 11]);
      const wanted = learnt(d, settings, fewer);
      assert.ok(apart(flat(head), flat(wanted)) <= bound, `${apart(flat(head), flat(wanted))}`);
    });

  test("samples", () => {
    const head = learnt(d, options, all);
    head.linear();
    const gone = part(all, d, (i) => i === 5 || i === 17);
    assert.ok(head.remove(gone));
    assert.equal(
      flat(head),
      flat(
        learnt(
          d,
          options,
          part(all, d, (i) => i !== 5 && i !== 17),
        ),
      ),
    );
    assert.not.ok(head.remove(gone));
    assert.is(head.count, 42);
    // What a base rounded otherwise is found again, what is farther off is another sample.
    const off = (by: number): Batch => {
      const { x, y } = part(all, d, (i) => i === 7);
      return { x: x.map((value) => value * (1 + by)), y };
    };
    assert.not.ok(head.remove(off(2 ** -11)));
    assert.ok(head.remove(off(2 ** -13)));
    assert.is(head.count, 41);
  });

  test("of samples equally near the last one, and of none that is far from zeros", () => {
    const of = (x: number[], labels: number[]): Batch => ({ x: Float32Array.from(x), y: { kind: "classes", width: 2, values: Float64Array.from(labels) } }); // prettier-ignore
    const near = [1 + 2 ** -14, 1 - 2 ** -14];
    for (const [first, second] of [near, [...near].reverse()] as [number, number][]) {
      const head = learnt(1, options, of([first, second, 3, 5, 6], [0, 0, 0, 1, 1]));
      assert.not.ok(head.remove(of([0], [0])));
      assert.ok(head.remove(of([1], [0])));
      assert.equal(flat(head), flat(learnt(1, options, of([first, 3, 5, 6], [0, 0, 1, 1]))));
    }
  });

  test("a sample that is as far as may be by one feature, and farther by the next, is another one", () => {
    const of = (x: number[], labels: number[]): Batch => ({ x: Float32Array.from(x), y: { kind: "classes", width: 2, values: Float64Array.from(labels) } }); // prettier-ignore
    const head = learnt(2, options, of([1 + 2 ** -12, 1, 0, 3, 5, 5, 6, 7], [0, 0, 1, 1]));
    assert.not.ok(head.remove(of([1, 0], [0])));
    assert.ok(head.remove(of([0, 3 - 2 ** -11], [0])));
    assert.is(head.count, 3);
  });

  test("one of two samples that differ in a single feature, whichever it is", () => {
    for (const feature of [0, d - 1]) {
      const twins: Batch = { x: all.x.slice(), y: all.y };
      // 5 and 9 are of one class.
      assert.is(labels[5], labels[9]);
      (twins.x as Float32Array).copyWithin(9 * d, 5 * d, 6 * d);
      twins.x[9 * d + feature]! += 1;
      const head = learnt(d, options, twins);
      assert.ok(head.remove(part(twins, d, (i) => i === 5)));
      const never = learnt(
        d,
        options,
        part(twins, d, (i) => i !== 5),
      );
      assert.equal(flat(head), flat(never));
    }
  });
});

suite("init/head: NumPy's ridge", (test) => {
  const golden = JSON.parse(readFileSync(new URL("head.json", import.meta.url), "utf8"));
  const { train, unseen, inputs: d, targets } = golden;
  const draws = (count: number, seed: number) => {
    let state = seed;
    const next = () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
    return Float64Array.from({ length: count }, () => next() + next() + next() + next() - 2);
  };
  const rows = train + unseen;
  const [plain, noise, kernel] = [draws(rows * d, 1), draws(rows * targets, 2), draws(d * targets, 3)]; // prettier-ignore

  for (const { offset, scale, targetOffset, targetScale, lam, error, weights } of golden.cases)
    for (const memory of [2 ** 26, 0])
      test(`inputs ${offset} ± ${scale}, targets ${targetOffset} ± ${targetScale}, ${memory} bytes`, () => {
        const x = Float32Array.from(plain, (value) => value * scale + offset);
        const y = Float64Array.from(noise, (e, at) => {
          const [i, c] = [Math.floor(at / targets), at % targets];
          let sum = 0;
          for (let j = 0; j < d; j++) sum += plain[i * d + j] * kernel[j * targets + c];
          return Math.fround((sum + 0.5 * e) * targetScale + targetOffset);
        });
        const all: Batch = { x, y: { kind: "values", width: targets, values: y } };
        const head = learnt(
          d,
          { ...values, lambda: lam, memory },
          part(all, d, (i) => i < train),
        );
        const { weights: w, bias } = head.linear();
        assert.ok(apart(w.data, weights) < 1e-9, `${apart(w.data, weights)}`);
        let sum = 0;
        for (let i = train; i < rows; i++)
          for (let c = 0; c < targets; c++) {
            let fit = bias[c];
            for (let j = 0; j < d; j++) fit += w.data[c * d + j] * x[i * d + j];
            sum += (fit - y[i * targets + c]) ** 2 / (unseen * targets);
          }
        assert.ok(Math.abs(sum / error - 1) < 1e-3, `${sum} for ${error}`);
      });
});

suite("init/head: calibration", (test) => {
  const d = 40;
  const spread = (counts: readonly number[]) => counts.flatMap((n, c) => Array<number>(n).fill(c));
  const accuracy = (head: Head, { x, y }: Batch) => {
    const { weights, bias } = head.linear();
    const right: number[][] = bias.length > 0 ? Array.from(bias, () => []) : [];
    y.values.forEach((label, i) => {
      const scores = Array.from(bias, (b, c) => {
        let sum = b;
        for (let j = 0; j < d; j++) sum += weights.data[c * d + j] * x[i * d + j];
        return sum;
      });
      right[label].push(Number(scores.indexOf(Math.max(...scores)) === label));
    });
    const mean = (list: number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
    return {
      plain: mean(right.flat()),
      balanced: mean(right.filter((r) => r.length > 0).map(mean)),
    };
  };
  /** Classes 0.4 of their distance apart, so that they overlap. */
  const near = (labels: number[], seed: number): Batch => {
    const { y } = classes(labels, d, seed, 3);
    const x = Float32Array.from(normal(labels.length, d, { seed }).data);
    const centres = normal(3, d, { seed: 99 }).data;
    labels.forEach((label, i) => {
      for (let j = 0; j < d; j++) x[i * d + j] += 0.4 * centres[label * d + j];
    });
    return { x, y };
  };
  const uneven = spread([180, 10, 10]);

  for (const memory of [2 ** 26, 0])
    test(`classes 90/5/5 by prior, ${memory} bytes`, () => {
      const [few, even, alike] = [near(uneven, 1), near(cycle(900, 3), 2), near(spread([900, 50, 50]), 3)]; // prettier-ignore
      const found = (["balanced", "data", [1, 1, 1], [0, 1, 1]] as const).map((prior) => {
        const head = learnt(d, { ...options, prior, memory }, few);
        return [accuracy(head, even), accuracy(head, alike)];
      });
      const [balanced, data, ones, none] = found;
      assert.ok(balanced[0].balanced > 0.75, `${balanced[0].balanced}`);
      assert.ok(balanced[0].balanced > data[0].balanced);
      assert.ok(data[1].plain >= 0.9, `${data[1].plain}`);
      assert.equal(ones, balanced);
      // A class that cannot be is never predicted.
      assert.ok(Math.abs(none[0].balanced * 3 - 2) < 0.7 && none[0].plain < 0.67);
    });

  test("features that tell nothing leave the prior", () => {
    const labels = spread([90, 10]);
    const x = Float32Array.from(normal(100, d, { seed: 5 }).data);
    const head = learnt(d, { ...options, prior: "data" }, { x, y: { kind: "classes", width: 2, values: Float64Array.from(labels) } }); // prettier-ignore
    const { weights, bias } = head.linear();
    assert.ok(Math.abs(bias[0] - bias[1] - Math.log(9)) < 0.3, `${bias}`);
    assert.ok(weights.data.every((w) => Math.abs(w) < 0.2));
  });

  test("features that are all equal leave nothing but the prior", () => {
    for (const [prior, wanted] of [
      ["balanced", 0],
      ["data", Math.log(1 / 2)],
    ] as const)
      // prettier-ignore
      for (const memory of [2 ** 26, 0]) {
        const x = new Float32Array(6 * d).fill(0.1);
        const y = { kind: "classes", width: 2, values: Float64Array.of(0, 0, 1, 1, 1, 1) } as const;
        const { weights, bias } = learnt(d, { ...options, prior, memory }, { x, y }).linear();
        assert.ok(weights.data.every((w) => w === 0));
        assert.ok(Math.abs(bias[0] - bias[1] - wanted) < 1e-9, `${bias}`);
      }
  });

  test("a class of two samples has a threshold in the midst of those of larger ones", () => {
    for (const sizes of [
      [9, 12, 2],
      [6, 2, 40, 80],
    ]) {
      const labels = sizes.flatMap((size, c) => Array<number>(size).fill(c));
      const noise = normal(labels.length, 7, { seed: 8 }).data;
      const centres = normal(sizes.length, 7, { seed: 99 }).data;
      const x = noise.map((value, at) => {
        const label = labels[Math.floor(at / 7)]!;
        return 0.3 * value + (label + 1) * centres[label * 7 + (at % 7)]!;
      });
      const y = { kind: "classes", width: sizes.length, values: Float64Array.from(labels) } as const; // prettier-ignore
      const { thresholds } = learnt(7, options, { x, y })["solved"]().calibration!;
      const two = thresholds[sizes.indexOf(2)]!;
      const others = [...thresholds].filter((_, c) => sizes[c] !== 2);
      assert.ok(
        two > 1.05 * Math.min(...others) && two < 0.95 * Math.max(...others),
        `${thresholds}`,
      );
    }
  });

  test("classes whose samples are all the same, one of them of two: finite", () => {
    for (const sizes of [
      [4, 2],
      [4, 4, 2],
      [8, 2, 2],
    ]) {
      const k = sizes.length;
      const labels = sizes.flatMap((size, c) => Array<number>(size).fill(c));
      const x = Float32Array.from({ length: labels.length * k }, (_, at) => Number(at % k === labels[Math.floor(at / k)])); // prettier-ignore
      const y = { kind: "classes", width: k, values: Float64Array.from(labels) } as const;
      assert.ok(flat(learnt(k, options, { x, y })).every(Number.isFinite), `${sizes}`);
    }
  });

  test("classes of at most two samples have no thresholds: at the mean the logits are those of the prior", () => {
    const prior = [1, 0, 7];
    const head = learnt(d, { ...options, prior }, classes([0, 0, 1, 1, 2], d, 6));
    const { weights, bias } = head.linear();
    const { mean } = head["solved"]().solution;
    for (const [c, share] of prior.entries()) {
      const row = weights.data.subarray(c * d, (c + 1) * d);
      const logit = row.reduce((sum, w, j) => sum + w * mean[j], bias[c]);
      // A class that cannot be has the least probability that there is.
      assert.ok(Math.abs(logit - Math.log(share / 8 || 2 ** -100)) < 1e-9, `${logit}`);
    }
  });

  test("moments of a class whose mean is that of all do not tell the slope", () => {
    // Of three classes along the first feature the last one is in the middle; each has four samples about its mean.
    const places = [-1, 1, 0].flatMap((c) => [-0.5, 0.5].flatMap((e) => [c + e, -1, c + e, 1]));
    const x = Float32Array.from(places);
    const y = { kind: "classes", width: 3, values: Float64Array.from(spread([4, 4, 4])) } as const;
    const head = learnt(2, { ...options, memory: 0, lambda: 1 }, { x, y });
    assert.is(head["solved"]().calibration!.slope, 1);
  });

  test("one sample a class: the nearer one, with finite probabilities", () => {
    const head = learnt(d, options, classes([0, 1, 2], d, 6));
    assert.ok(flat(head).every(Number.isFinite));
    assert.ok(accuracy(head, classes(cycle(90, 3), d, 7)).plain > 0.9);
  });

  test("softmax has the sum one, and does not overflow", () => {
    const p = softmax(Float64Array.of(1000, 999, -1000));
    assert.ok(Math.abs(p[0] - 1 / (1 + Math.exp(-1))) < 1e-15 && p[2] === 0);
  });
});

suite("init/head: the slope of a softmax", (test) => {
  test("scores in other units, beyond what e^x can be, give the slope in these units", () => {
    const labels = Array.from({ length: 60 }, (_, i) => i % 3);
    const rows = normal(60, 3, { seed: 4, dtype: "float64" }).data.map((x, at) => x + 2 * Number(at % 3 === Math.floor(at / 3) % 3)); // prettier-ignore
    const even = Float64Array.of(1 / 3, 1 / 3, 1 / 3);
    const slope = (unit: number) => steepest({ labels, rows: rows.map((x) => unit * x) }, even, even) * unit; // prettier-ignore
    for (const unit of [2 ** -6, 2 ** 6, 2 ** 12])
      assert.ok(Math.abs(slope(unit) / slope(1) - 1) < 2 ** -24, `${unit}`);
  });

  test("a step of Newton's that leads to the bound below is not taken", () => {
    // tanh(β s) = 2/3; for this s the step from 1 is exactly −1.
    const s = 1.5686276493053695;
    const half = Float64Array.of(1 / 2, 1 / 2);
    const slope = steepest({ labels: [0, 1], rows: Float64Array.of(s, -s, -s, s) }, half, half);
    assert.ok(Math.abs(slope / (Math.atanh(2 / 3) / s) - 1) < 2 ** -26, `${slope}`);
  });

  test("scores that say nothing have the flattest slope", () => {
    const half = Float64Array.of(1 / 2, 1 / 2);
    const rows = new Float64Array(4);
    assert.is(steepest({ labels: [0, 1], rows }, half, half), FLATTEST);
  });
});
