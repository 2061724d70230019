/** Makes the calls of a network. */
import * as ours from "tfjs-initializers";
import { kernelOptions, type Call } from "./nets.ts";
import type { Maker, Scheme } from "./schemes.ts";
import type { Settings } from "./settings.ts";
import { tf } from "./tf.ts";

/** Builds the network with the scheme's initializers; what the scheme does afterwards is not done yet. */
export function build(settings: Settings, list: readonly Call[], { kernel }: Scheme) {
  const outputs = new Map<string, ReturnType<typeof tf.input>>();
  let count = 0;
  for (const call of list) {
    if (call.factory === "input") {
      outputs.set(call.name, tf.input({ ...call.options, name: call.name } as never));
      continue;
    }
    const initializer = call.kernel &&
      kernel && {
        kernelInitializer: make(kernel, kernelOptions(kernel, settings, call, count++)),
      };
    const factory = tf.layers[call.factory] as (
      options: object,
    ) => ReturnType<typeof tf.layers.dense>;
    const layer = factory({ ...call.options, ...initializer, name: call.name });
    const inputs = call.of.map((name) => outputs.get(name)!);
    outputs.set(call.name, layer.apply(inputs.length > 1 ? inputs : inputs[0]!) as never);
  }
  return tf.model({ inputs: outputs.get("input")!, outputs: [...outputs.values()].at(-1)! });
}

function make({ from, factory }: Maker, options: object): unknown {
  const place = (from === "tf.initializers" ? tf.initializers : ours) as unknown as Record<
    string,
    (options: object) => unknown
  >;
  return place[factory]!(options);
}
