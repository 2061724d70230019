/** How a call fails at what its caller does, and leaves nothing behind. */
import * as assert from "uvu/assert";
import { ArgumentError } from "../../../src/errors.ts";
import { tf } from "../../support/wasm.ts";

export const own = new Error("the caller's own");
export const rejected = () => Promise.reject(own);
export const throws = () => {
  throw own;
};

export async function caught(job: () => Promise<unknown>): Promise<unknown> {
  let found: unknown;
  try {
    found = await job();
  } catch (error) {
    return error;
  }
  return assert.unreachable(`no error, but ${JSON.stringify(found)?.slice(0, 100)}`);
}

/** Runs a job that must fail, and checks that nothing is left of it. */
export async function failing(what: string, job: () => Promise<unknown>): Promise<unknown> {
  const before = tf.memory().numTensors;
  const error = await caught(job);
  assert.is(
    tf.memory().numTensors,
    before,
    `${what}: left tensors, after ${(error as Error)?.stack}`,
  );
  return error;
}

export function assertKnown(error: unknown, what = ""): void {
  assert.ok(error === own || error instanceof ArgumentError, `${what}: ${(error as Error)?.stack}`);
}
