/** What must hold of any call with any arguments. */
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import { forEachRoom } from "../support/kernels.ts";
import { tf } from "../support/wasm.ts";
import { digest, discard, infinite } from "./digest.ts";
import { TrainingError } from "../../src/tfjs/index.ts";
import { errors, type Loose } from "./entries.ts";
import { throwing } from "./values.ts";

/** A good call. */
export interface Good {
  readonly call: Loose;
  /** For a method: whose it is. */
  readonly self?: () => unknown;
  /** Its arguments, made anew for each call; the last may be options. */
  readonly good: () => unknown[];
  /** Whether it changes its owner, or else its first argument, when it succeeds. */
  readonly writes?: boolean;
  /** Whether infinities and NaN may be results: as IEEE arithmetic says, or as documented. */
  readonly infinite?: boolean;
  /** Number of inputs as a share of the usual one. */
  readonly share?: number;
}

/** What is done to the good arguments. */
type Spoil = (values: unknown[]) => unknown[];
const nothing: Spoil = (values) => values;

/** Inputs tried so far in this process. */
export let tried = 0;
export const another = () => void tried++;

/** Time that one call may take, in milliseconds, on a machine that does other things, too. */
const LONGEST = 20_000;
/** A message longer than this tells nobody anything. */
const WORDS = 1000;

/** Math.random from its beginning, so that unseeded calls can be repeated. */
function rewind(): void {
  let state = 1;
  Math.random = () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** The heights of all arenas; between calls they are what they were at first. */
const heights = () =>
  forEachRoom((enter, dtype) => enter(dtype, ({ kernels }) => kernels.mark())).join();
const empty = heights();

function checkError(error: unknown, fickle: boolean): void {
  // What a getter, a proxy or a callback of the caller's throws is the caller's own, as is a class that cannot be called.
  if (error === throwing || /proxy that has been revoked|^TypeError: Class constructor Callers /.test(String(error))) return; // prettier-ignore
  if (!Object.values(errors).some((kind) => error instanceof kind)) {
    // Numbers that are others at each reading have no meaning; an error of the engine may say so.
    if (fickle && error instanceof Error && error.name !== "Assertion") return;
    throw error;
  }
  const { name, message, cause } = error as Error;
  assert.ok(message.length < WORDS && message.length > 5, `a message of ${message.length}`);
  if (name === "ArgumentError") {
    const { argument, expected, actual } = error as unknown as Record<string, string>;
    assert.ok(argument && expected && actual, "an error that does not say what");
    assert.is(message, `${argument}: expected ${expected}, got ${actual}`);
  }
  if (name === "TrainingError" && cause !== throwing) assert.instance(cause, Error);
}

/** Makes values, and a list of all tensors that were made for them, but for weights of models. */
function tracked<T>(job: () => T): { values: T; tensors: Tensor[] } {
  const engine = tf.engine();
  engine.startScope();
  try {
    return { values: job(), tensors: engine.state.activeScope.track.splice(0) };
  } finally {
    engine.endScope();
  }
}

/** Calls once, with arguments that are disposed afterwards; the bits of the result or of the error. */
async function once(one: Good, spoil: Spoil, fickle = false): Promise<string> {
  rewind();
  const { values, tensors } = tracked(() => {
    const good = one.good();
    return { good, given: spoil(good), self: one.self?.() };
  });
  const { good, given, self } = values;
  const state = () => (one.self ? [digest(self), digest(...given)] : [digest(given[0]), digest(...given.slice(1))]); // prettier-ignore
  const before = state();
  const start = performance.now();
  let bits: string;
  let result: unknown;
  try {
    result = await one.call.apply(self, given);
    bits = digest(result);
    if (!one.infinite && !fickle) assert.not(infinite(result), "a NaN or an infinity");
    assert.equal(state().slice(Number(one.writes ?? false)), before.slice(Number(one.writes ?? false)), "an argument was changed"); // prettier-ignore
  } catch (error) {
    if (spoil === nothing) throw error;
    checkError(error, fickle);
    bits = digest(error);
    // A training that ends early has trained.
    if (error instanceof TrainingError) result = error.fit;
    else assert.equal(state(), before, "a call that failed changed an argument");
  }
  const time = performance.now() - start;
  assert.ok(time < LONGEST, `took ${time} ms`);
  const done = new Set<unknown>();
  for (const value of [result, good, given, self, tensors]) discard(value, done);
  return bits;
}

/**
 * A call with hostile arguments ends in an error of the package or in a result, which is the same at the second call; it
 * changes no argument, leaves no tensor and no memory behind, and the next good call gives the bits that it always gave.
 */
export async function attempt(
  one: Good,
  spoil: Spoil,
  good: string | undefined,
  fickle: boolean,
): Promise<void> {
  another();
  const before = tf.memory().numTensors;
  const first = await once(one, spoil, fickle);
  assert.is(tf.memory().numTensors - before, 0, "number of tensors that are left");
  assert.is(heights(), empty, "an arena is not empty");
  if (!fickle) assert.is(await once(one, spoil), first, "another result at the second call");
  if (good !== undefined) assert.is(await once(one, nothing), good, "the next good call");
}

/** The bits of the good call. */
export const expected = (one: Good): Promise<string> => once(one, nothing);

/** Shows a result of the good call to `look`. */
export async function shown<T>(
  { call, self, good }: Good,
  look: (result: unknown) => T,
): Promise<T> {
  const { values, tensors } = tracked(() => ({ own: self?.(), given: good() }));
  const result = await call.apply(values.own, values.given);
  try {
    return look(result);
  } finally {
    const done = new Set<unknown>();
    for (const value of [result, values.given, values.own, tensors]) discard(value, done);
  }
}
