/** Calls in any order: heads against a list of samples, installations against a flag, models that grow, learn and begin anew. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { ArgumentError, grow, initialize, install, ridgeHead, uninstall, type Prediction, type RidgeHead } from "../../src/tfjs/index.ts"; // prettier-ignore
import { svd } from "../../src/linalg/index.ts";
import * as door from "../../src/tfjs/index.ts";
import { register } from "../../src/tfjs/register.ts";
import { kernels } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";
import { digest } from "./digest.ts";
import { model, xs, ys } from "./models.ts";

const lpsBias = (biases: number[]) => new (tf.serialization.SerializationMap.getMap().classNameMap.TfjsInitializersLpsBias![0] as unknown as { new (config: object): object })({ biases }); // prettier-ignore

const seed = Number(process.env.HOSTILE_SEED ?? 1) + Number(kernels === "debug");
const times = Number(process.env.HOSTILE_TIMES ?? 1);

/** A sample of a head: its label, and the number of its features among those that there are. */
type Sample = readonly [label: string, at: number];
const features = [0, 1, 2, 3, 4, 5].map((at) => [Math.fround(Math.sin(3 * at)), at % 3, at % 2]);
const LABELS = ["a", "b", "toString"];

/** The samples that a head should have, and whether it is disposed. */
interface Kept {
  samples: Sample[];
  disposed: boolean;
}
/** One head, which a reload replaces by another one. */
interface Heads {
  head: RidgeHead;
}
type Step = fc.AsyncCommand<Kept, Heads>;

const options = { lambda: 1 } as const;

async function learnt(samples: readonly Sample[]): Promise<RidgeHead> {
  const head = ridgeHead(options);
  for (const [label, at] of samples) await given([at], (x) => head.add(x, label));
  return head;
}

async function given<T>(rows: number[], job: (x: ReturnType<typeof xs>) => Promise<T>): Promise<T> {
  const x = tf.tensor2d(rows.map((at) => features[at]!));
  try {
    return await job(x as never);
  } finally {
    x.dispose();
  }
}

/** Runs a job that must fail in an ArgumentError, or must not. */
async function ended(fails: boolean, job: () => unknown): Promise<void> {
  const error = await (async () => void (await job()))().catch((one: unknown) => one);
  if (fails) assert.instance(error, ArgumentError);
  else assert.is(error, undefined, String(error));
}

const step = (
  name: string,
  fails: (kept: Kept) => boolean,
  job: (heads: Heads, kept: Kept) => unknown,
  after: (kept: Kept) => void = () => {},
): Step => ({
  toString: () => name,
  check: () => true,
  async run(kept, heads) {
    const wrong = kept.disposed || fails(kept);
    await ended(wrong, () => job(heads, kept));
    if (!wrong) after(kept);
    if (kept.disposed) return;
    const classes = [...new Set(kept.samples.map(([label]) => label))];
    assert.is(heads.head.count, kept.samples.length);
    assert.equal([...heads.head.classes].sort(), classes.sort());
  },
});

const same = (one: Sample) => (other: Sample) => one[0] === other[0] && one[1] === other[1];
const sample = fc.tuple(fc.constantFrom(...LABELS), fc.nat(features.length - 1));
const steps: fc.Arbitrary<Step>[] = [
  sample.map(
    (one) =>
    step(`add ${one}`, () => false, ({ head }) => given([one[1]], (x) => head.add(x, one[0])), (kept) => kept.samples.push(one)), // prettier-ignore
  ),
  sample.map(
    (one) =>
    step(`remove ${one}`, ({ samples }) => !samples.some(same(one)), ({ head }) => given([one[1]], (x) => head.remove(x, one[0])), (kept) => kept.samples.splice(kept.samples.findIndex(same(one)), 1)), // prettier-ignore
  ),
  fc.constantFrom(...LABELS).map(
    (label) =>
    step(`remove ${label}`, ({ samples }) => !samples.some(([own]) => own === label), ({ head }) => head.removeClass(label), (kept) => (kept.samples = kept.samples.filter(([own]) => own !== label))), // prettier-ignore
  ),
  fc.constant(
    step("predict", ({ samples }) => new Set(samples.map(([label]) => label)).size < 2, async ({ head }, { samples }) => {
      const found = (await given([0, 1, 2], (x) => head.predict(x))) as Prediction[];
      const fresh = (await given([0, 1, 2], async (x) => (await learnt(samples)).predict(x))) as Prediction[];
      const of = (list: Prediction[], classes: readonly unknown[], label: string) => list.map(({ probabilities }) => probabilities[classes.indexOf(label)]!); // prettier-ignore
      const order = (await learnt(samples)).classes;
      for (const label of order as string[])
        of(found, head.classes, label).forEach((p, i) => assert.ok(Math.abs(p - of(fresh, order, label)[i]!) < 1e-9)); // prettier-ignore
    }), // prettier-ignore
  ),
  fc.constant(step("add nonsense", () => true, ({ head }) => given([0], (x) => head.add(x, NaN)))), // prettier-ignore
  fc.constant(
    step("reload", () => false, (heads) => (heads.head = ridgeHead().fromJSON(JSON.parse(JSON.stringify(heads.head))))), // prettier-ignore
  ),
  fc.nat(9).map(
    (one) =>
    step("dispose", ({ disposed }) => disposed, ({ head }) => { if (one === 0) head.dispose(); else void head.classes; }, (kept) => (kept.disposed ||= one === 0)), // prettier-ignore
  ),
];

/** What hostile input once found. */
suite("hostile: found before", (test) => {
  const holes = Array(2 ** 32 - 1) as never[];
  const named = (argument: string) => (error: unknown) => error instanceof ArgumentError && error.argument === argument; // prettier-ignore
  const refused = async (argument: string, job: () => unknown) =>
    assert.ok(named(argument)(await (async () => job())().catch((error: unknown) => error)), argument); // prettier-ignore

  test("an array of four billion holes is refused at once", async () => {
    const own = model();
    const [x, y] = [xs(), ys()];
    await refused("shape", () => door.orthogonal().apply(holes));
    await refused("prior", () => ridgeHead({ prior: holes }));
    await refused("biases", () => lpsBias(holes));
    await refused("strides", () => door.lps({ activation: "relu", strides: holes } as never));
    await refused("covariance", () =>
      door.decorrelated({ method: "data", covariance: holes } as never),
    );
    await refused("layers", () => door.spreadUnits(own, { layers: holes }));
    await refused("xs", () => door.initializeFromData(own, holes));
    await refused("labels", () => ridgeHead().add(x, holes));
    await refused("labels", () => ridgeHead().add(x, [holes, 1, 1, 1, 1, 1, 1, 1] as never));
    await refused("inputs", () => ridgeHead().add(holes, "a"));
    await refused("xs, ys", () =>
      door.fitGrowing(own, holes, y, {
        schedule: { layers: "hidden", every: 1, units: 1, method: "zero" },
      }),
    );
    own.dispose();
    tf.dispose([x, y]);
  });

  test("kinks in another kind of list, and options that are inherited, are taken", async () => {
    const own = model();
    const [x, y] = [xs(), ys()];
    const given = (kinks: ArrayLike<number>) => door.lpsDesign({ activation: { value: Math.abs, kinks: kinks as number[] }, degree: 2 }); // prettier-ignore
    assert.equal(given(Float64Array.of(0)), given([0]));
    const { model: grown } = await grow(own, Object.create({ layer: "hidden", units: 1, method: "gradmax", xs: x, ys: y, seed: 1 })); // prettier-ignore
    grown.dispose();
    own.dispose();
    tf.dispose([x, y]);
  });

  test("labels that are never there are refused, not waited for", async () => {
    const x = xs();
    await refused("labels", () => ridgeHead().add(x, { then() {} } as never));
    x.dispose();
  });

  test("fitGrowing in steps: batches of no size, and splits that leave nothing, are refused before the training", async () => {
    const own = model();
    const [x, y] = [xs(), ys()];
    const schedule = {
      layers: "hidden",
      unit: "steps",
      every: 1,
      units: 1,
      method: "zero",
    } as const;
    for (const batchSize of [-4, 0, 0.5, NaN])
      await refused("batchSize", () => door.fitGrowing(own, x, y, { batchSize, schedule }));
    for (const validationSplit of [-1, 1, 2, NaN, 0.99])
      await refused("validationSplit", () =>
        door.fitGrowing(own, x, y, { validationSplit, schedule }),
      );
    const dataset = { iterator: async () => ({ next: async () => ({ done: true, value: null }) }) };
    await refused("batchesPerEpoch", () =>
      door.fitGrowing(own, dataset, { batchesPerEpoch: 0, schedule } as never),
    );
    own.dispose();
    tf.dispose([x, y]);
  });

  test("Datasets without a next, and without elements", async () => {
    const own = model();
    for (const iterator of [
      async () => ({}),
      async () => null,
      async () => ({ next: async () => 3 }),
    ]) {
      await refused("inputs", () => ridgeHead().add({ iterator } as never));
      await refused("xs", () => door.initializeFromData(own, { iterator } as never));
    }
    own.dispose();
  });

  test("covariances of what is not finite, a bigint, and data that lie about their length", async () => {
    const x = tf.fill([2, 2], Infinity);
    await refused("xs", () => door.inputCovariance(x));
    x.dispose();
    await refused("queryKey.alpha", () => door.mimetic({ queryKey: { alpha: 5n } } as never));
    const lying = Object.defineProperty(new Float64Array(2), "length", { value: 9 });
    const forged = { [Symbol.toStringTag]: "Float64Array", length: 9 };
    for (const data of [lying, forged])
      await refused("a.data", () => svd({ rows: 3, cols: 3, data } as never));
    let reads = 0;
    const moving = {
      get rows() {
        return reads++ ? Symbol("rows") : 2;
      },
      cols: 3,
      data: new Float64Array(9),
    };
    await refused("a.data", () => svd(moving as never));
  });
});

suite("hostile: sequences", (test) => {
  test("a head in any order of calls is one that learnt what is left", async () => {
    const before = tf.memory().numTensors;
    const property = fc.asyncProperty(
      fc.commands(steps, { size: "+1", maxCommands: 25 }),
      (list) =>
      fc.asyncModelRun(() => ({ model: { samples: [], disposed: false }, real: { head: ridgeHead(options) } }), list), // prettier-ignore
    );
    await fc.assert(property, { seed, numRuns: 60 * times, includeErrorInReport: true });
    assert.is(tf.memory().numTensors, before);
  });

  test("a head before its first sample, reloaded with classes that it cannot have", () => {
    const json = JSON.parse(JSON.stringify(ridgeHead())) as Record<string, unknown>;
    for (const classes of [["a"], ["a", "a"], ["a", 1], [, "a"], Array(2 ** 32 - 1)])
      assert.throws(() => ridgeHead().fromJSON({ ...json, classes } as never), (error: unknown) => error instanceof ArgumentError && error.argument === "json.classes"); // prettier-ignore
  });

  test("installed and uninstalled in any order: the stock method or ours", () => {
    const stock = tf.initializers.orthogonal({ gain: 1, seed: 1 }) as unknown as { apply(shape: number[]): unknown }; // prettier-ignore
    const drawn = () => tf.tidy(() => digest(stock.apply([3, 3])));
    install();
    const ours = drawn();
    const calls = { install, again: () => install(undefined, { variance: true }), register, uninstall, refused: () => assert.throws(() => install({} as never)) }; // prettier-ignore
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...(Object.keys(calls) as (keyof typeof calls)[]))), (names) => {
        uninstall();
        let active = false;
        for (const name of names) {
          calls[name]();
          active = name === "refused" ? active : name !== "uninstall";
          const proto = Object.getPrototypeOf(stock) as object;
          assert.is(Symbol.for("tfjs-initializers/stock-apply") in proto, active);
          if (active) assert.is(drawn(), ours);
        }
      }),
      { seed, numRuns: 60 * times },
    ); // prettier-ignore
    uninstall();
  });

  test("a model grows, learns, begins anew and is refused, in any order", async () => {
    const [x, y] = [xs(), ys()];
    const before = tf.memory().numTensors;
    const names = ["zero", "gradmax", "split", "fit", "lps", "orthogonal", "refused"] as const;
    const property = fc.asyncProperty(
      fc.array(fc.constantFrom(...names), { maxLength: 6 }),
      async (list) => {
        let own: ReturnType<typeof model> = model();
        let units = 4;
        for (const name of list) {
          const old = own.predict(x) as typeof x;
          if (name === "fit") await own.fit(x, y, { epochs: 1, verbose: 0 });
          else if (name === "lps" || name === "orthogonal")
            initialize(own, name === "lps" ? { scheme: "lps", seed: 1 } : { seed: 1 }); // prettier-ignore
          else if (name === "refused")
            await ended(true, () => grow(own, { layer: "hidden", units: -1, method: "zero" })); // prettier-ignore
          else {
            const grown = await grow(own, { layer: "hidden", units: 1, method: name, xs: x, ys: y, seed: 1 } as never); // prettier-ignore
            own.dispose();
            own = grown.model as typeof own;
            units++;
          }
          const now = own.predict(x) as typeof x;
          if (["zero", "split", "gradmax", "refused"].includes(name)) {
            const apart = tf.tidy(() => tf.max(tf.abs(tf.sub(old, now))).dataSync()[0]!);
            assert.ok(apart < 1e-4, `${name}: apart by ${apart}`);
          }
          assert.ok(now.dataSync().every(Number.isFinite));
          assert.is(own.getLayer("hidden").getWeights()[0]!.shape[1], units);
          tf.dispose([old, now]);
        }
        own.dispose();
      },
    );
    await fc.assert(property, { seed, numRuns: 12 * times, includeErrorInReport: true });
    assert.is(tf.memory().numTensors, before, "tensors are left");
    tf.dispose([x, y]);
  });
});
