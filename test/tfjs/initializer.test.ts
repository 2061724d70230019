import * as assert from "uvu/assert";
import { deltaOrthogonal, orthogonal } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { refused, tooLarge } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

const makers = { orthogonal, deltaOrthogonal };
const shape = [3, 4, 5];

/** TypeScript would not let us. */
const loose = (make: unknown) => make as (options?: unknown) => ReturnType<typeof orthogonal>;

for (const [name, make] of Object.entries(makers))
  suite(`tfjs/initializer: ${name}`, (test) => {
    test("apply gives a float32 tensor, new every time", () => {
      const initializer = make({ seed: 1 });
      for (const dtype of [undefined, "float32"] as const) {
        const [a, b] = [initializer.apply(shape, dtype), initializer.apply(shape, dtype)];
        assert.equal([a.shape, a.dtype], [shape, "float32"]);
        assert.is.not(a.id, b.id);
        assert.equal(a.dataSync(), b.dataSync());
        tf.dispose([a, b]);
      }
      const draw = () => tf.tidy(() => make().apply(shape).dataSync());
      assert.not.equal(draw(), draw());
    });

    test("a zero in the shape gives an empty tensor", () => {
      const empty = make().apply([3, 0, 5]);
      assert.equal([empty.shape, empty.size], [[3, 0, 5], 0]);
      empty.dispose();
    });

    test("the whole state is in its configuration", () => {
      for (const options of [undefined, {}, { gain: 2 }, { seed: 0 }, { gain: -0.5, seed: 7 }]) {
        const initializer = make(options);
        assert.equal(initializer.getConfig(), { ...options });
        assert.equal(JSON.parse(JSON.stringify(initializer.config)), { ...options });
      }
      const options = { gain: 2, seed: 1 };
      const initializer = make(options);
      options.gain = 3;
      assert.is(initializer.getConfig()["gain"], 2);
      // tf.layers writes into what it reads here.
      initializer.config["customObjects"] = {};
      initializer.getConfig()["gain"] = 4;
      assert.equal(initializer.getConfig(), { gain: 2, seed: 1 });
    });

    test("absent, undefined and null mean the same", () => {
      const bits = (options: unknown) =>
        tf.tidy(() => loose(make)(options).apply(shape).dataSync());
      const plain = bits({ seed: 1 });
      for (const gain of [1, undefined, null]) assert.equal(bits({ gain, seed: 1 }), plain);
      for (const seed of [undefined, null]) assert.not.equal(bits({ seed }), bits({ seed }));
    });

    test("its name is its own", () => {
      const className = `TfjsInitializers${name[0].toUpperCase()}${name.slice(1)}`;
      assert.is(make().getClassName(), className);
      assert.is(make().className, className);
      const [cls] = tf.serialization.SerializationMap.getMap().classNameMap[className];
      assert.instance(make(), cls);
    });

    test("options are checked when it is made", () => {
      for (const options of [null, 5, "relu", true]) refused("config", () => loose(make)(options));
      for (const key of ["Gain", "sed", "gain_", "dtype", "mode"])
        refused(`config.${key}`, () => loose(make)({ [key]: 1 }));
      for (const gain of [NaN, Infinity, "2", [], true])
        refused("gain", () => loose(make)({ gain }));
      for (const seed of [-1, 0.5, NaN, 2 ** 53, "1", {}])
        refused("seed", () => loose(make)({ seed }));
    });

    test("apply refuses what is not a float32 matrix, and goes on", () => {
      const initializer = make({ seed: 1 });
      const apply = (...args: unknown[]) => tf.dispose(initializer.apply(...(args as [number[]])));
      const before = tf.memory();
      for (const dtype of ["int32", "bool", "complex64", "string", "float64", null, 32]) {
        refused("dtype", () => apply(shape, dtype));
        apply(shape, "float32");
      }
      for (const bad of [[], [5], [5, -1], [5, 2.5], [5, NaN], [null, 5], undefined, "35"]) {
        refused("shape", () => apply(bad));
        apply(shape);
      }
      tooLarge(() => apply([1, 2 ** 20, 2 ** 20]));
      tooLarge(() => apply([1, 2 ** 53 - 1, 2 ** 53 - 1]));
      apply(shape);
      const after = tf.memory();
      assert.equal([after.numTensors, after.numBytes], [before.numTensors, before.numBytes]);
    });

    test("1,000 calls leave no tensor, in a tidy or out of it", () => {
      const initializer = make({ seed: 1 });
      const before = tf.memory();
      for (let call = 0; call < 1000; call++) initializer.apply(shape).dispose();
      tf.tidy(() => {
        for (let call = 0; call < 1000; call++) initializer.apply(shape);
        assert.is(tf.memory().numTensors, before.numTensors + 1000);
      });
      const kept = tf.tidy(() => initializer.apply(shape));
      assert.is(tf.memory().numTensors, before.numTensors + 1);
      kept.dispose();
      assert.equal(tf.memory(), before);
    });

    test("a model leaves none either", () => {
      const before = tf.memory();
      const kernelInitializer = make();
      const layer = tf.layers.conv1d({ kernelSize: 3, filters: 5, inputShape: [9, 4], kernelInitializer }); // prettier-ignore
      const model = tf.sequential({ layers: [layer] });
      // No prediction: that of tf.layers' conv1d leaves a tensor with any initializer.
      model.dispose();
      assert.equal(tf.memory(), before);
    });
  });

suite("tfjs/initializer", (test) => {
  test("in the gradient of another function it is a constant", () => {
    const apply = () => orthogonal({ seed: 1 }).apply([4, 4]);
    const slope = tf.tidy(() => {
      const product = (x: ReturnType<typeof apply>) => tf.sum(tf.matMul(x, apply()));
      const gradient = tf.grad(product);
      return gradient(tf.ones([1, 4])).dataSync();
    });
    const sums = tf.tidy(() => tf.sum(apply(), 1).dataSync());
    assert.ok(slope.every((x, i) => Math.abs(x - sums[i]) < 1e-6));
  });
});
