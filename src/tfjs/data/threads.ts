/** Node's worker threads, if this is Node: asked for without an import, over which bundlers would stumble. */

interface Port {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: never) => void): void;
  once(event: "message" | "error", listener: (message: never) => void): void;
  removeAllListeners(): void;
}

interface Threads {
  readonly Worker: new (url: URL) => Port & { terminate(): Promise<number> };
  readonly parentPort: Port | null;
}

interface Host {
  readonly process?: { getBuiltinModule?(name: "node:worker_threads"): Threads };
}

export const threads = (globalThis as Host).process?.getBuiltinModule?.("node:worker_threads");
