/**
 * The arrays of the package. Their sizes are the user's, and what the engine refuses is a MemoryError;
 * so no other file makes a typed array with numbers of its own (`.ci/imports.ts` checks it).
 */
import { MemoryError } from "./errors.ts";

/** How many zeros, or what to copy. */
type Source<T> = number | ArrayLike<T>;
type Numbers = Float32Array | Float64Array | Int32Array;

/** `count` zeros, a copy of `source`, or what `map` makes of its entries; or a MemoryError. */
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

/** How many of the numbers pass, without an array of them. */
export function countOf(
  values: Float32Array | Float64Array,
  passes: (x: number) => boolean,
): number {
  let count = 0;
  for (const x of values) if (passes(x)) count++;
  return count;
}

/** The error for memory that cannot be had. */
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

/** Nothing but the allocation is tried here: a RangeError of `map` is the caller's. */
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
