/**
 * A worker of our own. A module by itself, imported when one is asked for: `import.meta` is what loaders of CommonJS,
 * such as Jest's, do not read.
 */
import { threads } from "./threads.ts";
import { listenTo, type Wire } from "./wire.ts";

/** Firefox collects a worker inside of a worker, busy or not, unless it is held. */
const held = new Set<object>();

/** @throws what the host throws where there can be none */
export function spawn(): Wire {
  // A classic script, such as the bundle for script tags, does not know where it lies.
  if (import.meta.url === undefined) throw new Error("a script that does not know its address");
  // Bundlers know this very form of words and see to the file.
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
