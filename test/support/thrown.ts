import * as assert from "uvu/assert";
import { ArgumentError, MemoryError } from "../../src/errors.ts";

/** The error of a job that must fail with one of this kind; any other is a crash of the test. */
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

/** The job must be refused with an ArgumentError that names the argument and says what came. */
export function refused(argument: string, job: () => unknown): ArgumentError {
  const error = thrown(ArgumentError, job);
  assert.is(error.argument, argument);
  assert.is(error.message, `${argument}: expected ${error.expected}, got ${error.actual}`);
  return error;
}

/** What no memory can hold must be refused as such, or as a shape beyond the integers, and at once. */
export function tooLarge(job: () => unknown): void {
  const start = performance.now();
  const error = thrown(Error, job);
  if (error instanceof ArgumentError) assert.is(error.argument, "shape");
  else assert.instance(error, MemoryError, String(error));
  assert.ok(performance.now() - start < 1000, "took its time");
}
