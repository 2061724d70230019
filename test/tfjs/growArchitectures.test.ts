/** Which hidden layers of common architectures grow: at least 85 %, and each refusal says why and what helps. */
import "../../src/tfjs/train.ts";
import * as assert from "uvu/assert";
import { hiddenLayers } from "../../examples/architectures/hidden.ts";
import { architectures } from "../../examples/architectures/index.ts";
import { ArgumentError, grow, growable, type GrowOptions } from "../../src/tfjs/index.ts";
import { drawn } from "../support/chains.ts";
import { distance, release, samples } from "../support/graphs.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Model = ReturnType<typeof drawn>;
type Method = GrowOptions["method"];

const BAR = 0.85;

/** Grows a layer, and checks the function, the report and the tensors left. */
async function grows(model: Model, layer: string, method: Method, units: number): Promise<void> {
  const { numTensors } = tf.memory();
  const { xs, ys } = samples(model, 8);
  const data = method === "gradmax" ? { xs, ys } : {};
  const { model: wide, report } = await grow(model, { layer, units, method, seed: 1, ...data });
  const error = distance(model, wide, xs);
  assert.ok(error <= 1e-6, `${layer}, ${method}: the function has changed by ${error}`);
  assert.is(report[0].units.after - report[0].units.before, units, `${layer}, ${method}`);
  release(wide);
  tf.dispose([xs, ys]);
  assert.is(tf.memory().numTensors, numTensors, `${layer}, ${method}: tensors left`);
}

/** A refusal names the layer, what was expected and what came instead. */
async function refuses(model: Model, layer: string): Promise<string> {
  const { numTensors } = tf.memory();
  const error = await grow(model, { layer, units: 1, method: "split" }).catch((error: unknown) => error); // prettier-ignore
  assert.instance(error, ArgumentError, `${layer}: ${error}`);
  const { message } = error as Error;
  assert.match(message, layer.split("/").at(-1)!);
  assert.match(message, /expected .+, got .+/);
  assert.is(tf.memory().numTensors, numTensors, `${layer}: tensors left`);
  return message;
}

suite("tfjs/grow architectures", (test) => {
  const counts: string[] = [];
  const refusals: string[] = [];
  let [all, growing] = [0, 0];

  for (const [name, build] of Object.entries(architectures)) {
    test(name, async () => {
      const model = drawn(build());
      const hidden = hiddenLayers(model);
      const groups = growable(model);
      let own = 0;
      for (const [i, layer] of hidden.entries()) {
        const group = groups.find(({ layers }) => layers.includes(layer));
        assert.ok(group, `${layer} is in no group`);
        const methods = Object.entries(group!.methods).filter(([, can]) => can === true);
        if (methods.length === 0) {
          refusals.push(`${name}, ${layer}: ${await refuses(model, layer)}`);
          continue;
        }
        own++;
        const method = methods[i % methods.length][0] as Method;
        await grows(model, layer, method, method === "split" ? group!.size : 2);
      }
      counts.push(`${name} ${own} of ${hidden.length}`);
      [all, growing] = [all + hidden.length, growing + own];
      release(model);
    });
  }

  test(`at least ${100 * BAR} % of the hidden layers grow`, () => {
    console.log(`note: ${growing} of ${all} hidden layers grow`);
    assert.ok(growing >= BAR * all, [...counts, ...refusals].join("\n"));
  });
});
