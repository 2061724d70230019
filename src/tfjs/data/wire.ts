/** Web Workers and worker threads of Node, seen alike. */
import { ArgumentError, show } from "../../errors.ts";
import type { Thread } from "./threads.ts";

export interface Wire {
  /** Whether the worker is ours, to end it. */
  readonly own: boolean;
  send(message: unknown): void;
  /**
   * @param failed with a reason, when nothing more will come
   * @returns ends it
   */
  listen(heard: (message: unknown) => void, failed: (why: string) => void): () => void;
  close(): void;
}

/**
 * The wire to a worker; its user ends it.
 *
 * @throws ArgumentError for what is none
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
      event.preventDefault(); // it is told by a rejection
      // An error without a message is that of a file which is not there, or not allowed.
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
