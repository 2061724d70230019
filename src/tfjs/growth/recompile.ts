/** Compiles a wider model like the old one, with an optimizer that continues from the state of the old optimizer. */
import { dispose, tensor as tensorOf, type Optimizer, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable, ModelCompileArgs } from "@tensorflow/tfjs-layers";
import { engine } from "../layers/graph.ts";
import { orNoVariables } from "../layers/undone.ts";
import { setState, stateOf, type Slot } from "./slots.ts";
import { numbersAt, type Widenings } from "./weights.ts";

interface OptimizerClass {
  fromConfig(cls: OptimizerClass, config: object): Optimizer;
}

/**
 * Compiles `wide` like `model`: with the same loss and metrics, and with an optimizer of the same kind and settings
 * that takes over the iteration count and the slots. The slots of new units get their initial value: zero, or that of
 * Adagrad. The new optimizer belongs to `wide` and is disposed with it.
 *
 * @param other an optimizer to use instead, as it is
 * @throws ArgumentError for an optimizer whose state cannot be read
 */
export async function recompile(
  model: LayersModel,
  wide: LayersModel,
  widenings: Widenings,
  other?: Optimizer,
): Promise<void> {
  const { optimizer, loss, metrics } = engine(model) as LayersModel &
    Pick<ModelCompileArgs, "loss">;
  const compile = (next: Optimizer) => wide.compile({ optimizer: next, loss, metrics } as never);
  if (other !== undefined) return compile(other);
  const [iteration, ...slots] = await stateOf(optimizer);
  const config = optimizer.getConfig() as { initialAccumulatorValue?: number };
  const cls = optimizer.constructor as unknown as OptimizerClass;
  const made: Tensor[] = [iteration!.tensor];
  let next: Optimizer | undefined;
  try {
    next = orNoVariables(() => cls.fromConfig(cls, config));
    const initial = config.initialAccumulatorValue ?? 0;
    const carried = slots.map(({ name, tensor }, i): Slot => {
      const { weight, suffix } = weightOf(model, name, i);
      const { name: owner } = wide.weights[model.weights.indexOf(weight)]!;
      const widening = widenings.get(weight);
      // Slots that stay as they are, are copied, too: optimizers let go of their data each time they are disposed, and
      // the old one may be disposed by its owner and once more with its model.
      const kept = numbersAt(tensor);
      const { data, shape } = widening?.slot(kept, initial) ?? kept;
      made.push(tensorOf(data, [...shape]));
      return { name: owner + suffix, tensor: made.at(-1)! };
    });
    await setState(next, [iteration!, ...carried]);
    compile(next);
    (wide as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
  } catch (error) {
    next?.dispose();
    throw error;
  } finally {
    dispose(made);
  }
}

/** The weight of a slot, found by name; in a loaded state, whose names are those of another model, by place. */
function weightOf(
  model: LayersModel,
  name: string,
  i: number,
): { weight: LayerVariable; suffix: string } {
  const weight = model.weights.find((one) => name.startsWith(`${one.name}/`));
  if (weight !== undefined) return { weight, suffix: name.slice(weight.name.length) };
  const trainable = model.trainableWeights;
  return {
    weight: trainable[i % trainable.length]!,
    suffix: name.slice(name.lastIndexOf("/")),
  };
}
