/** ridgeHead against plain loops, and against itself where two ways must lead to the same head. */
import * as knn from "@tensorflow-models/knn-classifier";
import * as tf from "@tensorflow/tfjs";
import * as assert from "uvu/assert";
import { normal } from "../../src/linalg/index.ts";
import { ArgumentError, knnClassifier, ridgeHead, type Prediction, type RidgeHead, type RidgeHeadOptions } from "../../src/tfjs/index.ts"; // prettier-ignore
import { apply, leaveOneOut, oneHot, ridge } from "../support/naiveHead.ts";
import { suite } from "../support/suite.ts";
import { thrown } from "../support/thrown.ts";

await tf.setBackend("cpu");

type Rows = number[][];

/** Gaussian numbers in steps of 1/8, so that float32 holds them also at an offset of 2^20. */
function draw(rows: number, cols: number, seed: number): Rows {
  const { data } = normal(rows, cols, { seed });
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(i * cols, (i + 1) * cols), (value) => Math.round(8 * value) / 8),
  );
}

/** Targets that follow x with noise. */
const follow = (x: Rows, k: number, seed: number): Rows => {
  const w = draw(k, x[0].length, seed);
  const noise = draw(x.length, k, seed + 1);
  const bias = Array<number>(k).fill(0);
  return x.map((row, i) => apply({ weights: w, bias }, row).map((v, c) => v + noise[i][c]));
};

const regression = (options: RidgeHeadOptions = {}) =>
  ridgeHead({ task: "regression", ...options });

async function learn<T>(head: RidgeHead, x: Rows, y: T[]): Promise<RidgeHead> {
  const xs = tf.tensor2d(x);
  await head.add(xs, y as number[]);
  xs.dispose();
  return head;
}

async function values(head: RidgeHead, x: Rows): Promise<Rows> {
  const xs = tf.tensor2d(x);
  const found = (await head.predict(xs)) as number[][] | Prediction[];
  xs.dispose();
  return found.map((row) => (Array.isArray(row) ? row : [...row.probabilities]));
}

/** The largest difference, relative to the largest number of the second. */
function distance(a: Rows, b: Rows): number {
  assert.equal(a.map((row) => row.length), b.map((row) => row.length)); // prettier-ignore
  const size = Math.max(...b.flat().map(Math.abs));
  return Math.max(...a.flat().map((value, at) => Math.abs(value - b.flat()[at]))) / size;
}

const close = (a: Rows, b: Rows, most = 1e-10) =>
  assert.ok(distance(a, b) <= most, `differ by ${distance(a, b)}`);

/** Samples of `classes` classes: centres of size 1.5 with noise; labels go round. */
function labelled(count: number, classes: number, d: number, seed: number) {
  const labels = Array.from({ length: count }, (_, i) => i % classes);
  const [centres, noise] = [draw(classes, d, 7), draw(count, d, seed)];
  return { x: noise.map((row, i) => row.map((v, j) => v + 1.5 * centres[labels[i]][j])), labels };
}

/** θ of each class by its definition; only the differences count. */
function thresholds(x: Rows, labels: number[], lambda: number): number[] {
  const y = oneHot(labels);
  const scores = x.map((row, i) => {
    const rest = (_: unknown, k: number) => k !== i;
    const c = labels[i];
    const [ys, n] = [y.filter(rest), x.length - 1];
    const share = ys.filter((one) => one[c] === 1).length / n;
    return apply(ridge(x.filter(rest), ys, lambda), row)[c] / share - 1;
  });
  const of = y[0].map((_, c) => scores.filter((_, i) => labels[i] === c));
  const mean = (list: number[]) => list.reduce((sum, one) => sum + one / list.length, 0);
  const many = of.filter((own) => own.length > 2);
  const squares = many.flatMap((own) => own.map((one) => (one - mean(own)) ** 2));
  const variance = squares.reduce((sum, one) => sum + one, 0) / many.reduce((sum, own) => sum + own.length - 1, 0); // prettier-ignore
  const chance = ({ length: n }: number[]) => (4 * (n - 1) ** 2 * variance) / (n * (n - 2) ** 2);
  const centre = mean(many.map(mean));
  const spread = Math.max(0, mean(many.map((own) => (mean(own) - centre) ** 2 - chance(own))));
  return of.map((own) => {
    if (own.length <= 2 || spread === 0) return 0;
    return ((spread / (spread + chance(own))) * (mean(own) - centre)) / 2;
  });
}

const SHAPES = [[2, 1], [3, 7], [7, 7], [8, 7], [9, 7], [40, 5], [6, 40], [65, 64]]; // prettier-ignore
const STORES: Record<string, RidgeHeadOptions> = { samples: {}, moments: { memory: 0 } };

suite("ridgeHead, regression", (test) => {
  for (const [store, options] of Object.entries(STORES)) {
    for (const [n, d] of SHAPES) {
      test(`equals plain loops from ${store}: ${n} samples of ${d} features`, async () => {
        const [x, q] = [draw(n, d, 1), draw(5, d, 2)];
        const y = follow(x, 3, 3);
        for (const lambda of [2 ** -10, 1, 100]) {
          const head = await learn(regression({ lambda, ...options }), x, y);
          const fit = ridge(x, y, lambda);
          close(await values(head, q), q.map((row) => apply(fit, row)), 1e-9); // prettier-ignore
        }
      });
    }

    for (const [name, offset, scale] of [
      ["offset 2^20", 2 ** 20, 1],
      ["scale 2^-20", 0, 2 ** -20],
      ["scale 2^20", 0, 2 ** 20],
      ["offset 2^20, scale 2^-30", 2 ** 20, 2 ** -30],
    ] as const) {
      // prettier-ignore
      for (const [n, d] of [[30, 6], [6, 30]] as const) { // prettier-ignore
        test(`features at ${name}, from ${store}, ${n} x ${d}: the same head`, async () => {
          const [x, q] = [draw(n, d, 4), draw(5, d, 5)];
          const y = follow(x, 2, 6);
          const moved = (rows: Rows) => rows.map((row) => row.map((v) => scale * (v + offset)));
          const [plain, other] = [regression(options), regression(options)];
          await learn(plain, x, y);
          await learn(other, moved(x), y);
          close(await values(other, moved(q)), await values(plain, q), 1e-7);
          assert.ok(Math.abs(other.lambda / (scale * scale * plain.lambda) - 1) < 1e-9);
        });
      }
    }

    test(`targets of any offset and scale, from ${store}`, async () => {
      const [x, q] = [draw(30, 6, 7), draw(5, 6, 8)];
      const y = follow(x, 2, 9);
      const plain = await values(await learn(regression(options), x, y), q);
      for (const [offset, scale] of [
        [1e6, 1],
        [0, 1e-30],
        [0, 1e30],
        [1e9, 1e-3],
      ] as const) {
        // prettier-ignore
        const moved = y.map((row) => row.map((v) => offset + scale * v));
        const found = await values(await learn(regression(options), x, moved), q);
        close(found.map((row) => row.map((v) => (v - offset) / scale)), plain, 1e-9 + (offset / scale) * 1e-15); // prettier-ignore
      }
    });
  }

  for (const [n, d] of [
    [12, 4],
    [12, 40],
    [12, 11],
    [12, 12],
  ] as const) {
    // prettier-ignore
    test(`λ has the least leave-one-out error: ${n} x ${d}`, async () => {
      for (const seed of [10, 20, 30]) {
        const x = draw(n, d, seed);
        const y = follow(x, 2, seed + 1);
        const { lambda } = await learn(regression(), x, y);
        const own = leaveOneOut(x, y, lambda);
        for (let e = -40; e <= 20; e += 2) {
          const other = leaveOneOut(x, y, lambda * 2 ** e);
          // Below 2^-20 of the largest eigenvalue the plain loops have lost their digits where S is singular.
          if (d < n || e >= -16) assert.ok(own <= 1.02 * other, `${own} at λ, ${other} at 2^${e} λ`);
        }
      }
    });
  }

  test("every sample twice at twice the λ is the same head", async () => {
    const [x, q] = [draw(20, 6, 40), draw(5, 6, 41)];
    const y = follow(x, 2, 42);
    const once = await values(await learn(regression({ lambda: 3 }), x, y), q);
    const twice = await learn(regression({ lambda: 6 }), [...x, ...x], [...y, ...y]);
    close(await values(twice, q), once);
  });

  test("one more sample at fixed λ is the head of all samples at that λ", async () => {
    for (const [n, d] of [
      [50, 8],
      [30, 60],
    ] as const) {
      // prettier-ignore
      for (const options of Object.values(STORES)) {
        const [x, q] = [draw(n + 2, d, 50), draw(5, d, 51)];
        const noise = draw(n + 2, 3, 52);
        const y = follow(x, 3, 53).map((row, i) => row.map((v, c) => v / 8 + 2 * noise[i][c]));
        const head = await learn(regression(options), x.slice(0, n), y.slice(0, n));
        const { lambda } = head;
        for (const i of [n, n + 1]) await learn(head, [x[i]], [y[i]]);
        assert.is(head.lambda, lambda);
        const all = await learn(regression({ lambda, ...options }), x, y);
        close(await values(head, q), await values(all, q), 1e-9);
      }
    }
  });

  test("the moments take over where memory ends, in the middle of a batch too", async () => {
    const [d, x, q] = [6, draw(60, 6, 60), draw(5, 6, 61)];
    const y = follow(x, 2, 62);
    const want = await values(await learn(regression({ lambda: 2 }), x, y), q);
    for (const kept of [0, 1, 29, 30, 31, 59, 60]) {
      const head = regression({ lambda: 2, memory: 4 * d * kept });
      await learn(head, x.slice(0, 30), y.slice(0, 30));
      await learn(head, x.slice(30), y.slice(30));
      close(await values(head, q), want);
    }
  });

  test("targets or features that do not vary", async () => {
    const x = draw(10, 3, 70);
    for (const options of Object.values(STORES)) {
      const still = await learn(regression(options), x, x.map(() => [5, -1e6])); // prettier-ignore
      close(await values(still, draw(3, 3, 71)), [[5, -1e6], [5, -1e6], [5, -1e6]], 1e-12); // prettier-ignore
      const y = x.map(([a]) => [a]);
      const blind = await learn(regression(options), x.map(() => [3, 0, 1e30]), y); // prettier-ignore
      const aim = y.reduce((sum, [v]) => sum + v / y.length, 0);
      close(await values(blind, [[3, 0, 1e30], [4, 7, 0]]), [[aim], [aim]], 1e-12); // prettier-ignore
    }
  });
});

suite("ridgeHead, classes", (test) => {
  const queries = draw(6, 5, 100);

  test("equal numbers as a prior are the balanced prior, and the data's shares the data's", async () => {
    const { x } = labelled(40, 2, 5, 101);
    const labels = x.map((_, i) => Number(i >= 34));
    for (const options of Object.values(STORES)) {
      const asked = async (prior: RidgeHeadOptions["prior"]) =>
        values(await learn(ridgeHead({ prior, ...options }), x, labels), queries);
      close(await asked([7, 7]), await asked("balanced"), 1e-12);
      close(await asked([34, 6]), await asked("data"), 1e-12);
      const [even, data] = [await asked("balanced"), await asked("data")];
      assert.ok(data.every(([p], i) => p > even[i][0]));
    }
  });

  test("features that do not vary change nothing", async () => {
    const { x, labels } = labelled(30, 3, 5, 102);
    const wider = (rows: Rows) =>
      rows.map((row) => [0, ...row.slice(0, 2), 1e6, ...row.slice(2), -3]);
    for (const options of Object.values(STORES)) {
      const plain = await learn(ridgeHead(options), x, labels);
      const other = await learn(ridgeHead(options), wider(x), labels);
      close(await values(other, wider(queries)), await values(plain, queries), 1e-9);
    }
  });

  test("neither the order of samples nor of classes counts", async () => {
    const { x, labels } = labelled(31, 3, 5, 103);
    const order = [...x.keys()].sort((i, j) => ((7 * i) % 31) - ((7 * j) % 31));
    for (const options of Object.values(STORES)) {
      const plain = await learn(ridgeHead(options), x, labels);
      const other = await learn(ridgeHead(options), order.map((i) => x[i]), order.map((i) => labels[i])); // prettier-ignore
      const columns = plain.classes.map((label) => other.classes.indexOf(label));
      const found = (await values(other, queries)).map((row) => columns.map((c) => row[c]));
      close(found, await values(plain, queries), 1e-9);
    }
  });

  test("classes removed in any order equal classes never added", async () => {
    const { x, labels } = labelled(44, 4, 5, 104);
    const only = (kept: number[]) =>
      labels.flatMap((label, i) => (kept.includes(label) ? [i] : []));
    for (const options of [
      {},
      { memory: 0, removable: true },
      { memory: 4 * 5 * 20, removable: true },
    ]) {
      // prettier-ignore
      for (const gone of [[0], [3], [1, 2], [2, 1], [3, 0], [0, 3]]) {
        const head = await learn(ridgeHead(options), x, labels);
        await values(head, queries);
        for (const label of gone) await head.removeClass(label);
        const rest = only([0, 1, 2, 3].filter((label) => !gone.includes(label)));
        const never = await learn(ridgeHead({ ...options }), rest.map((i) => x[i]), rest.map((i) => labels[i])); // prettier-ignore
        assert.equal([head.classes, head.counts, head.count], [never.classes, never.counts, never.count]); // prettier-ignore
        close(await values(head, queries), await values(never, queries), 1e-9);
      }
    }
  });

  test("a class that was removed can come back", async () => {
    const { x, labels } = labelled(30, 3, 5, 105);
    const head = await learn(ridgeHead(), x, labels);
    await head.removeClass(0);
    const back = labels.flatMap((label, i) => (label === 0 ? [i] : []));
    await learn(head, back.map((i) => x[i]), back.map(() => 0)); // prettier-ignore
    assert.equal(head.classes, [1, 2, 0]);
    const plain = await values(await learn(ridgeHead(), x, labels), queries);
    close(await values(head, queries), plain.map(([a, b, c]) => [b, c, a]), 1e-9); // prettier-ignore
  });

  for (const [name, options] of Object.entries<RidgeHeadOptions>({
    ...STORES,
    both: { memory: 4 * 5 * 25 },
    "moments of classes": { memory: 0, removable: true },
  })) {
    // prettier-ignore
    test(`any history ends in the head of the samples that are left: ${name}`, async () => {
      const { x, labels } = labelled(60, 4, 5, 106);
      const dice = draw(1, 400, 107)[0].map((v) => Math.abs(Math.round(1000 * v)));
      let at = 0;
      const roll = (sides: number) => dice[at++ % dice.length] % sides;
      let head = ridgeHead({ lambda: 4, ...options });
      let own: number[] = [];
      for (let step = 0; step < 40; step++) {
        const kind = roll(8);
        if (kind < 4 || own.length < 4) {
          const more = Array.from({ length: 1 + roll(5) }, () => roll(60));
          await learn(head, more.map((i) => x[i]), more.map((i) => labels[i])); // prettier-ignore
          own.push(...more);
        } else if (kind === 4 && !options.memory && options.memory !== 0) {
          const [i] = own.splice(roll(own.length), 1);
          const sample = tf.tensor2d([x[i]]);
          await head.remove(sample, labels[i]);
          sample.dispose();
        } else if (kind === 5 && (options.removable || options.memory === undefined)) {
          const label = labels[own[roll(own.length)]];
          await head.removeClass(label);
          own = own.filter((i) => labels[i] !== label);
        } else if (kind === 6) {
          head = ridgeHead().fromJSON(JSON.parse(JSON.stringify(head)));
        } else if (new Set(own.map((i) => labels[i])).size > 1) await values(head, queries);
        assert.is(head.count, own.length);
      }
      // A class more, so that both are solved for anew.
      const finish = async (one: RidgeHead) => learn(one, x.slice(0, 5), [0, 1, 2, 3, 99]);
      const fresh = ridgeHead({ lambda: 4, ...options });
      await learn(fresh, own.map((i) => x[i]), own.map((i) => labels[i])); // prettier-ignore
      await finish(fresh);
      await finish(head);
      const order = head.classes.map((label) => fresh.classes.indexOf(label));
      const want = (await values(fresh, queries)).map((row) => order.map((c) => row[c]));
      close(await values(head, queries), want, 1e-9);
    });
  }

  test("a reloaded head goes on with the same bits", async () => {
    const { x, labels } = labelled(50, 3, 5, 108);
    for (const options of [
      {},
      { memory: 0 },
      { memory: 4 * 5 * 45 },
      { memory: 0, removable: true },
      { randomFeatures: 9, seed: 3 },
    ]) {
      // prettier-ignore
      for (const asked of [false, true]) {
        const head = await learn(ridgeHead(options), x.slice(0, 40), labels.slice(0, 40));
        if (asked) await values(head, queries);
        const again = ridgeHead().fromJSON(JSON.parse(JSON.stringify(head)));
        for (const one of [head, again]) {
          await learn(one, x.slice(40, 41), labels.slice(40, 41));
          await learn(one, x.slice(41), labels.slice(41));
        }
        assert.equal(await values(again, queries), await values(head, queries));
        assert.equal(JSON.stringify(again), JSON.stringify(head));
      }
    }
  });

  test("thousands of samples in moments: batches, late classes, a reload and a removal in between", async () => {
    const { x, labels } = labelled(5000, 4, 5, 116);
    // Class 3 comes only after the first thousands.
    const order = [...x.keys()].sort((i, j) => Number(labels[i] === 3) - Number(labels[j] === 3));
    const of = (from: number, end: number) => order.slice(from, end);
    const more = (head: RidgeHead, chosen: number[]) => learn(head, chosen.map((i) => x[i]), chosen.map((i) => labels[i])); // prettier-ignore
    for (const options of [
      { memory: 0 },
      { memory: 4 * 5 * 1500 },
      { memory: 0, removable: true },
    ]) {
      let head = ridgeHead({ lambda: 50, ...options });
      const cuts = [0, 1000, 1023, 1024, 1025, 2049, 3700, 3751, 4900, 5000];
      for (const [k, from] of cuts.slice(0, -1).entries()) {
        await more(head, of(from, cuts[k + 1]));
        if (k % 3 === 1) await values(head, queries);
        if (k % 3 === 2) head = ridgeHead().fromJSON(JSON.parse(JSON.stringify(head)));
      }
      const whole = await more(ridgeHead({ lambda: 50 }), order);
      // Thresholds and slope come from moments in one and from leave-one-out in the other: log-odds less those of the
      // first query are those of W, but for the slope.
      const odds = async (one: RidgeHead) => {
        const rows = (await values(one, queries)).map((row) =>
          row.map((p) => Math.log(p / row[0])),
        );
        return rows.map((row) => row.map((v, c) => v - rows[0][c]));
      };
      const [a, b] = [(await odds(head)).flat(), (await odds(whole)).flat()];
      const slope = Math.hypot(...a) / Math.hypot(...b);
      assert.ok(slope > 0.7 && slope < 1.4, `slope ${slope}`);
      close([a], [b.map((v) => slope * v)], 1e-9);
      const best = (rows: Rows) => rows.map((row) => row.indexOf(Math.max(...row)));
      assert.equal(best(await values(head, queries)), best(await values(whole, queries)));
      if (!options.removable) continue;
      await head.removeClass(1);
      const rest = order.filter((i) => labels[i] !== 1);
      const never = await more(ridgeHead({ lambda: 50, ...options }), rest);
      close(await values(head, queries), await values(never, queries), 1e-9);
    }
  });

  test("a reload with counts that are not those of its labels is refused", async () => {
    const head = await learn(ridgeHead(), [[1], [2], [3], [4]], ["a", "b", "a", "b"]); // prettier-ignore
    const saved = JSON.parse(JSON.stringify(head));
    saved.learnt.counts = [1, 3];
    const error = thrown(ArgumentError, () => head.fromJSON(saved));
    assert.is(error.argument, "json.learnt.counts");
    assert.equal(head.counts, [2, 2]);
  });

  test("one sample of each of two classes", async () => {
    for (const options of Object.values(STORES)) {
      const head = await learn(ridgeHead(options), [[1, 0], [0, 1]], ["a", "b"]); // prettier-ignore
      const found = await values(head, [[1, 0], [0, 1], [0.5, 0.5]]); // prettier-ignore
      assert.ok(found[0][0] > 0.5 && found[1][1] > 0.5);
      assert.ok(Math.abs(found[2][0] - 0.5) < 1e-12);
      // Features that cannot tell the classes apart.
      const blind = await learn(ridgeHead(options), [[1, 0], [1, 0]], ["a", "b"]); // prettier-ignore
      close(await values(blind, [[1, 0], [5, 5]]), [[0.5, 0.5], [0.5, 0.5]], 1e-12); // prettier-ignore
    }
  });

  test("one sample of each class, of any length: all are told with the same confidence", async () => {
    for (const d of [9, 3]) {
      const { x } = labelled(6, 6, d, 109);
      const labels = ["a", "b", "c", "d", "e", "f"];
      const head = await learn(ridgeHead(), x.map((row, i) => row.map((v) => v * (i + 1))), labels); // prettier-ignore
      const found = await values(head, x.map((row, i) => row.map((v) => v * (i + 1)))); // prettier-ignore
      assert.ok(found.flat().every((p) => p > 0 && p < 1));
      if (d === 9) for (const [i, row] of found.entries()) close([[row[i]]], [[found[0][0]]], 1e-4); // prettier-ignore
    }
  });

  test("samples that are the only ones of their classes have no say in λ", async () => {
    const { x, labels } = labelled(12, 3, 20, 113);
    const own = [...labels, 3, 4, 5, 6, 7, 8];
    const y = oneHot(own);
    for (const far of [1, 5]) {
      const all = [...x, ...draw(6, 20, 114).map((row) => row.map((v) => far * v))];
      const { lambda } = await learn(ridgeHead(), all, own);
      const error = leaveOneOut(all, y, lambda, 12);
      for (let e = -12; e <= 12; e += 2) {
        const other = leaveOneOut(all, y, lambda * 2 ** e, 12);
        assert.ok(error <= 1.02 * other, `${error} at λ, ${other} at 2^${e} λ`);
      }
    }
  });

  test("thresholds are mean leave-one-out scores, drawn to each other by the chance of a U-statistic", async () => {
    const far = [1, 2, 3, 6];
    const x = draw(80, 5, 115).map((row, i) =>
      row.map((v, j) => v / 2 + far[i % 4] * Number(j === i % 4)),
    );
    const labels = x.map((_, i) => i % 4);
    for (const counts of [
      [20, 15, 20, 20],
      [20, 12, 9, 2],
      [2, 2, 2, 2],
    ]) {
      const seen = [0, 0, 0, 0];
      const kept = labels.flatMap((label, i) => (seen[label]++ < counts[label] ? [i] : []));
      const [own, xs] = [kept.map((i) => labels[i]), kept.map((i) => x[i])];
      const head = await learn(ridgeHead({ lambda: 20 }), xs, own);
      // The scores of the mean over all samples are zero, which leaves the thresholds, times an unknown slope.
      const centre = xs[0].map((_, j) => xs.reduce((sum, row) => sum + row[j] / xs.length, 0));
      const [p] = await values(head, [centre]);
      const found = p.map((one) => -Math.log(one / p[0]));
      const want = thresholds(xs, own, 20).map((one, _, all) => one - all[0]);
      const size = Math.hypot(...want);
      const slope = size && Math.hypot(...found) / size;
      // Their mean is rounded to float32.
      assert.is(slope > 0, counts[0] > 2);
      assert.ok(found.every((one, c) => Math.abs(one - slope * want[c]) <= 1e-6 * (slope || 1)));
    }
  });

  test("probabilities follow the frequencies of new samples", async () => {
    // Two classes with Gaussian features of known log-odds: 2 c·x for centres ± c.
    const [d, n] = [4, 2000];
    const c = [0.5, -0.25, 0.5, 0];
    const noise = draw(n, d, 110);
    const labels = noise.map((_, i) => i % 2);
    const x = noise.map((row, i) => row.map((v, j) => v + (2 * labels[i] - 1) * c[j]));
    const q = draw(50, d, 111);
    for (const options of Object.values(STORES)) {
      const found = await values(await learn(ridgeHead(options), x, labels), q);
      found.forEach((p, i) => {
        const odds = 2 * q[i].reduce((sum, v, j) => sum + v * c[j], 0);
        assert.ok(Math.abs(Math.log(p[1] / p[0]) - odds) < 0.35 + 0.15 * Math.abs(odds));
      });
    }
  });

  test("from moments of few samples, probabilities are no surer than they may be", async () => {
    for (const [n, d] of [
      [12, 30],
      [30, 30],
      [45, 30],
      [300, 30],
    ] as const) {
      // prettier-ignore
      const noisy = (count: number, seed: number) => {
        const { x, labels } = labelled(count, 3, d, seed);
        const more = draw(count, d, seed + 1);
        return { labels, x: x.map((row, i) => row.map((v, j) => v / 4 + more[i][j])) };
      };
      const [seen, other] = [noisy(n, 117), noisy(600, 119)];
      const xs = tf.tensor2d(other.x);
      const loss = async (options: RidgeHeadOptions) => {
        const head = await learn(ridgeHead(options), seen.x, seen.labels);
        return ((await head.evaluate(xs, other.labels)) as { loss: number }).loss;
      };
      const [kept, pooled] = [await loss({}), await loss({ memory: 0 })];
      xs.dispose();
      assert.ok(pooled < kept + 0.25, `${n}: ${pooled} from moments, ${kept} from samples`);
    }
  });

  test("λ of classes has the least leave-one-out error", async () => {
    for (const [n, d] of [
      [12, 4],
      [12, 30],
    ] as const) {
      // prettier-ignore
      const { x, labels } = labelled(n, 3, d, 112);
      const { lambda } = await learn(ridgeHead(), x, labels);
      const y = oneHot(labels);
      const own = leaveOneOut(x, y, lambda);
      for (let e = -12; e <= 12; e += 2)
        assert.ok(own <= 1.02 * leaveOneOut(x, y, lambda * 2 ** e));
    }
  });
});

suite("knnClassifier", (test) => {
  test("an app that changes one line: the same calls as to @tensorflow-models/knn-classifier", async () => {
    const { x, labels } = labelled(30, 3, 5, 120);
    /** What the app is told of all that it may look at; the centres are far apart, so that labels are sure. */
    const app = async (classifier: Pick<knn.KNNClassifier, keyof knn.KNNClassifier>) => {
      const told: unknown[] = [classifier.getNumClasses()];
      const rows = x.map((row, i) =>
        tf.tensor1d(row.map((v, j) => v + 20 * Number(j === labels[i]))),
      );
      const look = async () => {
        told.push(classifier.getNumClasses(), { ...classifier.getClassExampleCount() });
        const sizes = Object.entries(classifier.getClassifierDataset());
        told.push(sizes.map(([key, { shape }]) => [key, shape]));
        for (const row of rows.slice(0, 6)) {
          const { label, classIndex, confidences } = await classifier.predictClass(row, 5);
          told.push([label, classIndex, Object.keys(confidences)]);
        }
      };
      rows.forEach((row, i) => classifier.addExample(row, labels[i] === 1 ? "one" : labels[i]));
      await look();
      classifier.clearClass("one");
      await look();
      rows.forEach((row, i) => labels[i] === 1 && classifier.addExample(row, "again"));
      await look();
      classifier.clearAllClasses();
      told.push(classifier.getNumClasses());
      classifier.dispose();
      return told;
    };
    assert.equal(await app(knnClassifier()), await app(knn.create()));
  });
});
