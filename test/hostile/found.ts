/** What hostile input once found. */
import type * as uvu from "uvu";
import * as assert from "uvu/assert";
import { svd } from "../../src/linalg/index.ts";
import * as door from "../../src/tfjs/index.ts";
import { ArgumentError, grow, ridgeHead } from "../../src/tfjs/index.ts";
import { tf } from "../support/wasm.ts";
import { model, xs, ys } from "./models.ts";

const lpsBias = (biases: number[]) => new (tf.serialization.SerializationMap.getMap().classNameMap.TfjsInitializersLpsBias![0] as unknown as { new (config: object): object })({ biases }); // prettier-ignore

export function foundBefore(test: uvu.Test): void {
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

  test("a head before its first sample, reloaded with classes that it cannot have", () => {
    const json = JSON.parse(JSON.stringify(ridgeHead())) as Record<string, unknown>;
    for (const classes of [["a"], ["a", "a"], ["a", 1], [, "a"], Array(2 ** 32 - 1)])
      assert.throws(() => ridgeHead().fromJSON({ ...json, classes } as never), (error: unknown) => error instanceof ArgumentError && error.argument === "json.classes"); // prettier-ignore
  });

  test("a signal that lacks half of its methods, or whose getters fail as on a browser's proxy, is refused before the work", async () => {
    const own = model();
    const [x, y] = [xs(), ys()];
    const half = { aborted: false, throwIfAborted() {} };
    const schedule = { layers: "hidden", every: 1, units: 1, method: "zero" } as const;
    const illegal = {
      get aborted(): boolean {
        throw new TypeError("Illegal invocation");
      },
    };
    for (const signal of [half, illegal] as AbortSignal[]) {
      await refused("signal", () => door.fitGrowing(own, x, y, { schedule, signal }));
      await refused("signal", () => door.initializeFromData(own, x, { signal }));
      await refused("signal", () => ridgeHead().add(x, "a", { signal }));
    }
    own.dispose();
    tf.dispose([x, y]);
  });

  test("predict and evaluate that fail after the first batch leave no choice of λ and no moments behind", async () => {
    const [x, labels] = [xs(), ["a", "b", "a", "b", "a", "b", "a", "b"]];
    const bad = tf.fill([2, 3], NaN);
    for (const options of [{}, { memory: 0 }, { memory: 0, removable: true }]) {
      const head = ridgeHead(options);
      await head.add(x, labels);
      const before = JSON.stringify(head);
      await refused("inputs", () => head.predict([x, bad]));
      await refused("inputs", () => head.evaluate([x, bad], [labels, "a"]));
      assert.is(JSON.stringify(head), before);
      await head.predict(x);
      assert.is.not(JSON.stringify(head), before);
      head.dispose();
    }
    tf.dispose([x, bad]);
  });

  test("a layer that single precision cannot hold leaves no choice of λ and no moments behind", async () => {
    const x = tf.mul(xs(), 1e-38);
    const y = tf.mul(ys(), 1e38);
    for (const memory of [1e6, 0]) {
      const head = ridgeHead({ task: "regression", memory, lambda: 1e-90 });
      await head.add(x, y);
      const before = JSON.stringify(head);
      await refused("labels", () => head.toLayer());
      await refused("labels", () => head.toModel());
      assert.is(JSON.stringify(head), before);
      head.dispose();
    }
    tf.dispose([x, y]);
  });

  test("a regularizer is given a disposed tensor, or none", async () => {
    const gone = tf.zeros([2, 2]);
    gone.dispose();
    for (const kernel of [gone, null, { shape: [2, 2], dtype: "float32" }] as never[])
      await refused("kernel", () => door.diversityRegularizer().apply(kernel));
  });
}
