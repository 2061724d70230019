/** `tfjs-initializers/register`: to have imported it is enough. */
import "../../src/tfjs/register.ts";
import * as assert from "uvu/assert";
import { uninstall } from "../../src/tfjs/index.ts";
import { afresh } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { refusals } from "../support/refusals.ts";
import { tf } from "../support/wasm.ts";

const real = WebAssembly;

const lstm = () => tf.sequential({ layers: [tf.layers.lstm({ units: 4, inputShape: [3, 2] })] });

suite("tfjs/register", (test) => {
  test("recurrent layers are repaired", () => {
    assert.is(lstm().getWeights().length, 3);
    tf.initializers.orthogonal({ seed: 1 }).apply([4, 4]).dispose();
  });

  test("models that name our initializers load", async () => {
    for (const name of ["Orthogonal", "DeltaOrthogonal"]) {
      const kernel_initializer = { class_name: `TfjsInitializers${name}`, config: { seed: 1 } };
      const input = { batch_input_shape: [null, 9, 9, 2], filters: 4, kernel_size: [3, 3] };
      const conv = { class_name: "Conv2D", config: { ...input, kernel_initializer } };
      const modelTopology = { class_name: "Sequential", config: { name: "saved", layers: [conv] } };
      const model = await tf.loadLayersModel({ load: async () => ({ modelTopology }) });
      assert.equal(model.getWeights()[0].shape, [3, 3, 2, 4]);
      model.dispose();
    }
  });

  test("uninstall takes it back", () => {
    uninstall();
    assert.throws(lstm, /rMat.flatten is not a function/);
  });

  test("where the kernels cannot run, it warns and leaves stock alone", async () => {
    const [warn, warned] = [console.warn, [] as string[]];
    console.warn = (text: string) => warned.push(text);
    afresh();
    globalThis.WebAssembly = refusals["no SIMD"].stub as typeof WebAssembly;
    const copy = "../../src/tfjs/register.ts?refused";
    try {
      await import(copy);
    } finally {
      globalThis.WebAssembly = real;
      console.warn = warn;
    }
    assert.is(warned.length, 1);
    assert.match(warned[0], /stock initializer stays.*no SIMD/);
    assert.throws(lstm, /rMat.flatten is not a function/);
  });
});
