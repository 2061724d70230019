/** Which hidden layers of common architectures grow: at least 85 %, and each refusal says why and what helps. */
import "../../src/tfjs/train.ts";
import * as assert from "uvu/assert";
import { hiddenLayers } from "../../examples/architectures/hidden.ts";
import { architectures } from "../../examples/architectures/index.ts";
import {
  ArgumentError,
  grow,
  growable,
  type Growable,
  type GrowthMethod,
} from "../../src/tfjs/index.ts";
import { drawn } from "../support/chains.ts";
import { distance, release, samples } from "../support/graphs.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Model = ReturnType<typeof drawn>;

const BAR = 0.85;

/** Grows a layer, and checks the function, the report and the tensors left. */
async function grows(
  model: Model,
  layer: string,
  { multiple }: Growable,
  way: GrowthMethod,
): Promise<void> {
  const { numTensors } = tf.memory();
  const { xs, ys } = samples(model, 8);
  const data = way.method === "gradmax" ? { xs, ys } : {};
  const units = 2 * multiple;
  const { model: wide, report } = await grow(model, { ...way, ...data, layer, units, seed: 1 });
  const error = distance(model, wide, xs);
  const where = `${layer}, ${JSON.stringify(way)}`;
  assert.ok(error <= 1e-6, `${where}: the function has changed by ${error}`);
  assert.is(report[0].units.after - report[0].units.before, units, where);
  release(wide);
  tf.dispose([xs, ys]);
  assert.is(tf.memory().numTensors, numTensors, `${where}: tensors left`);
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
      let count = 0;
      for (const [i, layer] of hidden.entries()) {
        // The units of a layer that is added to joined ones are in several groups.
        const own = groups.filter(({ layers }) => layers.includes(layer));
        assert.ok(own.length > 0, `${layer} is in no group`);
        const group = own.find(({ prevents }) => !prevents);
        if (!group) {
          refusals.push(`${name}, ${layer}: ${await refuses(model, layer)}`);
          continue;
        }
        count++;
        const ways = group.methods.filter(({ prevents }) => !prevents);
        await grows(model, layer, group, ways[i % ways.length]);
      }
      counts.push(`${name} ${count} of ${hidden.length}`);
      [all, growing] = [all + hidden.length, growing + count];
      release(model);
    });
  }

  test(`at least ${100 * BAR} % of the hidden layers grow`, () => {
    console.log(`note: ${growing} of ${all} hidden layers grow`);
    assert.ok(growing >= BAR * all, [...counts, ...refusals].join("\n"));
  });
});
