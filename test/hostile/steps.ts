/** Calls of heads in any order, against a list of the samples that a head should have. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { ArgumentError } from "../../src/tfjs/index.ts";
import { tf } from "../support/wasm.ts";
import { tensor } from "./matrices.ts";

/** Its label, and the number of its features among those that there are. */
export type Sample = readonly [label: string, at: number];
const features = [0, 1, 2, 3, 4, 5].map((at) => [Math.fround(Math.sin(3 * at)), at % 3, at % 2]);

/** The samples that a head should have, and whether it is disposed. */
export interface Kept {
  samples: Sample[];
  disposed: boolean;
}
/** One head, which a reload replaces by another one. */
export interface Holder<Head> {
  head: Head;
}

export const label = fc.constantFrom("a", "b", "toString");
export const sample = fc.tuple(label, fc.nat(features.length - 1));
export const has =
  (label: string) =>
  ({ samples }: Kept) =>
    samples.some(([own]) => own === label);
export const classesOf = ({ samples }: Kept) => [...new Set(samples.map(([label]) => label))];

/** Lends a tensor of samples. */
export async function given<T>(
  rows: readonly number[],
  job: (x: ReturnType<typeof tensor>) => T,
): Promise<Awaited<T>> {
  const x = tf.tensor2d(rows.map((at) => features[at]!));
  try {
    return await job(x as never);
  } finally {
    x.dispose();
  }
}

/** Runs a job that must fail in an ArgumentError, or must not. */
export async function ended(fails: boolean, job: () => unknown): Promise<void> {
  const error = await (async () => void (await job()))().catch((one: unknown) => one);
  if (fails) assert.instance(error, ArgumentError);
  else assert.is(error, undefined, String((error as Error)?.stack));
}

const enough = new Error("enough");
/** Runs a job that is aborted at its first progress; only then it may reject. */
export async function aborted(
  job: (run: { onProgress: () => void; signal: AbortSignal }) => unknown,
): Promise<void> {
  const stop = new AbortController();
  const run = { onProgress: () => stop.abort(enough), signal: stop.signal };
  const error = await (async () => void (await job(run)))().catch((one: unknown) => one);
  assert.ok(stop.signal.aborted || error instanceof ArgumentError, "no progress");
  if (error !== enough) throw error ?? new Error("it went on");
}

/** Makes steps; `holds` is asserted after each, while the head is not disposed. */
export const stepsOf =
  <Head>(holds: (head: Head, kept: Kept) => void) =>
  (
    name: string,
    fails: (kept: Kept) => boolean,
    job: (holder: Holder<Head>, kept: Kept) => unknown,
    after: (kept: Kept) => void = () => {},
  ): fc.AsyncCommand<Kept, Holder<Head>> => ({
    toString: () => name,
    check: () => true,
    async run(kept, holder) {
      const wrong = kept.disposed || fails(kept);
      await ended(wrong, () => job(holder, kept));
      if (!wrong) after(kept);
      if (!kept.disposed) holds(holder.head, kept);
    },
  });
