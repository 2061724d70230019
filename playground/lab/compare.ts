/** Networks that differ in their initializers alone, trained side by side. */
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
  /** All losses and accuracies since the start, one a step. */
  readonly losses: Float32Array;
  readonly accuracies: Float32Array;
  /** Probabilities on a grid, for points in the plane. */
  readonly decision?: Float32Array;
  readonly layers?: readonly LayerLook[];
  /** Why there is no such network. */
  readonly error?: string;
}

export class Comparison {
  private constructor(
    private readonly lesson: Lesson,
    private readonly nets: readonly (Contestant | { name: string; error: string })[],
  ) {}

  static async create(settings: Settings, files?: Files): Promise<Comparison> {
    await start();
    const lesson = new Lesson(await samplesOf(settings, files));
    const nets = [];
    for (const name of settings.schemes) {
      try {
        nets.push(await Contestant.create(name, settings, lesson));
      } catch (error) {
        nets.push({ name, error: error instanceof Error ? error.message : String(error) });
      }
    }
    return new Comparison(lesson, nets);
  }

  /** The points of the plane and their classes, to be drawn over the decisions. */
  get points() {
    const { inputs, shape, labels } = this.lesson.samples;
    return shape.length === 1 && shape[0] === 2 ? { inputs, labels } : undefined;
  }

  private get running(): Contestant[] {
    return this.nets.filter((net) => net instanceof Contestant);
  }

  /** Some steps of every network, one of each in turn. */
  async train(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) for (const net of this.running) await net.step();
  }

  rewind(): void {
    for (const net of this.running) net.rewind();
  }

  /** @param close whether to look into the layers, which takes longer than a step */
  async standings(close: boolean): Promise<Standing[]> {
    const all: Standing[] = [];
    for (const net of this.nets) {
      if (!(net instanceof Contestant)) {
        all.push({ ...net, ms: NaN, losses: new Float32Array(), accuracies: new Float32Array() });
        continue;
      }
      all.push({
        name: net.name,
        ms: net.ms,
        losses: Float32Array.from(net.losses),
        accuracies: Float32Array.from(net.accuracies),
        decision: this.points && decision(net),
        layers: close ? await look(net) : undefined,
      });
    }
    return all;
  }

  dispose(): void {
    for (const net of this.running) net.dispose();
    this.lesson.dispose();
  }
}
