/** Refuses the package one of the typed arrays that it asks for, as an engine does that has no memory left. */
import { isCalm } from "./calm.ts";

const src = new URL("../../src/", import.meta.url).href;

/** The package's arrays since counting began, and which of them is refused. */
let asked = 0;
let refused = Infinity;

/** Frames that are looked at: two here, built-in ones such as that of `map`, and the one in question. */
const FRAMES = 6;
/** Code in files, and not the engine's own such as the methods of arrays. */
const inFile = (site: NodeJS.CallSite) => /[/\\]/.test(site.getFileName() ?? "");

/**
 * Is the line of code that makes an array the package's? Not a test's or TensorFlow.js's. The frames are read as they are,
 * because their text, with lines found by source maps, took a third of the time of all faults.
 */
function ours(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  Error.prepareStackTrace = (_, sites) => sites.slice(2).find(inFile)?.getFileName(); // after this one and the proxy's
  try {
    return new Error().stack?.startsWith(src) ?? false;
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
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
