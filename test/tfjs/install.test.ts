/** What `install` promises apart from its weights: reversible, idempotent, no leaks, typed errors. */
import * as core from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import { install, uninstall } from "../../src/tfjs/index.ts";
import type { TensorFlow } from "../../src/tfjs/install.ts";
import { Family, orthogonality } from "../support/ratios.ts";
import { afresh } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown, tooLarge } from "../support/thrown.ts";
import { refusals, without } from "../support/refusals.ts";
import { tf } from "../support/wasm.ts";

const { orthogonal } = tf.initializers;
const prototype = Object.getPrototypeOf(orthogonal({})) as Record<PropertyKey, unknown>;
const stock = prototype["apply"];

/** The data of one call, whose tensor is given back. */
const draw = (options: { gain?: number; seed?: number }, shape = [9, 5]) =>
  tf.tidy(() => orthogonal(options).apply(shape).dataSync<"float32">());

const apply = (options: object, ...args: unknown[]) =>
  tf.dispose(orthogonal(options).apply(...(args as [number[]])));

suite("tfjs/install", (test) => {
  const start = performance.now();
  install();
  console.log(`\nnote: the first install took ${(performance.now() - start).toFixed(2)} ms`);
  uninstall();

  test("takes nothing or a namespace: core, or core and layers together", () => {
    const namespaces: (TensorFlow | undefined)[] = [undefined, core, tf];
    for (const namespace of namespaces) {
      install(namespace);
      assert.is.not(prototype["apply"], stock);
      uninstall(namespace);
      assert.is(prototype["apply"], stock);
    }
  });

  test("uninstall leaves no trace", () => {
    const before = Reflect.ownKeys(prototype);
    const instance = orthogonal({ gain: 2, seed: 1 });
    const [keys, config] = [Reflect.ownKeys(instance), instance.getConfig()];
    install();
    draw({ seed: 1 });
    assert.equal([Reflect.ownKeys(instance), instance.getConfig()], [keys, config]);
    uninstall();
    assert.equal(Reflect.ownKeys(prototype), before);
    assert.is(prototype["apply"], stock);
  });

  test("twice installed is installed; once uninstalled is not", () => {
    install();
    const { apply } = prototype;
    install(tf);
    assert.is(prototype["apply"], apply);
    uninstall();
    assert.is(prototype["apply"], stock);
    uninstall();
    assert.is(prototype["apply"], stock);
    install();
    assert.is(draw({}).length, 45);
  });

  test("a second copy of this package meets the first", async () => {
    const copy = "../../src/tfjs/install.ts?copy";
    const second = await import(copy);
    assert.is.not(second.install, install);
    install();
    const { apply } = prototype;
    second.install();
    assert.is(prototype["apply"], apply);
    second.uninstall();
    assert.is(prototype["apply"], stock);
  });

  test("variance: truncated normals get the variance of their names, and nothing else changes", () => {
    const { initializers: ours } = tf;
    const values = (one: { apply(shape: number[]): unknown }, shape = [300, 200]) =>
      tf.tidy(() => (one.apply(shape) as core.Tensor).dataSync<"float32">());
    const square = (x: Float32Array, mean = 0) => x.reduce((sum, y) => sum + (y - mean) ** 2, 0) / x.length; // prettier-ignore
    const truncated = {
      heNormal: [ours.heNormal({ seed: 3 }), 2 / 300],
      glorotNormal: [ours.glorotNormal({ seed: 3 }), 2 / 500],
      leCunNormal: [ours.leCunNormal({ seed: 3 }), 1 / 300],
      varianceScaling: [ours.varianceScaling({ scale: 3, mode: "fanOut", distribution: "normal", seed: 3 }), 3 / 200],
    } as const; // prettier-ignore
    const others = [
      ours.heUniform({ seed: 3 }),
      ours.randomNormal({ seed: 3 }),
      ours.glorotUniform({ seed: 3 }),
    ];
    const before = others.map((one) => values(one));
    const stocks = Object.values(truncated).map(([one]) => values(one));
    const shifted = ours.truncatedNormal({ mean: 2, stddev: 0.5, seed: 3 });
    install();
    assert.equal(
      Object.values(truncated).map(([one]) => values(one)),
      stocks,
    );
    for (let twice = 0; twice < 2; twice++) {
      install(tf, { variance: true });
      for (const [name, [one, nominal]] of Object.entries(truncated))
        assert.ok(Math.abs(square(values(one)) / nominal - 1) < 0.02, name);
      assert.ok(Math.abs(square(values(shifted), 2) / 0.25 - 1) < 0.02);
      assert.equal(
        others.map((one) => values(one)),
        before,
      );
    }
    const { numTensors } = tf.memory();
    ours.heNormal({}).apply([4, 4]).dispose();
    assert.is(tf.memory().numTensors, numTensors);
    assert.is(ours.truncatedNormal({}).apply([2, 2], "int32").dtype, "int32");
    install(); // takes nothing back
    assert.ok(Math.abs(square(values(truncated.heNormal[0])) / (2 / 300) - 1) < 0.02);
    uninstall();
    assert.equal(
      Object.values(truncated).map(([one]) => values(one)),
      stocks,
    );
    refused("variance", () => install(tf, { variance: 1 as never }));
    refused("options.varianc", () => install(tf, { varianc: true } as never));
    assert.is(prototype["apply"], stock);
  });

  test("an initializer made before install is repaired too", () => {
    const initializer = orthogonal({ gain: 2 });
    assert.throws(() => initializer.apply([4, 4]), /rMat.flatten/);
    install();
    initializer.apply([4, 4]).dispose();
  });

  test("the seed decides: the same weights again, others, or fresh ones", () => {
    install();
    assert.equal(draw({ seed: 1 }), draw({ seed: 1 }));
    assert.not.equal(draw({ seed: 1 }), draw({ seed: 2 }));
    assert.not.equal(draw({}), draw({}));
    assert.not.equal(draw({ seed: null as never }), draw({ seed: null as never }));
  });

  test("tf.randomNormal is asked with a seed, and not without: the fast path", () => {
    const asked: unknown[] = [];
    const spying: TensorFlow = {
      ...core,
      randomNormal: (...args) => (asked.push(args), core.randomNormal(...args)),
    };
    install(spying);
    draw({});
    assert.equal(asked, []);
    draw({ seed: 7 }, [3, 4, 5]);
    assert.equal(asked, [[[12, 5], 0, 1, "float32", 7]]);
  });

  test("every shape and gain is orthogonal", () => {
    install();
    const family = new Family("installed ‖I − QᵀQ/g²‖");
    const shapes = [[1, 1], [1, 50], [50, 1], [64, 64], [40, 160], [3, 3, 8, 16], [2, 3, 4, 5, 6]]; // prettier-ignore
    for (const seed of [undefined, 1])
      for (const gain of [1, -Math.SQRT2])
        for (const shape of shapes) {
          const data = draw({ gain, seed }, shape);
          const [cols, rows] = [shape.at(-1)!, data.length / shape.at(-1)!];
          const q = { rows, cols, data: data.map((x) => x / gain) };
          family.check(orthogonality(q), `[${shape}], gain ${gain}, seed ${seed}`);
        }
    family.note();
  });

  test("gain 0, and a zero in the shape", () => {
    install();
    for (const seed of [undefined, 1]) {
      assert.ok(draw({ gain: 0, seed }).every((x) => x === 0));
      assert.is(draw({ seed }, [0, 5]).length, 0);
      assert.is(draw({ seed }, [5, 0]).length, 0);
    }
  });

  test("1,000 calls leave no tensor, with a seed or without, in a tidy or out of it", () => {
    install();
    const before = tf.memory();
    for (const seed of [undefined, 1]) {
      const initializer = orthogonal({ seed });
      for (let call = 0; call < 1000; call++) initializer.apply([9, 5]).dispose();
      tf.tidy(() => {
        for (let call = 0; call < 1000; call++) initializer.apply([9, 5]);
        assert.is(tf.memory().numTensors, before.numTensors + 1000);
      });
      assert.equal(tf.memory(), before);
    }
  });

  test.after.each(() => uninstall());
});

suite("tfjs/install: errors", (test) => {
  const call = install as (tf?: unknown) => void;

  for (const [what, value] of Object.entries({
    "an empty object": {},
    null: null,
    "a number": 5,
    "a string": "tf",
    "a function": () => tf,
    "a promise of it": Promise.resolve(tf),
    "tf.layers": tf.layers,
    "an empty serialization": { serialization: {} },
    "a map that is none": { serialization: { SerializationMap: {} }, randomNormal: () => 0 },
  }))
    test(`${what} is not TensorFlow.js`, () => {
      assert.match(refused("tf", () => call(value)).message, "TensorFlow.js");
      refused("tf", () => (uninstall as typeof call)(value));
      assert.is(prototype["apply"], stock);
    });

  test("what the layer asks of it is checked, and the next call works", () => {
    install();
    const before = tf.memory();
    for (const seed of [undefined, 1]) {
      for (const shape of [[], [5], [5, -1], [5, 2.5], [5, NaN], [null, 5]]) {
        refused("shape", () => apply({ seed }, shape));
        apply({ seed }, [5, 5]);
      }
      for (const dtype of ["int32", "bool", "complex64", "string", "float64"]) {
        refused("dtype", () => apply({ seed }, [5, 5], dtype));
        apply({ seed }, [5, 5], "float32");
      }
      for (const gain of [NaN, Infinity, "2"]) {
        refused("gain", () => apply({ gain, seed }, [5, 5]));
        apply({ seed }, [5, 5]);
      }
      for (const size of [2 ** 20, 2 ** 53 - 1]) {
        tooLarge(() => apply({ seed }, [size, size]));
        apply({ seed }, [5, 5]);
      }
    }
    assert.equal(tf.memory(), before);
  });

  test("a gain of NaN in a layer", () => {
    install();
    const recurrentInitializer = orthogonal({ gain: NaN });
    const layer = tf.layers.lstm({ units: 4, recurrentInitializer });
    refused("gain", () => layer.build([null, 3, 2]));
  });

  test("uninstalled, the old error is back", () => {
    assert.match(thrown(TypeError, () => draw({})).message, "rMat.flatten");
    assert.match(thrown(TypeError, () => draw({ seed: 1 })).message, "rMat.flatten");
  });

  test.after.each(() => uninstall());
});

suite("tfjs/install: engines that refuse", (test) => {
  for (const [what, { stub, kind }] of Object.entries(refusals))
    test(`${what}: a ${kind.name}, and stock is left alone`, () => {
      afresh();
      without(stub, () => {
        thrown<Error>(kind, () => install());
        assert.is(prototype["apply"], stock);
        uninstall();
      });
      install();
      draw({});
      uninstall();
    });
});

suite("tfjs/install: the hint", (test) => {
  const fit = async () => {
    const conv = tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] });
    const model = tf.sequential({ layers: [conv, tf.layers.flatten(), tf.layers.dense({ units: 1 })] }); // prettier-ignore
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    await model.fit(tf.ones([2, 5, 5, 1]), tf.ones([2, 1]), { verbose: 0 });
  };
  const failure = () => fit().then(() => "trained", String);
  const kernels = () => core.getKernelsForBackend("wasm").map(({ kernelName }) => kernelName);
  const missing = /Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'/;

  test("convolutions that cannot be trained say what they need, from register to uninstall", async () => {
    const before = kernels();
    install();
    assert.equal(kernels(), before);
    assert.not.match(await failure(), "tfjs-initializers/train");
    const { register } = await import("../../src/tfjs/registerAll.ts");
    register();
    assert.match(await failure(), missing);
    assert.match(await failure(), '"tfjs-initializers/train"');
    uninstall();
    assert.match(await failure(), missing);
    assert.not.match(await failure(), "tfjs-initializers/train");
    assert.equal(kernels(), before);
  });

  test("names what train brings, gives way to it, and stays away", async () => {
    const before = kernels();
    const { register } = await import("../../src/tfjs/registerAll.ts");
    register();
    const hinted = kernels();
    await import("../../src/tfjs/train.ts");
    // Those of TensorFlow.js; kernels that only `train` asks for have names of their own.
    const theirs = () => kernels().filter((name) => !name.startsWith("tfjs-initializers/")).sort(); // prettier-ignore
    assert.equal(theirs(), hinted.sort());
    assert.is(hinted.length, before.length + 5);
    await fit();
    uninstall();
    await fit();
    register();
    await fit();
    uninstall();
    assert.equal(theirs(), hinted.sort());
  });
});
