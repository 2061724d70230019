/** Node's worker threads, where the host is Node. The lookup avoids an import, which bundlers could not resolve. */

/** The used members of a worker thread. */
export interface Thread {
  postMessage(message: unknown): void;
  on(event: string, listener: (...values: any[]) => void): unknown;
  off(event: string, listener: (...values: any[]) => void): unknown;
}

interface Threads {
  readonly Worker: new (url: URL) => Thread & { terminate(): Promise<number> };
  readonly parentPort: Thread | null;
}

interface Host {
  readonly process?: { getBuiltinModule?(name: "node:worker_threads"): Threads };
}

export const threads = (globalThis as Host).process?.getBuiltinModule?.("node:worker_threads");
