/**
 * Compiles and instantiates the embedded kernels, or throws the error that says why this engine cannot run them.
 *
 * Compiling and instantiating are synchronous, because `Initializer.apply` is. This file keeps compiled modules;
 * `memory.ts` keeps instances.
 */
import { outOfMemory } from "../arrays.ts";
import { ArgumentError, EngineError, show } from "../errors.ts";
import binaries, { stamp } from "./binaries.ts";

/** The names that the binaries carry, in the order of binaries.ts. */
const names = ["f32", "f64"] as const;
export type Name = (typeof names)[number];

/** The custom section in which a binary states its name and the sources it was built from. */
const SECTION = "tfjs-initializers";
/** Initial memory of an instance in bytes: initialMemory in asconfig.json. */
const INITIAL = 2 * 2 ** 16;

const NEEDED = "needed are Chrome 115, Firefox 93, Safari 16.4, Node 18 or newer";

const sources: Record<Name, () => BufferSource> = { f32: () => decode(0), f64: () => decode(1) };
const modules: Partial<Record<Name, WebAssembly.Module>> = {};

/**
 * Provides kernels that the host compiled ahead of time, for hosts that allow no code to be compiled at run time
 * (workerd and other edge runtimes, a strict content security policy). Call it before the first use of the package,
 * once for each binary in use. f32.wasm computes in float32 and serves `orthogonal` and `install` without seeds;
 * everything else may need f64.wasm too. A module itself states which binary it is, and that it belongs to this
 * version.
 *
 * @param module f32.wasm or f64.wasm of this version, compiled
 * @throws ArgumentError if it is not a WebAssembly.Module, or not one of this version's binaries
 * @example
 *   import f32 from "tfjs-initializers/f32.wasm"; // as such hosts import a compiled module
 *   provideKernels(f32);
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

/** The identification that a module carries; `undefined` if the module is not from this package. */
function sectionOf(module: WebAssembly.Module): string | undefined {
  // The module may come from another realm, so this asks the engine instead of using `instanceof`.
  let sections: ArrayBuffer[];
  try {
    sections = WebAssembly.Module.customSections(module, SECTION);
  } catch {
    return undefined;
  }
  return sections[0] && String.fromCharCode(...new Uint8Array(sections[0]));
}

/** For tests: replaces a binary, for example by the debug build; without bytes the embedded binary is used again. */
export function useBinary(name: Name, bytes?: BufferSource): void {
  sources[name] = bytes ? () => bytes : () => decode(names.indexOf(name));
  delete modules[name];
}

/**
 * Makes an instance and returns its exports.
 *
 * @throws EngineError if the engine cannot run the binary, MemoryError if it has no memory for an instance
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

/** The reason why valid kernels do not start. Engines report it only in words, each in its own class of error. */
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

/** Decodes one of the embedded binaries, whose text holds their hexadecimal digits in alternating pieces. */
function decode(which: number): Uint8Array<ArrayBuffer> {
  const hex = binaries.filter((_, i) => i % names.length === which).join("");
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
