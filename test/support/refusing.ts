/** Refuses the package one of the typed arrays that it asks for, as an engine does that has no memory left. */
import { fileURLToPath } from "node:url";
import { isCalm } from "./calm.ts";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** The package's arrays since counting began, and which of them is refused. */
let asked = 0;
let refused = Infinity;

/** Is the line of code that makes an array the package's? Not a test's or TensorFlow.js's. */
function ours(): boolean {
  const [, , ...frames] = new Error().stack!.split("\n").slice(1); // after this one and the proxy's
  return frames.find((line) => /[/\\]/.test(line))?.includes(src) ?? false;
}

const kinds = ["Float32Array", "Float64Array", "Int32Array", "Int16Array", "Uint8Array"] as const;
for (const name of kinds) {
  const real = globalThis[name] as Float64ArrayConstructor;
  const watched: Float64ArrayConstructor = new Proxy(real, {
    construct(_, args, target) {
      // A view of memory that is there allocates nothing.
      if (
        counting &&
        !isCalm() &&
        !(args[0] instanceof ArrayBuffer) &&
        ours() &&
        asked++ === refused
      ) {
        throw new RangeError("Array buffer allocation failed");
      }
      return Reflect.construct(real, args, target === watched ? real : target);
    },
  });
  globalThis[name] = watched as never;
  // Where `map`, `slice` and their like look for what they make.
  real.prototype.constructor = watched;
}

let counting = false;

/** Runs a job whose k-th array is refused, from 0; returns how many it asked for. */
export async function refusing(k: number, job: () => unknown): Promise<number> {
  [asked, refused, counting] = [0, k, true];
  try {
    await job();
  } finally {
    [refused, counting] = [Infinity, false];
  }
  return asked;
}
