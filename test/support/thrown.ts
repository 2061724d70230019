import * as assert from "uvu/assert";
import { ArgumentError, MemoryError } from "../../src/errors.ts";

/** Runs a job that must throw an error of this class, and returns the error; any other outcome fails the test. */
export function thrown<E extends Error>(
  kind: new (...values: never[]) => E,
  job: () => unknown,
): E {
  try {
    job();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  return assert.unreachable(`no ${kind.name}`) as never;
}

/** Checks that a job throws an ArgumentError that names the argument and says what came. */
export function refused(argument: string, job: () => unknown): ArgumentError {
  const error = thrown(ArgumentError, job);
  assert.is(error.argument, argument);
  assert.is(error.message, `${argument}: expected ${error.expected}, got ${error.actual}`);
  return error;
}

/** Checks that a job whose result no memory can hold is refused at once, for want of memory or for its shape. */
export function tooLarge(job: () => unknown): void {
  const start = performance.now();
  const error = thrown(Error, job);
  if (error instanceof ArgumentError) assert.is(error.argument, "shape");
  else assert.instance(error, MemoryError, String(error));
  assert.ok(performance.now() - start < 1000, "took its time");
}
