/**
 * Runs a model step by step on one batch: the computation of `predict`, with halts at chosen tensors.
 *
 * At a halt, a passage holds a frontier: the values that later steps and halts need. A kept passage can be continued
 * from its frontier, so that halting at all layers, one after the other, runs every layer only once.
 */
import { cast, clone, dispose, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { steps, type Step } from "../layers/graph.ts";

/** The steps that the halts depend on, in topological order. */
export class Route {
  readonly inputs: readonly SymbolicTensor[];
  readonly steps: readonly Step[];
  /** The step that makes a tensor, by its index; −1 for the model's inputs. */
  private readonly made = new Map<SymbolicTensor, number>();
  /** A tensor is needed until a step beyond this index is the next one to run. */
  private readonly ends = new Map<SymbolicTensor, number>();

  /** @param halts tensors of the model, in the order in which they will be requested */
  constructor(model: LayersModel, halts: readonly SymbolicTensor[]) {
    this.inputs = model.inputs;
    const needed = new Set(halts);
    const fed = ({ outputs }: Step) => outputs.some((output) => this.inputs.includes(output));
    this.steps = steps(model).reduceRight<Step[]>((route, step) => {
      if (fed(step) || !step.outputs.some((output) => needed.has(output))) return route;
      step.inputs.forEach((input) => needed.add(input));
      return [step, ...route];
    }, []);
    this.inputs.forEach((input) => this.made.set(input, -1));
    this.steps.forEach(({ inputs, outputs }, at) => {
      outputs.forEach((output) => this.made.set(output, at));
      [...inputs, ...outputs].forEach((tensor) => this.ends.set(tensor, at));
    });
    let reached = -1;
    for (const halt of halts) {
      reached = Math.max(reached, this.maker(halt));
      this.ends.set(halt, Math.max(this.ends.get(halt) ?? -1, reached + 1));
    }
  }

  /** Index of the step that makes a tensor; −1 for the model's inputs. */
  maker(tensor: SymbolicTensor): number {
    return this.made.get(tensor)!;
  }

  /** Whether a tensor is no longer needed when all steps before `next` have been run. */
  over(tensor: SymbolicTensor, next: number): boolean {
    return next > (this.ends.get(tensor) ?? -1);
  }
}

interface Value {
  readonly tensor: Tensor;
  readonly mask: Tensor | null;
}

/** One batch that has run through the first steps of the model. */
export class Passage {
  private readonly values = new Map<SymbolicTensor, Value>();
  /** The first step that has not been run. */
  private next = 0;
  /** Tensors that belong to the passage which this one continues. */
  private borrowed: ReadonlySet<Tensor> = new Set();

  private constructor(private readonly route: Route) {}

  /** Starts from the inputs, which the caller keeps and disposes. */
  static begin(route: Route, inputs: readonly Tensor[]): Passage {
    const passage = new Passage(route);
    try {
      route.inputs.forEach((input, i) => {
        const { dtype } = input;
        const given = inputs[i]!;
        const tensor = tidy(() => (given.dtype === dtype ? clone(given) : cast(given, dtype)));
        passage.values.set(input, { tensor, mask: null });
      });
      return passage;
    } catch (error) {
      passage.dispose();
      throw error;
    }
  }

  /** A new passage that continues from the present frontier of this one. */
  continued(): Passage {
    const passage = new Passage(this.route);
    passage.next = this.next;
    this.values.forEach((value, tensor) => passage.values.set(tensor, value));
    passage.borrowed = this.tensors();
    return passage;
  }

  /** Whether a tensor is in the frontier or will be computed by later steps. */
  reaches(tensor: SymbolicTensor): boolean {
    return this.values.has(tensor) || this.next <= this.route.maker(tensor);
  }

  /** Runs the missing steps up to a tensor and returns the tensor's value, which belongs to the passage. */
  async to(tensor: SymbolicTensor, pause: () => Promise<void>): Promise<Tensor> {
    while (this.next <= this.route.maker(tensor)) {
      await pause();
      this.run(this.route.steps[this.next]!);
      this.next++;
      for (const known of this.values.keys()) {
        if (this.route.over(known, this.next)) this.drop(known);
      }
    }
    return this.values.get(tensor)!.tensor;
  }

  /** Number of steps that have been run. */
  get distance(): number {
    return this.next;
  }

  /** Bytes of the frontier. */
  get bytes(): number {
    return [...this.tensors()].reduce((sum, { size }) => sum + 4 * size, 0);
  }

  /** Disposes the tensors of this passage, except those that `heir` holds, which then belong to `heir`. */
  dispose(heir?: Passage): void {
    const inherited = heir?.tensors();
    const own = [...this.tensors()].filter((x) => !this.borrowed.has(x) && !inherited?.has(x));
    dispose(own);
    if (heir) heir.borrowed = new Set();
    this.values.clear();
  }

  private tensors(): Set<Tensor> {
    const all = [...this.values.values()].flatMap(({ tensor, mask }) => [tensor, mask]);
    return new Set(all.filter((x) => x !== null));
  }

  /**
   * Runs one step like the executor of tf.layers, except that a mask ends at a layer that does not support masking. The
   * executor passes it on to all layers that follow.
   */
  private run({ layer, inputs, outputs }: Step): void {
    const given = inputs.map((input) => this.values.get(input)!);
    const made = tidy(() => {
      const tensors = given.map(({ tensor }) => tensor);
      const masks = given.map(({ mask }) => mask);
      const masked = masks.some((mask) => mask !== null);
      const results = [layer.apply(tensors, masked ? { mask: masks[0] } : {})].flat() as Tensor[];
      const mask = layer.supportsMasking ? layer.computeMask(tensors, masks as Tensor[]) : null;
      // A stateful layer may keep the tensor that it returns.
      const own = layer.stateful ? results.map((result) => clone(result)) : results;
      return { tensors: own, masks: [mask].flat().slice(0, 1) as Tensor[] };
    });
    const mask = made.masks[0] ?? null;
    outputs.forEach((output, i) => this.values.set(output, { tensor: made.tensors[i]!, mask }));
  }

  private drop(symbolic: SymbolicTensor): void {
    const { tensor, mask } = this.values.get(symbolic)!;
    this.values.delete(symbolic);
    const rest = this.tensors();
    for (const x of [tensor, mask]) {
      if (x && !rest.has(x) && !this.borrowed.has(x)) x.dispose();
    }
  }
}
