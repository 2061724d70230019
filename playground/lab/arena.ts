/** Networks that are trained side by side. */
import { Contestant, Lesson } from "./contestant.ts";
import { decision, look, type LayerLook } from "./look.ts";
import { samplesOf, type Files } from "./samples.ts";
import type { Settings } from "./settings.ts";
import { start } from "./tf.ts";

/** A network as it is now. */
export interface Standing {
  readonly name: string;
  /** Milliseconds that building and initializing took. */
  readonly ms: number;
  /** Of all samples before the first step, then of the batch of every step. */
  readonly losses: Float32Array;
  readonly accuracies: Float32Array;
  /** Probabilities on a grid, for points in the plane. */
  readonly decision?: Float32Array;
  readonly layers?: readonly LayerLook[];
  /** Why there is no such network. */
  readonly error?: string;
  /** What the scheme says that it did. */
  readonly report?: string;
}

/** @param close whether to look into the layers, which takes longer than a step */
export async function standing(net: Contestant, close: boolean): Promise<Standing> {
  const { inputs, shape } = net.lesson.samples;
  const plane = shape.length === 1 && inputs.length === 2 * net.lesson.count;
  return {
    name: net.name,
    ms: net.ms,
    report: net.report,
    losses: Float32Array.from(net.losses),
    accuracies: Float32Array.from(net.accuracies),
    decision: plane ? decision(net) : undefined,
    layers: close ? await look(net) : undefined,
  };
}

type Net = Contestant | { readonly name: string; readonly error: string };

export class Arena {
  protected constructor(
    protected readonly lesson: Lesson,
    protected readonly nets: Net[],
  ) {}

  /** Networks that differ in their initializers alone. */
  static async compare(settings: Settings, files?: Files): Promise<Arena> {
    await start();
    const lesson = new Lesson(await samplesOf(settings, files));
    const nets: Net[] = [];
    for (const name of settings.schemes) {
      try {
        nets.push(await Contestant.create(name, settings, lesson));
      } catch (error) {
        nets.push({ name, error: error instanceof Error ? error.message : String(error) });
      }
    }
    return new Arena(lesson, nets);
  }

  /** The points of the plane and their classes, to be drawn over the decisions. */
  get points() {
    const { inputs, labels } = this.lesson.samples;
    return inputs.length === 2 * labels.length ? { inputs, labels } : undefined;
  }

  private get running(): Contestant[] {
    return this.nets.filter((net) => net instanceof Contestant);
  }

  /** Some steps of every network, one of each in turn. */
  async train(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) for (const net of this.running) await net.step();
  }

  async rewind(): Promise<void> {
    for (const net of this.running) net.rewind();
  }

  /** @param close whether to look into the layers, which takes longer than a step */
  async standings(close: boolean): Promise<Standing[]> {
    const all: Standing[] = [];
    for (const net of this.nets) {
      const none = { ms: NaN, losses: new Float32Array(), accuracies: new Float32Array() };
      all.push(net instanceof Contestant ? await standing(net, close) : { ...net, ...none });
    }
    return all;
  }

  dispose(): void {
    for (const net of this.running) net.dispose();
    this.lesson.dispose();
  }
}
