/** Compiling a wider model as the one before, with an optimizer that goes on where that was. */
import { dispose, type Optimizer, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable, ModelCompileArgs } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { engine } from "../graph.ts";
import { widen, type Widenings } from "./rebuild.ts";

type Slot = Awaited<ReturnType<Optimizer["getWeights"]>>[number];

interface OptimizerClass {
  fromConfig(cls: OptimizerClass, config: object): Optimizer;
}

/**
 * Compiles `wide` as `model` is: loss, metrics, and an optimizer of the same kind and settings with
 * its iteration count and slots. Slots of new units are as new: zero, with Adagrad its initial value.
 * The new optimizer belongs to the model and is disposed with it.
 *
 * @param other an optimizer to take instead, as it is
 * @throws ArgumentError for an optimizer that does not give its state
 */
export async function recompile(
  model: LayersModel,
  wide: LayersModel,
  k: number,
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
  const next = cls.fromConfig(cls, config);
  const made: Tensor[] = [iteration!.tensor];
  try {
    const initial = config.initialAccumulatorValue ?? 0;
    const carried = slots.map(({ name, tensor }, i): Slot => {
      const { weight, suffix } = weightOf(model, name, i);
      const { name: owner } = wide.weights[model.weights.indexOf(weight)]!;
      const widening = widenings.get(weight);
      if (widening === undefined) return { name: owner + suffix, tensor };
      made.push(widen(tensor, k, { ...widening, fill: () => initial }));
      return { name: owner + suffix, tensor: made.at(-1)! };
    });
    await next.setWeights([iteration!, ...carried]);
    compile(next);
    (wide as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
  } catch (error) {
    next.dispose();
    throw error;
  } finally {
    dispose(made);
  }
}

/** The iteration count and the slots. */
export async function stateOf(optimizer: Optimizer): Promise<Slot[]> {
  try {
    return await optimizer.getWeights();
  } catch {
    throw new ArgumentError(
      "model",
      "an optimizer whose state TensorFlow.js gives back (adam, rmsprop, adagrad, adadelta, momentum, sgd), or " +
        "the option optimizer: a new one to go on with",
      optimizer.getClassName(),
    );
  }
}

/** Whose slot it is: by its name; in a state that was loaded, and so has names of another model, by its place. */
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
