/** One interface to Web Workers and to worker threads of Node. */
import { ArgumentError, show } from "../../errors.ts";
import type { Thread } from "./threads.ts";

export interface Wire {
  /** Whether this package started the worker and has to end it. */
  readonly own: boolean;
  send(message: unknown): void;
  /**
   * Starts to listen to the worker.
   *
   * @param heard called with every message
   * @param failed called with a reason when no more messages will come
   * @returns a function that stops listening
   */
  listen(heard: (message: unknown) => void, failed: (why: string) => void): () => void;
  close(): void;
}

/**
 * The wire to a worker of the user's, who also ends the worker.
 *
 * @throws ArgumentError if `worker` is no worker
 */
export function listenTo(worker: Worker | Thread): Wire {
  const { postMessage, addEventListener, on } = (worker ?? {}) as Partial<Worker & Thread>;
  const heard = [postMessage, addEventListener ?? on].every((one) => typeof one === "function");
  if (!heard) throw new ArgumentError("worker", "a boolean or a Worker", show(worker));
  const listen = addEventListener ? web(worker as Worker) : node(worker as Thread);
  return { own: false, send: (message) => worker.postMessage(message), listen, close: () => {} };
}

const UNREADABLE = "an answer that cannot be read";

function web(worker: Worker): Wire["listen"] {
  return (heard, failed) => {
    const over = new AbortController();
    const { signal } = over;
    worker.addEventListener("message", ({ data }) => heard(data), { signal });
    worker.addEventListener("messageerror", () => failed(UNREADABLE), { signal });
    const stumbled = (event: ErrorEvent) => {
      event.preventDefault(); // the error is reported by a rejected promise instead
      // An error without a message means that the worker's file is missing or not allowed.
      failed(event.message || "one that cannot be loaded");
    };
    worker.addEventListener("error", stumbled, { signal });
    return () => over.abort();
  };
}

function node(worker: Thread): Wire["listen"] {
  return (heard, failed) => {
    const listeners = {
      message: heard,
      messageerror: () => failed(UNREADABLE),
      error: (error: unknown) => failed(error instanceof Error ? error.message : String(error)),
      exit: (code: number) => failed(`one that ended, with code ${code}`),
    };
    for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
    return () => {
      for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
    };
  };
}
