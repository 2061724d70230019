/** Jobs that are aborted in the course of their work. */
import * as assert from "uvu/assert";

interface Running {
  signal: AbortSignal;
  onProgress(done: number, ...rest: any[]): void;
}

/**
 * Aborts a job as soon as it tells that `at` is done, with 0 before it begins. It must fail with the signal's reason; returns
 * all that it told of its progress.
 */
export async function aborted(at: number, job: (run: Running) => Promise<unknown>) {
  const [stop, reason] = [new AbortController(), new Error("enough")];
  if (at === 0) stop.abort(reason);
  const told: [done: number, ...rest: any[]][] = [];
  const onProgress: Running["onProgress"] = (done, ...rest) => {
    told.push([done, ...rest]);
    if (done === at) stop.abort(reason);
  };
  assert.is(await job({ signal: stop.signal, onProgress }).catch((error: unknown) => error), reason); // prettier-ignore
  return told;
}
