/** The table of layer classes, held against tf.layers' own registry. */
import * as assert from "uvu/assert";
import { described, kindOf } from "../../src/tfjs/layers/kinds.ts";
import "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Class = { new (config: object): unknown; prototype: object; className: string };

/** The classes of tf.layers that are layers: cells and models are, too. */
const registered = Object.entries(tf.serialization.SerializationMap.getMap().classNameMap)
  .map(([name, [cls]]) => [name, cls as unknown as Class] as const)
  .filter(([, cls]) => "countParams" in cls.prototype)
  .map(([name]) => name);

suite("tfjs/layers", (test) => {
  test("every class of the registry has a row", () => {
    assert.ok(registered.length > 60, `${registered.length}`);
    assert.equal(registered.filter((name) => !described.includes(name)), []); // prettier-ignore
  });

  test("every row is of a class that there is, but for a layer of ours that a page may not have", () => {
    const unknown = described.filter((name) => !registered.includes(name));
    assert.equal(unknown.filter((name) => !name.startsWith("TfjsInitializers")), []); // prettier-ignore
  });

  test("what a layer is, by its class; one of the user's is unknown", () => {
    assert.equal(kindOf(tf.layers.conv1d({ filters: 1, kernelSize: 1 })), {
      role: "linear",
      map: "convolution",
      axes: 1,
    });
    class Own extends tf.layers.Layer {
      static readonly className = "toString";
    }
    assert.equal(kindOf(new Own()), { role: "unknown" });
  });
});
