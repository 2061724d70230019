/** Calls of public functions that faults disturb. */
import { dispose, Tensor } from "@tensorflow/tfjs-core";

/**
 * Calls by the name of the function, or "name, case". Each makes what it needs and disposes it, returns plain numbers,
 * the same at each call, and after an error asserts that what it was given is as it was.
 */
export type Deeds = Record<string, () => unknown>;

/** The numbers of a result, whose tensors are disposed. */
export function numbers(found: unknown): unknown {
  try {
    return read(found);
  } finally {
    dispose(found as Tensor);
  }
}

function read(found: unknown): unknown {
  if (found instanceof Tensor) return { shape: [...found.shape], values: [...found.dataSync()] };
  if (ArrayBuffer.isView(found)) return [...(found as Float64Array)];
  if (Array.isArray(found)) return found.map(read);
  if (typeof found !== "object" || found === null) return found;
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, read(value)]));
}
