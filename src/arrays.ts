/**
 * The typed arrays of the package. Their sizes come from the user, and an allocation that the JavaScript engine refuses
 * must become a MemoryError. Therefore no other file makes a typed array of numbers (`.ci/imports.ts` checks this).
 */
import { MemoryError } from "./errors.ts";

/** A number of zeros, or an array to copy. */
type Source<T> = number | ArrayLike<T>;
type Numbers = Float32Array | Float64Array | Int32Array;

/**
 * Makes an array of `source` zeros, a copy of `source`, or the values of `map` for the entries of `source`; throws a
 * MemoryError when it cannot be allocated.
 */
export function float32(source: Source<number>): Float32Array;
export function float32<T>(source: ArrayLike<T>, map: (x: T, i: number) => number): Float32Array;
export function float32<T>(source: Source<T>, map?: (x: T, i: number) => number): Float32Array {
  return filled(Float32Array, source, map);
}

/** As `float32`. */
export function float64(source: Source<number>): Float64Array;
export function float64<T>(source: ArrayLike<T>, map: (x: T, i: number) => number): Float64Array;
export function float64<T>(source: Source<T>, map?: (x: T, i: number) => number): Float64Array {
  return filled(Float64Array, source, map);
}

/** As `float32`. */
export function int32(source: Source<number>): Int32Array {
  return filled(Int32Array, source, undefined);
}

/** The bytes of numbers as text. */
export function base64({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const parts: string[] = [];
  // Arguments of a call are on the stack, so they come in pieces.
  for (let at = 0; at < byteLength; at += PIECE) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  }
  return btoa(parts.join(""));
}

const PIECE = 8192;

/** The numbers of a text that `base64` made; undefined if it is no such text. */
export function singlesOf(text: string): Float32Array | undefined {
  return decoded(text, Float32Array);
}

/** As `singlesOf`. */
export function doublesOf(text: string): Float64Array | undefined {
  return decoded(text, Float64Array);
}

function decoded<A extends Float32Array | Float64Array>(
  text: string,
  kind: { new (count: number): A; BYTES_PER_ELEMENT: number },
): A | undefined {
  let characters: string;
  try {
    characters = atob(text);
  } catch {
    return undefined;
  }
  const count = characters.length / kind.BYTES_PER_ELEMENT;
  if (!Number.isInteger(count)) return undefined;
  const out = allocated(kind, count);
  const bytes = new Uint8Array(out.buffer);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return out;
}

/** The number of entries that pass, without making an array of them. */
export function countOf(
  values: Float32Array | Float64Array,
  passes: (x: number) => boolean,
): number {
  let count = 0;
  for (const x of values) if (passes(x)) count++;
  return count;
}

/** Whether there is neither a NaN nor an infinity. A plain loop, as calling a function for every number takes far longer. */
export function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return false;
  return true;
}

/** The error for memory that is not available. */
export function outOfMemory(bytes: number, why = ""): MemoryError {
  const size =
    bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return new MemoryError(`${size} more cannot be had${why}`);
}

function filled<A extends Numbers, T>(
  kind: { new (count: number): A; BYTES_PER_ELEMENT: number },
  source: Source<T>,
  map: ((x: T, i: number) => number) | undefined,
): A {
  const count = typeof source === "number" ? source : source.length;
  const out = allocated(kind, count);
  if (typeof source === "number") return out;
  if (map) for (let i = 0; i < count; i++) out[i] = map(source[i]!, i);
  else out.set(source as ArrayLike<number>);
  return out;
}

/** Only the allocation is inside the try block: a RangeError of `map` belongs to the caller. */
function allocated<A>(
  kind: { new (count: number): A; BYTES_PER_ELEMENT: number },
  count: number,
): A {
  try {
    return new kind(count);
  } catch {
    throw outOfMemory(count * kind.BYTES_PER_ELEMENT);
  }
}
