/** Values that nobody should give, by name, each made afresh; and those that are near to good ones. */
import fc from "fast-check";
import { tf } from "../support/wasm.ts";

/** What getters and functions of ours throw, to be told from errors of the package. */
export const throwing = new Error("the caller's own");
// Promises of ours that nobody waits for may be rejected with it. The wasm backend's listener would end the process.
process.removeAllListeners("unhandledRejection");
process.on("unhandledRejection", (error) => {
  if (error !== throwing) throw error;
});
export const fail = (): never => {
  throw throwing;
};

/** What is behind a proxy that throws when it is read, for those who want to see it and not to be seen. */
export const behind = new WeakMap<object, object>();

const none = { rows: 0, cols: 2 ** 53 - 1, data: new Float32Array(0) };
const cyclic = (): unknown => {
  const list: unknown[] = [1];
  list.push(list, { list });
  return list;
};
const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const detached = (): unknown => {
  const data = new Float64Array(9);
  structuredClone(data, { transfer: [data.buffer] });
  return { rows: 3, cols: 3, data };
};
const shrunk = (): unknown => {
  const buffer = new (ArrayBuffer as new (bytes: number, options: object) => ArrayBuffer)(72, {
    maxByteLength: 144,
  });
  const data = new Float64Array(buffer, 0, 9);
  (buffer as unknown as { resize(bytes: number): void }).resize?.(16);
  return { rows: 3, cols: 3, data };
};
const disposed = (): unknown => {
  const one = tf.zeros([2, 2]);
  one.dispose();
  return one;
};
const deep = () => JSON.parse(`${'{"a":['.repeat(2000)}1${"]}".repeat(2000)}`) as unknown;
const dead = (): unknown => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ name: "gone", units: 2, inputShape: [3] })],
  });
  model.dispose();
  return model;
};

const numbers = [
  NaN, Infinity, -Infinity, -1, 0, -0, 0.5, 1, 2, 3, 7, 1e-45, 5e-324, 2 ** -149, 1e39, -1e308, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53,
]; // prettier-ignore
const texts = ["", "x", "1", "NaN", "toString", "constructor", "__proto__", "hidden", "hidden/", "\0", "\ud800", "x".repeat(1e5)]; // prettier-ignore

// prettier-ignore
const kinds: Record<string, () => unknown> = {
  undefined: () => undefined, null: () => null, true: () => true, false: () => false, bigint: () => 5n,
  ...Object.fromEntries(numbers.map((x) => [Object.is(x, -0) ? "-0" : String(x), () => x])),
  ...Object.fromEntries(texts.map((x) => [JSON.stringify(x.slice(0, 12)), () => x])),
  symbol: () => Symbol("s"), "boxed number": () => Object(3), "boxed string": () => Object("hidden"), date: () => new Date(NaN),
  "[]": () => [], "[[]]": () => [[]], "[null]": () => [null], "[symbol]": () => [Symbol("in")], "[undefined]": () => [undefined],
  "[, 1]": () => [, 1], "[hidden, , out]": () => ["hidden", , "out"], "[hidden, 3]": () => ["hidden", 3], "[hidden]": () => ["hidden"],
  "[hidden, hidden]": () => ["hidden", "hidden"], "[nobody]": () => ["nobody"], holes: () => Array(3), "many holes": () => Array(2 ** 32 - 1),
  "[1, 2, 3]": () => [1, 2, 3], "[-1]": () => [-1], "[2^31, 2^31]": () => [2 ** 31, 2 ** 31], "[0, 3]": () => [0, 3], "[2, 2]": () => [2, 2], "[NaN]": () => [NaN],
  "{}": () => ({}), "null prototype": () => Object.create(null), "{ constructor }": () => ({ constructor: 1 }), cyclic, deep,
  "length 1e9": () => ({ length: 1e9 }), "length -1": () => ({ length: -1 }), "length 2^53-1": () => ({ length: 2 ** 53 - 1 }),
  "key symbol": () => ({ [Symbol("key")]: 1 }), "toString null": () => ({ toString: null, valueOf: null }), "toString throws": () => ({ toString: fail, valueOf: fail }),
  "own __proto__": () => JSON.parse('{"__proto__":{"gain":2},"seed":1}'), frozen: () => Object.freeze({ seed: 1 }),
  "() => 0": () => () => 0, "() => throws": () => fail, "async () => NaN": () => async () => NaN, "() => undefined": () => () => undefined,
  "async throws": () => async () => fail(), class: () => class Callers {}, generator: () => (function* () { yield 1; })(),
  promise: () => Promise.resolve(1), thenable: () => ({ then: (done: (x: number) => void) => done(3) }),
  map: () => new Map([[1, 2]]), set: () => new Set([1]), regexp: () => /x/, weakmap: () => new WeakMap(), error: () => new Error("given"),
  "ArrayBuffer": () => new ArrayBuffer(8), DataView: () => new DataView(new ArrayBuffer(8)), SharedArrayBuffer: () => new SharedArrayBuffer(8),
  Int8Array: () => Int8Array.of(1, -2), Uint8Array: () => Uint8Array.of(1, 2), Uint8ClampedArray: () => Uint8ClampedArray.of(1, 2), Int16Array: () => Int16Array.of(1, 2),
  Uint16Array: () => Uint16Array.of(1, 2), Int32Array: () => Int32Array.of(1, 2), Uint32Array: () => Uint32Array.of(1, 2), BigInt64Array: () => new BigInt64Array(2),
  BigUint64Array: () => new BigUint64Array(2), "Float32Array []": () => new Float32Array(0), "Float32Array [NaN]": () => Float32Array.of(NaN), "Float64Array [inf, 1]": () => Float64Array.of(Infinity, 1),
  "0 x 2^53-1": () => ({ ...none }), "2^53-1 x 0": () => ({ rows: 2 ** 53 - 1, cols: 0, data: new Float64Array(0) }), "0.5 rows": () => ({ ...none, rows: 0.5 }), "2^106 entries": () => ({ ...none, rows: none.cols }),
  "0 x 0": () => ({ rows: 0, cols: 0, data: new Float64Array(0) }), "0 x 3": () => ({ rows: 0, cols: 3, data: new Float64Array(0) }), "3 x 0": () => ({ rows: 3, cols: 0, data: new Float32Array(0) }),
  "1 x 1": () => ({ rows: 1, cols: 1, data: Float64Array.of(2) }), "2^53-1 of 0 x 3": () => ({ count: 2 ** 53 - 1, rows: 0, cols: 3, data: new Float32Array(0) }),
  "3 x 3 zeros": () => ({ rows: 3, cols: 3, data: new Float64Array(9) }), "3 x 3 ones": () => ({ rows: 3, cols: 3, data: new Float64Array(9).fill(1) }), "3 x 3 NaN": () => ({ rows: 3, cols: 3, data: new Float64Array(9).fill(NaN) }),
  "3 x 3 huge": () => ({ rows: 3, cols: 3, data: Float64Array.from({ length: 9 }, (_, i) => 1e308 / (i + 1)) }), "3 x 3 tiny": () => ({ rows: 3, cols: 3, data: Float64Array.from({ length: 9 }, (_, i) => i * 5e-324) }),
  "3 x 3 f32 graded": () => ({ rows: 3, cols: 3, data: Float32Array.from({ length: 9 }, (_, i) => 10 ** (4 * i - 18)) }), "3 x 3 of []": () => ({ rows: 3, cols: 3, data: [] }), "3 x 3 of numbers": () => ({ rows: 3, cols: 3, data: [1, 2, 3, 4, 5, 6, 7, 8, 9] }),
  "3 x 3 detached": detached, "3 x 3 shrunk": shrunk, "3 x 3 shared": () => ({ rows: 3, cols: 3, data: new Float64Array(new SharedArrayBuffer(72)).fill(2) }),
  "3 x 3 forged": () => ({ rows: 3, cols: 3, data: { [Symbol.toStringTag]: "Float64Array", length: 9 } }), "3 x 3 lying": () => ({ rows: 3, cols: 3, data: Object.defineProperty(new Float64Array(2), "length", { value: 9 }) }),
  "3 x 3 proxy": () => ({ rows: 3, cols: 3, data: new Proxy(new Float64Array(9), {}) }),
  "short re": () => ({ re: [1], im: [] }), "long re": () => ({ re: { length: 1e9 }, im: { length: 1e9 } }), "{ value: 1 }": () => ({ value: 1 }), "{ value: NaN }": () => ({ value: () => NaN, kinds: {} }), "{ value throws }": () => ({ value: fail, derivative: fail, kinks: [0] }),
  "layers []": () => ({ layers: [] }), "layers {}": () => ({ layers: {} }), "layers [null]": () => ({ layers: [null] }), "outputs [1]": () => ({ layers: [], outputs: [1], inputs: [1] }), "xs 1": () => ({ xs: 1, ys: 1 }),
  "not a tensor": () => ({ shape: [2], dtype: "float32" }), pixels: () => ({ width: 2, height: 2, data: new Uint8Array(16) }), "no pixels": () => ({ width: 1e9, height: 1e9, data: new Uint8Array(16) }),
  "dataset": () => ({ iterator: async () => ({ next: async () => ({ done: true, value: undefined }) }) }), "dataset of nonsense": () => ({ iterator: async () => { let left = 2; return { next: async () => ({ done: !left--, value: { xs: 1, ys: null } }) }; } }),
  "dataset throws": () => ({ iterator: fail }), "dataset without next": () => ({ iterator: () => ({}) }), "dataset rejects": () => ({ iterator: async () => ({ next: async () => fail() }) }), "model": () => ({ predict: fail, getWeights: fail, layers: [], inputs: [], outputs: [] }),
  "a dead model": dead, "a layer": () => tf.layers.dense({ name: "alone", units: 2 }), "a module": () => tf.util,
  disposed, "[disposed]": () => [disposed()], "int32 tensor": () => tf.tensor1d([1, 2], "int32"), "bool tensor": () => tf.tensor1d([1, 0], "bool"), "string tensor": () => tf.tensor2d([["a"]]), "complex tensor": () => Object.assign(tf.zeros([2]), { dtype: "complex64" }), "tensor 0 x 3": () => tf.zeros([0, 3]), "tensor 3 x 0": () => tf.zeros([3, 0]),
  "tensor NaN": () => tf.fill([2, 2], NaN), scalar: () => tf.scalar(1), "tensor 3 x 3 zeros": () => tf.zeros([3, 3]), "tensor 8 x 3 huge": () => tf.fill([8, 3], 3e38), "tensor 8 x 3 tiny": () => tf.fill([8, 3], 1e-45), "tensor 8 x 2 inf": () => tf.fill([8, 2], Infinity), "tensor of rank 6": () => tf.ones([1, 2, 1, 2, 1, 2]),
  "aborted": () => AbortSignal.abort(throwing), "not a signal": () => ({ aborted: false, throwIfAborted: 1 }), "half a signal": () => ({ aborted: false, throwIfAborted() {} }), "proxy of a signal": () => new Proxy(new AbortController().signal, {}), "aborted later": () => { const stop = new AbortController(); queueMicrotask(() => stop.abort(throwing)); return stop.signal; },
  "getters throw": () => ({ get rows() { return fail(); }, get length() { return fail(); }, get seed() { return fail(); } }), revoked, "all traps throw": () => new Proxy({}, new Proxy({}, { get: fail })), "callable proxy": () => new Proxy(() => 1, {}),
};

/** How a good value is made: by name, so that a failing case can be read; or whatever fast-check thinks of. */
export const bad = fc.oneof(
  { arbitrary: fc.constantFrom(...Object.keys(kinds)), weight: 5 },
  {
    arbitrary: fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSet: true, withSparseArray: true, withTypedArray: true, maxDepth: 3 })
      .map((value) => ({ value })), // prettier-ignore
    weight: 1,
  },
);
export type Bad = typeof bad extends fc.Arbitrary<infer B> ? B : never;
export const made = (one: Bad): unknown => (typeof one === "string" ? kinds[one]!() : one.value);
export const all = (): unknown[] => Object.keys(kinds).map(made);
