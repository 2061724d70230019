/** The state of an optimizer: its iteration count and its slots, the numbers that it keeps for each weight. */
import { pow, scalar, tidy, variable, type Optimizer, type Variable } from "@tensorflow/tfjs-core";
import { ArgumentError } from "../../errors.ts";

export type Slot = Awaited<ReturnType<Optimizer["getWeights"]>>[number];

/** A slot as optimizers keep it. */
interface Kept {
  readonly originalName: string;
  readonly variable: Variable;
}

/** The fields of Adamax, whose getWeights and setWeights are missing in TensorFlow.js. */
interface Adamax {
  readonly beta1: number;
  readonly iteration: Variable;
  /** β₁ to the power of the next step. */
  readonly accBeta1: Variable;
  accumulatedFirstMoment: Kept[];
  accumulatedWeightedInfNorm: Kept[];
  saveIterations(): Promise<Slot>;
  extractIterations(state: Slot[]): Promise<Slot[]>;
}

const isAdamax = (optimizer: unknown): optimizer is Adamax =>
  (optimizer as Optimizer).getClassName() === "Adamax";

/**
 * The iteration count of an optimizer, which the caller disposes, followed by its slots, which stay the optimizer's.
 *
 * @throws ArgumentError for an optimizer that does not give its state, and for centered rmsprop, whose implementation
 *   in TensorFlow.js takes the root of −ε where a gradient is zero, as the gradients of new units are at first
 */
export async function stateOf(optimizer: Optimizer): Promise<Slot[]> {
  if (isAdamax(optimizer)) {
    const kept = [...optimizer.accumulatedFirstMoment, ...optimizer.accumulatedWeightedInfNorm];
    const slots = kept.map(({ originalName, variable }) => ({ name: originalName, tensor: variable })); // prettier-ignore
    return [await optimizer.saveIterations(), ...slots];
  }
  let why = "";
  const state = await optimizer.getWeights().catch((error: Error) => {
    why = `, which says: ${error.message}`;
    return undefined;
  });
  const { centered } = optimizer.getConfig() as { centered?: boolean };
  if (state !== undefined && !centered) return state;
  state?.[0]!.tensor.dispose();
  throw new ArgumentError(
    "model",
    "an optimizer that can go on (adam, adamax, rmsprop, adagrad, adadelta, momentum, sgd), or a new one " +
      "as the option optimizer",
    `${centered ? "centered " : ""}${optimizer.getClassName()}${why}`,
  );
}

/** Gives an optimizer a state, in the order of `stateOf`. */
export async function setState(optimizer: Optimizer, state: Slot[]): Promise<void> {
  if (!isAdamax(optimizer)) return optimizer.setWeights(state);
  const slots = await optimizer.extractIterations(state);
  const kept = slots.map(({ name, tensor }) => ({ originalName: name, variable: variable(tensor, false) })); // prettier-ignore
  optimizer.accumulatedFirstMoment = kept.slice(0, kept.length / 2);
  optimizer.accumulatedWeightedInfNorm = kept.slice(kept.length / 2);
  const { iterations } = optimizer as unknown as Optimizer;
  tidy(() => {
    optimizer.iteration.assign(scalar(iterations));
    optimizer.accBeta1.assign(pow(scalar(optimizer.beta1), iterations + 1));
  });
}
