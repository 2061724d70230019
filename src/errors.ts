/**
 * The typed errors of the package. Each says what was wrong in words and in fields; after any of
 * them the package is as usable as before.
 */

/** An argument cannot be used: which, what was expected of it, what came. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";

  constructor(
    readonly argument: string,
    readonly expected: string,
    readonly actual: string,
  ) {
    super(`${argument}: expected ${expected}, got ${actual}`);
  }
}

/** An iteration did not converge within its limit; there is no result. */
export class ConvergenceError extends Error {
  override readonly name = "ConvergenceError";
}

/** A job needs more memory than WebAssembly (4 GiB) or the machine gives. Nothing was kept of it. */
export class MemoryError extends Error {
  override readonly name = "MemoryError";
}

/**
 * The engine does not run the kernels: WebAssembly is missing, has no SIMD, or may not be compiled here.
 * The message says which, and what to do.
 */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** How a value is shown in a message: short, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value) && value.length <= 8) return `[${value.join(", ")}]`;
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    return `${value.constructor.name} of length ${(value as unknown as ArrayLike<unknown>).length}`;
  }
  if (typeof value === "object" && value !== null)
    return `an object with ${Object.keys(value).slice(0, 6).join(", ") || "no keys"}`;
  return String(value);
}
