/**
 * From the embedded text to running kernels, or to the error that says why this engine cannot run them.
 *
 * Compiling and instantiating are synchronous, because `Initializer.apply` is. Compiled modules are kept,
 * instances are `memory.ts`'s.
 */
import { outOfMemory } from "../arrays.ts";
import { ArgumentError, EngineError, show } from "../errors.ts";
import binaries, { stamp } from "./binaries.ts";

/** The binaries, in the order of binaries.ts, by the names that they carry. */
const names = ["f32", "f64"] as const;
export type Name = (typeof names)[number];

/** The custom section in which a binary says its name and of which sources it is. */
const SECTION = "tfjs-initializers";
/** Memory that an instance starts with: asconfig.json's initialMemory, in bytes. */
const INITIAL = 2 * 2 ** 16;

const NEEDED = "needed are Chrome 115, Firefox 93, Safari 16.4, Node 18 or newer";

const sources: Record<Name, () => BufferSource> = { f32: () => decode(0), f64: () => decode(1) };
const modules: Partial<Record<Name, WebAssembly.Module>> = {};

/**
 * Hands over kernels that the host compiled ahead of time, where it allows no code to be compiled at run time
 * (workerd and other edge runtimes, a strict content security policy). Call it once for each binary that is
 * used, before the first call: which one a module is, and that it belongs to this version, it says itself.
 *
 *   import f32 from "tfjs-initializers/f32.wasm"; // as such hosts import a compiled module
 *   provideKernels(f32);
 *
 * f32.wasm computes in float32 and serves `orthogonal` and `install` without seeds; all else may need f64.wasm too.
 *
 * @throws ArgumentError if it is no WebAssembly.Module, or not one of this version's binaries
 */
export function provideKernels(module: WebAssembly.Module): void {
  const said = sectionOf(module);
  const name = names.find((name) => said === `${name} ${stamp}`);
  if (name === undefined) {
    const expected = `f32.wasm or f64.wasm of this version of tfjs-initializers (${stamp}), compiled`;
    throw new ArgumentError("module", expected, said ?? show(module));
  }
  modules[name] = module;
}

/** What a module says of itself: `undefined` if it is none of ours. */
function sectionOf(module: WebAssembly.Module): string | undefined {
  // Its own class may be another realm's, so this asks the engine instead of `instanceof`.
  let sections: ArrayBuffer[];
  try {
    sections = WebAssembly.Module.customSections(module, SECTION);
  } catch {
    return undefined;
  }
  return sections[0] && String.fromCharCode(...new Uint8Array(sections[0]));
}

/** For tests: replaces a binary (by the debug build, say); without bytes it is the embedded one again. */
export function useBinary(name: Name, bytes?: BufferSource): void {
  sources[name] = bytes ? () => bytes : () => decode(names.indexOf(name));
  delete modules[name];
}

/**
 * The exports of a new instance.
 *
 * @throws EngineError if the engine cannot run it, MemoryError if it has no memory for it
 */
export function instantiate(name: Name): WebAssembly.Exports {
  const module = (modules[name] ??= compile(sources[name]));
  try {
    return new WebAssembly.Instance(module).exports;
  } catch (error) {
    throw explained(error);
  }
}

function compile(source: () => BufferSource): WebAssembly.Module {
  if (typeof globalThis.WebAssembly?.Module !== "function") {
    throw new EngineError(`WebAssembly is missing, or turned off, in this engine; ${NEEDED}`);
  }
  const bytes = source();
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (!WebAssembly.validate(bytes)) {
      throw new EngineError(`WebAssembly has no SIMD in this engine; ${NEEDED}`);
    }
    throw explained(error);
  }
}

/** Why valid kernels do not start. Engines tell it in words only, and each in an error of its own kind. */
function explained(error: unknown): Error {
  const said = String(error);
  if (/main thread/.test(said)) {
    return new EngineError(
      "this engine (Chrome before 115) compiles no WebAssembly above 4 KB synchronously on the main thread: " +
        `work in a Web Worker, or update it; ${NEEDED} (${said})`,
    );
  }
  // Firefox throws the words "out of memory" or an InternalError, the others a RangeError.
  if (/out of memory|RangeError|InternalError/i.test(said))
    return outOfMemory(INITIAL, ` for WebAssembly (${said})`);
  return new EngineError(
    `WebAssembly may not be compiled here: allow it by "script-src 'wasm-unsafe-eval'" in the content security ` +
      `policy, or hand over compiled modules by provideKernels (${said})`,
  );
}

/** One of the embedded binaries: every other piece of hexadecimal text. */
function decode(which: number): Uint8Array<ArrayBuffer> {
  const hex = binaries.filter((_, i) => i % names.length === which).join("");
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
