/**
 * The checks of arguments that the whole package shares: each kind of argument has one check and one wording. A failed
 * check throws an ArgumentError that names the argument, what was expected of it, and what was passed.
 */
import { ArgumentError, show } from "./errors.ts";

/** Names of options longer than this are cut in messages. */
const LONGEST = 40;

/**
 * Returns the options if all their keys are among `keys`; a misspelt or newer option is an error, not a silent default.
 * A key whose value is undefined counts as absent.
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

/** Requires an object that is not an array; `expected` may describe the object in the message. */
export function checkObject(name: string, value: unknown, expected = "an object"): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new ArgumentError(name, expected, show(value));
}

/** Requires one of the given strings. */
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

/** Requires an integer from `least` to `most`, both included; without `most`, up to 2^53 − 1. */
export function checkInteger(name: string, value: unknown, least = 0, most = Infinity): void {
  if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) return;
  const expected =
    most < Infinity ? `an integer from ${least} to ${most}`
    : least === 0 ? "a non-negative integer"
    : least === 1 ? "a positive integer"
    : `an integer from ${least}`; // prettier-ignore
  throw new ArgumentError(name, expected, show(value));
}

/** Requires a valid seed, or undefined. */
export function checkSeed(seed: unknown): void {
  if (seed === undefined || (Number.isSafeInteger(seed) && Number(seed) >= 0)) return;
  throw new ArgumentError("seed", "an integer from 0 to 2^53 - 1", show(seed));
}

type Sign = "any" | "non-negative" | "positive";

/** Requires a finite number, of any sign unless `sign` restricts it. */
export function checkNumber(name: string, value: unknown, sign: Sign = "any"): void {
  if (Number.isFinite(value) && signed(value as number, sign)) return;
  const kind = sign === "any" ? "a finite number" : `a finite ${sign} number`;
  throw new ArgumentError(name, kind, show(value));
}

/**
 * Requires a number that is finite in single precision too, because it becomes a weight: a number beyond 3.4e38 would
 * become an infinity there.
 */
export function checkSingle(name: string, value: unknown, sign: Sign = "any"): void {
  if (isSingle(value) && signed(value, sign)) return;
  const kind = sign === "any" ? "a finite" : `a finite ${sign}`;
  throw new ArgumentError(name, `${kind} number in single precision`, show(value));
}

/** Requires a number above 0 and at most `most`. */
export function checkFraction(name: string, value: unknown, most: number): void {
  if (typeof value === "number" && value > 0 && value <= most) return;
  throw new ArgumentError(name, `a number above 0 and at most ${most}`, show(value));
}

/** Whether the value is a number, and finite as a float32. */
export function isSingle(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}

function signed(value: number, sign: Sign): boolean {
  return sign === "any" || value > 0 || (sign === "non-negative" && value === 0);
}

/**
 * Whether all elements pass, holes of a sparse array as undefined. It stops at the first that does not, so that an array
 * of four billion holes costs neither memory nor time.
 */
export function allPass(list: ArrayLike<unknown>, passes: (one: unknown) => boolean): boolean {
  for (let i = 0; i < list.length; i++) if (!passes(list[i])) return false;
  return true;
}

/** Requires a string, or undefined. */
export function checkName(name: string, value: unknown): void {
  if (value === undefined || typeof value === "string") return;
  throw new ArgumentError(name, "a string", show(value));
}

/** Requires an array of strings, or undefined. */
export function checkNames(name: string, names: unknown): void {
  if (names === undefined) return;
  if (Array.isArray(names) && allPass(names, (one) => typeof one === "string")) return;
  throw new ArgumentError(name, "an array of names", show(names));
}

/** Requires a function, or undefined. */
export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new ArgumentError(name, "a function", show(value));
}

/**
 * Requires an AbortSignal, or undefined. The check is by the members in use, not by class, because the signal may come
 * from another realm.
 */
export function checkSignal(name: string, value: unknown): void {
  if (value === undefined || isSignal(value as Partial<AbortSignal> | null)) return;
  throw new ArgumentError(name, "an AbortSignal", show(value));
}

function isSignal(value: Partial<AbortSignal> | null): boolean {
  try {
    if (typeof value?.aborted !== "boolean") return false;
  } catch {
    return false; // browsers' getters fail on a proxy of a signal, such as reactive frameworks make
  }
  const { throwIfAborted, addEventListener, removeEventListener } = value;
  return [throwIfAborted, addEventListener, removeEventListener].every((one) => typeof one === "function"); // prettier-ignore
}

/**
 * Returns the numbers of an array or array-like value, all of which must be finite. They are read one by one, so that a
 * huge `length` without numbers behind it allocates nothing.
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
