/** Where equations are solved: here, or off the main thread. The bits are the same. */
import { ArgumentError, ConvergenceError, MemoryError } from "../../errors.ts";
import { encode, type Encoding, type Equation } from "../../init/encoder/encode.ts";
import { threads } from "./threads.ts";
import type { Answer, Failure, Question } from "./worker.ts";

export interface Solver {
  solve(equation: Equation): Promise<Encoding>;
  close(): void;
}

/** What a Web Worker and a worker thread have in common, once their events look alike. */
interface Line {
  send(question: Question): void;
  listen(answered: (answer: Answer) => void, failed: (error: Error) => void): void;
  close(): void;
}

/** Questions asked so far: a worker of the user's may still be busy with one of a run that was aborted. */
let asked = 0;

/**
 * @param worker `true`: a worker of our own; or a Web Worker that runs "tfjs-initializers/worker"
 * @param signal rejects what is under way at once
 * @throws ArgumentError where a worker of our own cannot be had
 */
export function solver(worker: boolean | Worker, signal: AbortSignal | undefined): Solver {
  if (worker === false) return { solve: async (equation) => encode(equation), close: () => {} };
  const line = worker === true ? open() : web(worker, () => {});
  const closing = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(signal!.reason);
    signal?.addEventListener("abort", stop, { signal: closing.signal });
  });
  aborted.catch(() => {}); // also where nobody waits
  const answer = (equation: Equation): Promise<Encoding> =>
    new Promise((resolve, reject) => {
      const id = asked++;
      line.listen((answer) => {
        if (answer.id !== id) return;
        if ("error" in answer) reject(rebuilt(answer.error));
        else resolve(answer.encoding);
      }, reject);
      line.send({ id, equation });
    });
  return {
    solve: (equation) => Promise.race([answer(equation), aborted]),
    close() {
      closing.abort();
      line.close();
    },
  };
}

/** A worker of our own, of the kind that there is. */
function open(): Line {
  // A classic script, such as the bundle for script tags, does not know where it lies.
  if (import.meta.url === undefined) {
    throw new ArgumentError("worker", 'a Worker that runs "tfjs-initializers/worker"', "true");
  }
  // Bundlers know this very form of words and see to the file.
  if (!threads) {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    return web(worker, () => worker.terminate());
  }
  const thread = new threads.Worker(new URL("./worker.js", import.meta.url));
  return {
    send: (question) => thread.postMessage(question),
    listen(answered, failed) {
      thread.removeAllListeners();
      thread.on("message", answered);
      thread.once("error", failed);
    },
    close: () => void thread.terminate(),
  };
}

function web(worker: Worker, close: () => void): Line {
  return {
    send: (question) => worker.postMessage(question),
    listen(answered, failed) {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => answered(data);
      worker.onerror = ({ message }) =>
        failed(new Error(`the worker of initializeFromData failed: ${message}`));
    },
    close,
  };
}

function rebuilt({ name, message, argument, expected, actual }: Failure): Error {
  switch (name) {
    case "ArgumentError":
      return new ArgumentError(argument!, expected!, actual!);
    case "ConvergenceError":
      return new ConvergenceError(message);
    case "MemoryError":
      return new MemoryError(message);
    default:
      return new Error(message);
  }
}
