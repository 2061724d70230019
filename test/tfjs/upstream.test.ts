/**
 * The behaviour that TensorFlow.js' own tests of products, convolutions, pooling, lookups and recurrent layers check:
 * with `install` and `train` the wasm backend does what stock TensorFlow.js does on the cpu backend. Numbers agree
 * within a bound that is derived from the sizes, shapes and types are the same, what is refused is refused, gradients
 * included; nothing is left over, and no input changes.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { install } from "../../src/tfjs/install.ts";
import { kernels } from "../support/kernels.ts";
import { agree, control, outcome, type Case, type Control } from "../support/outcomes.ts";
import { suite } from "../support/suite.ts";
import { convolutions } from "../upstream/convolutions.ts";
import { products } from "../upstream/products.ts";

const rooms: Record<string, Case[]> = { products, convolutions };
if (kernels === "release") {
  // All else is written in TypeScript, or is products and convolutions.
  rooms["pooling"] = (await import("../upstream/pooling.ts")).pooling;
  rooms["lookups"] = (await import("../upstream/lookups.ts")).lookups;
  rooms["recurrent layers"] = (await import("../upstream/recurrent.ts")).recurrents;
  const { graphs, seed } = await import("../upstream/graphs.ts");
  rooms[`graphs, seed ${seed}`] = graphs;
}

/** Of stock TensorFlow.js, before anything of this package is installed. */
const controls = new Map<Case, Control>();
for (const tested of Object.values(rooms).flat()) controls.set(tested, await control(tested));
install();
await import("../../src/tfjs/train.ts");

for (const [room, cases] of Object.entries(rooms))
  suite(`tfjs/upstream: ${room}`, (test) => {
    let worst = 0;
    for (const tested of cases)
      test(tested.name, async () => {
        await tf.setBackend("wasm");
        const error = agree(tested, controls.get(tested)!, await outcome(tested));
        assert.ok(error <= 1, `${error} times the bound`);
        worst = Math.max(worst, error);
      });

    test("every case has a name of its own", () => {
      assert.is(new Set(cases.map(({ name }) => name)).size, cases.length);
    });

    test.after(() => {
      console.log(`note: ${room}: ${cases.length} cases, error ≤ ${worst.toFixed(3)} of its bound`);
    });
  });
