/** What a process holds: wasm memories and their arenas, typed arrays, the heap, all of it, and tensors. */
import type { Memory } from "./series.ts";

type Exports = { memory?: WebAssembly.Memory; mark?: () => number };

/** Every instance of our kernels that is still alive, with the top of its arena when it was new. */
const instances = new Map<WeakRef<Exports>, number>();

const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    const exports = this.exports as Exports;
    if (exports.mark) instances.set(new WeakRef(exports), exports.mark());
  }
};

const collect = globalThis.gc;
if (!collect) throw new Error("node --expose-gc");

/** After a full collection. WeakRefs are cleared once the current job has ended, hence the pause. */
export async function memory(
  tensors: () => { numTensors: number; numBytes: number },
): Promise<Memory> {
  for (let i = 0; i < 2; i++) {
    await new Promise((done) => setTimeout(done));
    collect!();
  }
  let wasm = 0;
  for (const [ref, top] of instances) {
    const exports = ref.deref();
    if (!exports) {
      instances.delete(ref);
      continue;
    }
    wasm += exports.memory!.buffer.byteLength;
    const now = exports.mark!();
    if (now !== top) throw new Error(`${now - top} bytes are left on an arena`);
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const { numTensors, numBytes } = tensors();
  return {
    wasm,
    heap: heapUsed,
    arrays: arrayBuffers,
    process: rss,
    tensors: numTensors,
    bytes: numBytes,
  };
}
