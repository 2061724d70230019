/** The worker in which all networks are built, trained and measured, so that the page never waits. */
import { expose } from "comlink";
import { Arena } from "./arena.ts";
import type { Growing } from "./growing.ts";
import { Growth } from "./growth.ts";
import type { Row } from "./measure.ts";
import { Teaching } from "./teaching.ts";
import { read, unpack, type Files } from "./samples.ts";
import type { Settings } from "./settings.ts";

let arena: Arena | undefined;
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

let teaching: Promise<Teaching> | undefined;
const teacher = () => (teaching ??= Teaching.create());

async function enter(next: Arena) {
  arena?.dispose();
  arena = next;
  // All that the page may need is there before it goes offline.
  void measuring();
  return { points: next.points, standings: await next.standings(true) };
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

  compare: queued(async (settings: Settings) => enter(await Arena.compare(settings, files))),
  growth: queued(async (settings: Settings, times: number) =>
    enter(await Growth.create(settings, times, files)),
  ),
  grow: queued(async (growing: Growing) => {
    const event = await (arena as Growth).grow(growing);
    return { event, standings: await arena!.standings(true) };
  }),

  teach: queued(async (pixels: Float32Array, label: string) =>
    (await teacher()).teach(pixels, label),
  ),
  guess: queued(async (pixels: Float32Array) => (await teacher()).guess(pixels)),
  forget: queued(async (label: string) => (await teacher()).forget(label)),
  taught: queued(async () => (await teacher()).taught),
  taughtModel: queued(async () => (await teacher()).model()),

  /** Trains for some milliseconds, at least one step. */
  train: queued(async (ms: number) => {
    const until = performance.now() + ms;
    do await arena!.train(1);
    while (performance.now() < until);
    return arena!.standings(false);
  }),
  step: queued(async () => {
    await arena!.train(1);
    return arena!.standings(true);
  }),
  look: queued(() => arena!.standings(true)),
  rewind: queued(async () => {
    await arena!.rewind();
    return arena!.standings(true);
  }),

  cases: queued(async () => (await measuring()).names()),
  measure: queued(
    async (wanted: readonly string[], tell: (rows: readonly Row[]) => Promise<boolean>) =>
      (await measuring()).measureAll(wanted, tell),
  ),
};

/** The benchmarks, which come in a file of their own, after what the first panel needs. */
const measuring = () => import("./measure.ts");

export type Lab = typeof lab;
expose(lab);
