/**
 * Starts a worker of this package. This is a module of its own, imported only when a worker is needed, because loaders
 * of CommonJS, such as Jest's, cannot read `import.meta`.
 */
import { threads } from "./threads.ts";
import { listenTo, type Wire } from "./wire.ts";

/** Running workers. Firefox collects a worker that another worker started, even a busy one, unless it is referenced. */
const held = new Set<object>();

/** @throws the host's error where no worker can be started */
export function spawn(): Wire {
  // A classic script, such as the bundle for script tags, does not know its own address.
  if (import.meta.url === undefined) throw new Error("a script that does not know its address");
  // Bundlers recognize exactly this expression and bundle the worker's file.
  const worker = threads
    ? new threads.Worker(new URL("./worker.js", import.meta.url))
    : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  held.add(worker);
  return {
    ...listenTo(worker),
    own: true,
    close() {
      held.delete(worker);
      void worker.terminate();
    },
  };
}
