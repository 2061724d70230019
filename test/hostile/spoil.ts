/** Good arguments with one or two things in them changed: an argument, an option, a number in the middle of a saved head. */
import fc from "fast-check";
import { tf } from "../support/wasm.ts";
import { bad, behind, fail, made, throwing, type Bad } from "./values.ts";

/** One change: where, of what kind, which of the variants, and what is put there. */
interface Change {
  readonly place: number;
  readonly kind: keyof typeof ways;
  readonly variant: number;
  readonly bad: Bad;
}

type Path = readonly (string | number)[];
type Way = (holder: object, key: string | number, change: Change) => void;

const define = (holder: object, key: string | number, get: () => unknown) =>
  void Reflect.defineProperty(holder, key, { get, enumerable: true, configurable: true });

/** Answers `first` for some reads, and then whatever `then` does. */
const turning = <T>(first: T, then: () => T, after: number) => {
  let reads = 0;
  return () => (reads++ < after ? first : then());
};
/** Among so many reads, the first one included, one is the last that is answered well. */
const READS = 6;

const ways = {
  bad: (holder, key, change) => Reflect.set(holder, key, made(change.bad)),
  near: (holder, key, { variant }) => Reflect.set(holder, key, neighbour(Reflect.get(holder, key), variant)), // prettier-ignore
  missing: (holder, key) => Reflect.deleteProperty(holder, key),
  "wrong case": (holder, key) => {
    const own = Reflect.get(holder, key);
    if (Array.isArray(holder) || ArrayBuffer.isView(holder)) return;
    Reflect.deleteProperty(holder, key);
    Reflect.set(holder, String(key).toUpperCase(), own);
  },
  unknown: (holder, _, { variant, bad }) =>
    Reflect.set(holder, ["sede", "toJSON", "then", "0"][variant % 4]!, made(bad)),
  "throws when read": (holder, key, { variant }) =>
    define(holder, key, turning(Reflect.get(holder, key), fail, variant % READS)),
  "changes between reads": (holder, key, { variant, bad }) => {
    const own = Reflect.get(holder, key);
    const other = variant % 2 ? neighbour(own, variant) : made(bad);
    define(
      holder,
      key,
      turning(own, () => other, variant % READS),
    );
  },
  "a proxy throws": (holder, key, { variant }) => {
    const own = Reflect.get(holder, key);
    if (typeof own !== "object" || own === null) return;
    const reading = turning<typeof Reflect.get>(Reflect.get, () => fail, variant % READS);
    const proxy = new Proxy(own, { get: (...read) => reading()(...read) as unknown });
    behind.set(proxy, behind.get(own) ?? own);
    Reflect.set(holder, key, proxy);
  },
} satisfies Record<string, Way>;

/** What is drawn at random. Proxies that throw are in `later` alone, so that seeds draw what they drew before. */
const drawn = (Object.keys(ways) as Change["kind"][]).filter((kind) => kind !== "a proxy throws");

/** What is done to a value itself, and not to the property that holds it. */
const inPlace: Change["kind"][] = ["near", "a proxy throws"];

const change: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(999),
  kind: fc.oneof(
    { arbitrary: fc.constant("bad" as const), weight: 6 },
    { arbitrary: fc.constant("near" as const), weight: 5 },
    { arbitrary: fc.constantFrom(...drawn), weight: 3 },
  ),
  variant: fc.nat(99),
  bad,
});
export const changes = fc.array(change, { minLength: 1, maxLength: 2, size: "max" });

/** What every function meets first, however few inputs it has: values that are others, or none, at a later reading. */
export const later: [Change[]][] = [1, 2, 3, 5].flatMap((place) =>
  (["changes between reads", "throws when read", "a proxy throws"] as const).map(
    (kind): [Change[]] => [[{ place, kind, variant: 2 * place - 1, bad: "NaN" }]],
  ),
);

/** A value that is almost this one; itself if there is none, as for what cannot be read, or not often enough. */
function neighbour(own: unknown, variant: number): unknown {
  if (behind.has(own as object)) return own;
  try {
    const found = near(own);
    return found.length > 0 ? found[variant % found.length]!() : own;
  } catch {
    return own;
  }
}

/** Values that are almost this one. */
function near(own: unknown): (() => unknown)[] {
  if (typeof own === "number") return [-own, own + 0.5, own * 1e300, own / 1e300, own + 1, own - 1, 0].map((x) => () => x).concat(() => String(own) as never, () => [own] as never, () => Object(own), () => BigInt(Math.trunc(own) || 0) as never, () => ({ valueOf: turning(own, () => own * 1000, 1) }) as never); // prettier-ignore
  if (typeof own === "boolean") return [() => String(own), () => Number(own), () => null, () => Object(own)]; // prettier-ignore
  if (typeof own === "string") return [own.toUpperCase(), ` ${own}`, own.slice(1), own.slice(0, -1), own + own, own.slice(0, own.length / 2)].map((x) => () => x).concat(() => [own] as never, () => Object(own)); // prettier-ignore
  if (typeof own === "function") return [() => () => {}, () => async () => NaN, () => () => own, () => () => { throw throwing; }]; // prettier-ignore
  if (own instanceof tf.Tensor) return tensors(own);
  if (own instanceof Float32Array || own instanceof Float64Array) return arrays(own);
  if (Array.isArray(own) && own.length > 1e6) return [];
  if (Array.isArray(own)) return [() => own.slice(1), () => [...own, own[0]], () => [own], () => Object.assign(Array(own.length + 1), own), () => Object.freeze([...own]), () => new Proxy(own, {}), () => ({ ...own, length: own.length }), () => [...own].reverse(), () => own.map(String)]; // prettier-ignore
  if (isPlain(own)) return [() => Object.assign(Object.create(null), own), () => Object.freeze({ ...own }), () => new Proxy(own, {}), () => [own], () => Object.create(own), () => JSON.stringify(Object.keys(own)), () => new Map(Object.entries(own))]; // prettier-ignore
  return typeof own === "object" && own !== null ? [() => new Proxy(own, {}), () => ({ ...own }), () => [own], () => Object.create(own)] : []; // prettier-ignore
}

function tensors(own: ReturnType<typeof tf.zeros>): (() => unknown)[] {
  if (own.isDisposed) return [];
  const rows = own.shape[0] ?? 0;
  return [
    () => tf.cast(own, "int32"),
    () => tf.cast(own, "bool"),
    () => tf.expandDims(own, 0),
    () => tf.reshape(own, [-1]),
    () => (own.rank ? tf.slice(own, 0, Math.max(0, rows - 1)) : tf.zeros([0])),
    () => tf.mul(own, Infinity),
    () => tf.mul(own, 1e38),
    () => tf.mul(own, 1e-42),
    () => tf.zerosLike(own),
    () => tf.onesLike(own),
    () => [own],
    () => own.arraySync(),
    () => own.dataSync(),
    () => Promise.resolve(own),
    () => Object.create(own),
    () => new Proxy(own, {}),
  ];
}

function arrays(own: Float32Array | Float64Array): (() => unknown)[] {
  const kind = own.constructor as Float64ArrayConstructor;
  const entry = (x: number, at = own.length >> 1) => () => kind.from(own, (y, i) => (i === at ? x : y)); // prettier-ignore
  const beside = () => {
    const wide = new kind(own.length + 3).fill(NaN);
    wide.set(own, 2);
    return wide.subarray(2, 2 + own.length);
  };
  return [
    ...[NaN, Infinity, -Infinity, -0, 0, 1e30, -3e38, 1e200, 1.7e308, 1e-40, 5e-324, 1e-300].map((x) => entry(x)), // prettier-ignore
    () => own.slice(1),
    () => own.map((x) => x * 1e30),
    () => own.map((x) => x * 1e-30),
    () => own.map((x) => x * 1e300),
    () => own.map((x) => x * 1e-310),
    () => own.map((x, i) => x * 10 ** (-5 * i)),
    () => own.map(() => own[0] ?? 0),
    () => Float32Array.from(own),
    () => Float64Array.from(own),
    () => [...own],
    () => Int32Array.from(own),
    beside,
    () => new Proxy(own, {}),
  ];
}

/** Whether there are places inside of a value: in plain objects and arrays. */
function isOpen(value: unknown): value is object {
  try {
    if (typeof value !== "object" || value === null) return false;
    return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  } catch {
    return false;
  }
}
const isPlain = (value: unknown): value is object => isOpen(value) && !Array.isArray(value);

/** How deep below an argument something is changed, and among how many elements of an array. */
const [DEEP, WIDE] = [6, 4];

/** The places in a value, its own first; getters are not called. */
function* places(value: unknown, path: Path): Generator<Path> {
  if (path.length > 0) yield path;
  if (path.length > DEEP || !isOpen(value)) return;
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value));
  const few = path.length > 0 && Array.isArray(value) ? entries.slice(0, WIDE) : entries;
  for (const [key, { enumerable, value: one }] of few)
    if (enumerable) yield* places(one, [...path, key]);
}

/** A copy with the same getters. */
function copied(value: object): object {
  const copy = Array.isArray(value) ? [] : {};
  for (const [key, own] of Object.entries(Object.getOwnPropertyDescriptors(value)))
    Reflect.defineProperty(copy, key, key === "length" && Array.isArray(value) ? own : { ...own, configurable: true, ...("value" in own && { writable: true }) }); // prettier-ignore
  return copy;
}

/** The arguments with the changes; containers on the way are copies. */
export function spoilt(values: readonly unknown[], all: readonly Change[]): unknown[] {
  const out = [...values];
  for (const one of all) {
    const found = [...places(out, [])];
    const path = found[one.place % Math.max(found.length, 1)];
    if (path === undefined) {
      out[0] = made(one.bad);
      continue;
    }
    let holder: object = out;
    for (const key of path.slice(0, -1)) {
      const copy = copied(Reflect.get(holder, key) as object);
      Reflect.set(holder, key, copy);
      holder = copy;
    }
    // The list of arguments is ours, and has no getters.
    const kind = holder === out && !inPlace.includes(one.kind) ? "bad" : one.kind;
    try {
      ways[kind](holder, path.at(-1)!, one);
    } catch (error) {
      // An earlier change has made this place one that cannot be read.
      if (error !== throwing) throw error;
    }
  }
  return out;
}
