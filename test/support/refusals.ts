/** Stubs of WebAssembly that refuse the kernels, with the messages of real engines. */
import { EngineError, MemoryError } from "../../src/errors.ts";

const real = WebAssembly;

interface Refusal {
  stub: object | undefined;
  kind: typeof EngineError | typeof MemoryError;
  /** The message must name the cause and a remedy. */
  says: RegExp;
}

/** WebAssembly with one constructor replaced by one that throws; the static functions stay. */
function engine(name: "Module" | "Instance", error: unknown, changes: object = {}): object {
  const constructor = function () {
    throw error;
  };
  Object.setPrototypeOf(constructor, real[name]);
  return Object.assign(Object.create(real), { [name]: constructor, ...changes });
}

const onMainThread = (what: string) =>
  new RangeError(
    `${what} is disallowed on the main thread, if the buffer size is larger than 4KB. Use WebAssembly.compile, ` +
      "or compile on a worker thread.",
  );

export const refusals = {
  "WebAssembly is missing": { stub: undefined, kind: EngineError, says: /missing.*Chrome 115/ },
  "WebAssembly is an empty object": { stub: {}, kind: EngineError, says: /missing.*Chrome 115/ },
  "no SIMD": {
    stub: engine("Module", new real.CompileError("invalid value type 's128'"), {
      validate: () => false,
    }),
    kind: EngineError,
    says: /no SIMD.*Safari 16.4/,
  },
  "Chrome before 115 on the main thread": {
    stub: engine("Module", onMainThread("WebAssembly.Compile")),
    kind: EngineError,
    says: /Chrome before 115.*Web Worker/,
  },
  "the same at instantiation": {
    stub: engine("Instance", onMainThread("WebAssembly.Instance")),
    kind: EngineError,
    says: /Chrome before 115.*Web Worker/,
  },
  "code generation is forbidden": {
    stub: engine(
      "Module",
      new real.CompileError("WebAssembly.Module(): Wasm code generation disallowed by embedder"),
    ),
    kind: EngineError,
    says: /wasm-unsafe-eval.*provideKernels.*embedder/,
  },
  "forbidden by an EvalError": {
    stub: engine("Module", new EvalError("Refused to create a WebAssembly object")),
    kind: EngineError,
    says: /wasm-unsafe-eval.*provideKernels/,
  },
  "no memory for the code": {
    stub: engine("Module", new RangeError("WebAssembly.Module(): Out of memory: wasm code commit")),
    kind: MemoryError,
    says: /cannot be had/,
  },
  "no memory for an instance": {
    stub: engine(
      "Instance",
      new RangeError(
        "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance",
      ),
    ),
    kind: MemoryError,
    says: /0\.1 MiB more cannot be had/,
  },
  "no memory, in Firefox's words": {
    stub: engine("Instance", "out of memory"),
    kind: MemoryError,
    says: /cannot be had/,
  },
} satisfies Record<string, Refusal>;

/** Runs a job while `stub` replaces WebAssembly. */
export function without(stub: object | undefined, job: () => void): void {
  globalThis.WebAssembly = stub as typeof WebAssembly;
  try {
    job();
  } finally {
    globalThis.WebAssembly = real;
  }
}
