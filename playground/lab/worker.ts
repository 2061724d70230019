/** The worker in which all networks are built, trained and measured, so that the page never waits. */
import { expose } from "comlink";
import { Comparison } from "./compare.ts";
import { read, unpack, type Files } from "./samples.ts";
import type { Settings } from "./settings.ts";

let comparison: Comparison | undefined;
let files: Files | undefined;

/** One thing after the other: what the page asks for meanwhile waits. */
let last: Promise<unknown> = Promise.resolve();
function queued<A extends unknown[], R>(
  job: (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  return (...args) => {
    const next = last.then(() => job(...args));
    last = next.catch(() => {});
    return next;
  };
}

const lab = {
  /** Takes MNIST's or CIFAR-10's files. */
  give: queued(async (given: readonly File[]) => {
    const unpacked = new Map(
      await Promise.all(given.map(async (file) => [file.name, await unpack(file)] as const)),
    );
    read(unpacked);
    files = unpacked;
  }),

  compare: queued(async (settings: Settings) => {
    const next = await Comparison.create(settings, files);
    comparison?.dispose();
    comparison = next;
    return { points: next.points, standings: await next.standings(true) };
  }),
  /** Trains for some milliseconds, at least one step. */
  train: queued(async (ms: number) => {
    const until = performance.now() + ms;
    do await comparison!.train(1);
    while (performance.now() < until);
    return comparison!.standings(false);
  }),
  step: queued(async () => {
    await comparison!.train(1);
    return comparison!.standings(true);
  }),
  look: queued(() => comparison!.standings(true)),
  rewind: queued(() => {
    comparison!.rewind();
    return comparison!.standings(true);
  }),
};

export type Lab = typeof lab;
expose(lab);
