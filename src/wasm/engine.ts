/**
 * Compiles and instantiates the embedded kernels, or throws the error that says why this engine cannot run them.
 *
 * Compiling and instantiating are synchronous, because `Initializer.apply` is. This file keeps compiled modules;
 * `memory.ts` keeps instances.
 */
import { outOfMemory } from "../arrays.ts";
import { ArgumentError, EngineError, show } from "../errors.ts";
import { characters, frequent, names, stamp } from "./binaries/index.ts";

export type Precision = "f32" | "f64";

/** The binaries of a room as assembly/build.js writes them: pieces of each precision's in turn. */
export interface Text {
  readonly room: string;
  readonly precisions: readonly Precision[];
  readonly pieces: readonly string[];
}

/** The custom section in which a binary states its name and the sources it was built from. */
const SECTION = "tfjs-initializers";
/** Initial memory of an instance in bytes: initialMemory in asconfig.json. */
const INITIAL = 2 * 2 ** 16;

const NEEDED = "needed are Chrome 115, Firefox 93, Safari 16.4, Node 18 or newer";

/** By the names that binaries carry, such as "orthogonal.f32". */
const modules = new Map<string, WebAssembly.Module>();
const replaced = new Map<string, BufferSource>();

/**
 * Provides kernels that the host compiled ahead of time, for hosts that allow no code to be compiled at run time
 * (workerd and other edge runtimes, a strict content security policy). Call it before the first use of the package,
 * once for each binary in use. f32.wasm computes in float32 and serves `orthogonal` and `install` without seeds;
 * everything else may need f64.wasm too. A module itself states which binary it is, and that it belongs to this
 * version.
 *
 *   import orthogonal from "tfjs-initializers/orthogonal.f32.wasm"; // as such hosts import a compiled module
 *   provideKernels(orthogonal);
 *
 * `orthogonal` and `install` without seeds need that one; docs/recipes.md says which functions need which. An EngineError
 * names the one that is missing.
 *
 * @throws ArgumentError if it is no WebAssembly.Module, or not one of this version's binaries
 */
export function provideKernels(module: WebAssembly.Module): void {
  const said = sectionOf(module);
  const name = names.find((name) => said === `${name} ${stamp}`);
  if (name === undefined) {
    const files = names.map((name) => `${name}.wasm`).join(", ");
    const expected = `one of ${files} of this version of tfjs-initializers (${stamp}), compiled`;
    throw new ArgumentError("module", expected, said ?? show(module));
  }
  modules.set(name, module);
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

/** For tests: replaces a binary (by the debug build, say); without bytes it is the embedded one again. */
export function useBinary(name: string, bytes?: BufferSource): void {
  if (bytes) replaced.set(name, bytes);
  else replaced.delete(name);
  modules.delete(name);
}

/**
 * Makes an instance and returns its exports.
 *
 * @throws EngineError if the engine cannot run the binary, MemoryError if it has no memory for an instance
 */
export function instantiate(text: Text, precision: Precision): WebAssembly.Exports {
  const name = `${text.room}.${precision}`;
  const module =
    modules.get(name) ?? compile(name, () => replaced.get(name) ?? decode(text, precision));
  modules.set(name, module);
  try {
    return new WebAssembly.Instance(module).exports;
  } catch (error) {
    throw explained(error, name);
  }
}

function compile(name: string, source: () => BufferSource): WebAssembly.Module {
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
    throw explained(error, name);
  }
}

/** Why valid kernels do not start. Engines tell it in words only, and each in an error of its own kind. */
function explained(error: unknown, name: string): Error {
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
      `policy, or hand over ${name}.wasm, compiled, by provideKernels (${said})`,
  );
}

/**
 * One of a room's binaries: of its pieces those of one precision. A frequent byte is one character, the others are
 * pairs, numbered in order, which the last two characters begin: half the text of hexadecimal digits, and a tenth less
 * of it after gzip.
 */
export function decode({ precisions, pieces }: Text, precision: Precision): BufferSource {
  const which = precisions.indexOf(precision);
  const text = pieces.filter((_, i) => i % precisions.length === which).join("");
  /** By code of a character: its byte, or ~k of the k-th of those that begin a pair. */
  const table = new Int16Array(128);
  for (let i = 0; i < characters.length; i++) {
    const single = i < frequent.length;
    table[characters.charCodeAt(i)] = single ? frequent[i]! : ~(i - frequent.length);
  }
  const others: number[] = [];
  for (let byte = 0; byte < 256; byte++) if (!frequent.includes(byte)) others.push(byte);

  const bytes = new Uint8Array(text.length);
  const { length } = text;
  let count = 0;
  for (let i = 0; i < length; i++) {
    let byte = table[text.charCodeAt(i)]!;
    if (byte < 0) byte = others[~byte * characters.length + characters.indexOf(text[++i]!)]!;
    bytes[count++] = byte;
  }
  return bytes.subarray(0, count);
}
