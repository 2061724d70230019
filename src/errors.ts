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

/** A matrix that is to be inverted is exactly singular: there is no result. */
export class SingularError extends Error {
  override readonly name = "SingularError";

  constructor(
    readonly argument: string,
    /** The first pivot that is zero, from 1: columns up to this one are linearly dependent. */
    readonly pivot: number,
  ) {
    super(`${argument}: expected a regular matrix, got a singular one: pivot ${pivot} is zero`);
  }
}

/** A job needs more memory than WebAssembly (4 GiB) or the machine gives. Nothing was kept of it. */
export class MemoryError extends Error {
  override readonly name = "MemoryError";
}

/**
 * The engine does not run the kernels: WebAssembly is missing, has no SIMD, or may not be compiled here; or it stopped
 * one of them in the middle. The message says which, and what to do.
 */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** How a value is shown in a message: short, whatever it is, and never an error of its own. */
export function show(value: unknown): string {
  try {
    return shown(value, 0);
  } catch {
    // A revoked proxy, or a getter that throws.
    return `a value that cannot be read (${typeof value})`;
  }
}

/** Elements of arrays are shown down to this depth; a cycle ends there. */
const DEEPEST = 2;

function shown(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value) && value.length <= 8 && depth < DEEPEST) {
    return `[${Array.from(value, (one) => shown(one, depth + 1)).join(", ")}]`;
  }
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    const { length, byteLength } = value as unknown as { length?: number; byteLength?: number };
    return length === undefined ? `${kind} of ${byteLength} bytes` : `${kind} of length ${length}`;
  }
  const { shape, dtype } = value as { shape?: unknown; dtype?: unknown };
  if (Array.isArray(shape) && typeof dtype === "string") return `a tensor of shape [${shape.slice(0, 8)}]`; // prettier-ignore
  const keys = Object.keys(value).slice(0, 6);
  return `an object with ${keys.map((key) => key.slice(0, 40)).join(", ") || "no keys"}`;
}
