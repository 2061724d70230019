/**
 * The checks of arguments that all floors share: one function and one wording for one thing. Each throws an
 * ArgumentError that names the argument, what was expected of it, and what came.
 */
import { ArgumentError, show } from "./errors.ts";

/** Longer names of options are cut in messages. */
const LONGEST = 40;

/**
 * The options, if every key of theirs is one of these: a misspelt or newer option is an error, not a silent
 * default. A key whose value is undefined counts as absent.
 */
export function known<Options extends object>(
  options: Options,
  keys: readonly (keyof Options & string)[],
  name = "options",
): Options {
  checkObject(name, options);
  for (const key of Object.keys(options) as (keyof Options & string)[]) {
    if (keys.includes(key) || options[key] === undefined) continue;
    const expected = `only the options ${keys.join(", ")}`;
    throw new ArgumentError(`${name}.${key.slice(0, LONGEST)}`, expected, show(key));
  }
  return options;
}

/** An object that is no array; `expected` may say which. */
export function checkObject(name: string, value: unknown, expected = "an object"): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new ArgumentError(name, expected, show(value));
}

/** One of some strings. */
export function checkOneOf(name: string, value: unknown, choices: readonly string[]): void {
  if ((choices as readonly unknown[]).includes(value)) return;
  const quoted = choices.map((choice) => JSON.stringify(choice));
  const last = quoted.pop();
  throw new ArgumentError(
    name,
    quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : `${last}`,
    show(value),
  );
}

export function checkFlag(name: string, flag: unknown): void {
  if (typeof flag !== "boolean") throw new ArgumentError(name, "a boolean", show(flag));
}

/** An integer within bounds that it may reach; without an upper one, up to 2^53 − 1. */
export function checkInteger(name: string, value: unknown, least = 0, most = Infinity): void {
  if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) return;
  const expected =
    most < Infinity ? `an integer from ${least} to ${most}`
    : least === 0 ? "a non-negative integer"
    : least === 1 ? "a positive integer"
    : `an integer from ${least}`; // prettier-ignore
  throw new ArgumentError(name, expected, show(value));
}

/** A seed, where one is given. */
export function checkSeed(seed: unknown): void {
  if (seed === undefined || (Number.isSafeInteger(seed) && Number(seed) >= 0)) return;
  throw new ArgumentError("seed", "an integer from 0 to 2^53 - 1", show(seed));
}

type Sign = "any" | "non-negative" | "positive";

/** A finite number, of any sign unless said otherwise. */
export function checkNumber(name: string, value: unknown, sign: Sign = "any"): void {
  if (Number.isFinite(value) && signed(value as number, sign)) return;
  const kind = sign === "any" ? "a finite number" : `a finite ${sign} number`;
  throw new ArgumentError(name, kind, show(value));
}

/**
 * The same, and finite in single precision too: what becomes weights. A finite number beyond 3.4e38 would be
 * an infinity there.
 */
export function checkSingle(name: string, value: unknown, sign: Sign = "any"): void {
  if (isSingle(value) && signed(value, sign)) return;
  const kind = sign === "any" ? "a finite" : `a finite ${sign}`;
  throw new ArgumentError(name, `${kind} number in single precision`, show(value));
}

/** A number from above 0 to `most`, which it may be. */
export function checkFraction(name: string, value: unknown, most: number): void {
  if (typeof value === "number" && value > 0 && value <= most) return;
  throw new ArgumentError(name, `a number above 0 and at most ${most}`, show(value));
}

/** Whether it is a number, and finite as a float32. */
export function isSingle(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}

function signed(value: number, sign: Sign): boolean {
  return sign === "any" || value > 0 || (sign === "non-negative" && value === 0);
}

/** Strings in an array, where one is given. */
export function checkNames(name: string, names: unknown): void {
  if (names === undefined) return;
  if (Array.isArray(names) && Array.from(names).every((one) => typeof one === "string")) return;
  throw new ArgumentError(name, "an array of names", show(names));
}

/** A function, where one is given. */
export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new ArgumentError(name, "a function", show(value));
}

/** An AbortSignal, where one is given; by what is used of it, for there may be several realms. */
export function checkSignal(name: string, value: unknown): void {
  const signal = value as Partial<AbortSignal> | null | undefined;
  if (signal === undefined) return;
  if (typeof signal?.aborted === "boolean" && typeof signal.throwIfAborted === "function") return;
  throw new ArgumentError(name, "an AbortSignal", show(value));
}

/**
 * The numbers of an array or of what is like one, all finite. They are read one by one, so that a length without
 * numbers costs nothing.
 */
export function finiteNumbers(
  name: string,
  values: unknown,
  expected = "finite numbers",
): number[] {
  const list = values as ArrayLike<unknown> | null | undefined;
  const length = typeof list === "object" ? list?.length : undefined;
  if (!Number.isSafeInteger(length) || length! < 0) {
    throw new ArgumentError(name, expected, show(values));
  }
  const numbers: number[] = [];
  for (let i = 0; i < length!; i++) {
    const value = list![i];
    if (!Number.isFinite(value)) {
      throw new ArgumentError(name, expected, `${show(value)} among ${length}`);
    }
    numbers.push(value as number);
  }
  return numbers;
}
