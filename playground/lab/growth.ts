/** A network that grows on the way, beside one that stays small and one that is big from the start. */
import { grow } from "tfjs-initializers";
import { Arena } from "./arena.ts";
import { Contestant, Lesson } from "./contestant.ts";
import type { Event, Growing } from "./growing.ts";
import { samplesOf, type Files } from "./samples.ts";
import type { Settings } from "./settings.ts";
import { start } from "./tf.ts";

export class Growth extends Arena {
  private grown = false;

  /** The big network has this many times the units of the small one. */
  static async create(settings: Settings, times: number, files?: Files): Promise<Growth> {
    await start();
    const lesson = new Lesson(await samplesOf(settings, files));
    const make = (label: string, width: number) =>
      Contestant.create("orthogonal", { ...settings, width }, lesson, label);
    const { width } = settings;
    const nets = [
      await make("grown", width),
      await make("small", width),
      await make("big", times * width),
    ];
    return new Growth(lesson, nets);
  }

  /** Grows the first network. If that fails, all is as it was. */
  async grow({ layer, units, method }: Growing): Promise<Event> {
    const net = this.nets[0] as Contestant;
    const { xs, ys } = this.lesson;
    const begin = performance.now();
    const step = net.losses.length - 1;
    const [loss] = net.evaluate();
    const { model, report } = await grow(net.model, {
      layer,
      units,
      method,
      xs,
      ys,
      seed: net.settings.seed + step,
    });
    net.adopt(model);
    const { before, after } = report[0]!.units;
    const ms = performance.now() - begin;
    const event = {
      layer,
      units,
      method,
      step,
      before,
      after,
      losses: [loss, net.evaluate()[0]] as const,
      ms,
    };
    this.grown = true;
    return event;
  }

  override async rewind(): Promise<void> {
    const [net] = this.nets as [Contestant];
    if (this.grown) {
      this.nets[0] = await Contestant.create(net.scheme, net.settings, this.lesson, net.name);
      net.dispose();
      this.grown = false;
    }
    await super.rewind();
  }
}
