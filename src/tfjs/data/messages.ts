/** The messages to and from a worker that solves equations. */
import {
  ArgumentError,
  ConvergenceError,
  EngineError,
  MemoryError,
  SingularError,
} from "../../errors.ts";
import type { Encoding, Equation } from "../../init/data/encode.ts";

/** Marks the messages of this package, because a worker may get others too. */
export const PROTOCOL = "tfjs-initializers";

export interface Question {
  readonly protocol: typeof PROTOCOL;
  readonly id: number;
  readonly equation: Equation;
}

/** A reply to a question: first that the work has begun, then the answer. */
export type Reply = { readonly protocol: typeof PROTOCOL; readonly id: number } & (
  { readonly begun: true } | { readonly encoding: Encoding } | { readonly error: Failure }
);

/** An error as data, because messages do not preserve the classes of objects. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly argument?: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly pivot?: number;
}

/** Rebuilds each error class of this package, by its name. */
const typed: Readonly<Record<string, (failure: Failure) => Error>> = {
  ArgumentError: ({ argument, expected, actual }) =>
    new ArgumentError(argument!, expected!, actual!),
  ConvergenceError: ({ message }) => new ConvergenceError(message),
  EngineError: ({ message }) => new EngineError(message),
  MemoryError: ({ message }) => new MemoryError(message),
  SingularError: ({ argument, pivot }) => new SingularError(argument!, pivot!),
};

/** The error that another thread threw, with its class where it is one of this package. */
export function rebuilt(failure: Failure): Error {
  const { name, message } = failure;
  return Object.hasOwn(typed, name) ? typed[name]!(failure) : new Error(message);
}

export function isQuestion(message: unknown): message is Question {
  return isOurs(message) && isObject(message.equation);
}

export function isReply(message: unknown): message is Reply {
  if (!isOurs(message)) return false;
  const { begun, encoding, error } = message;
  if (isObject(error)) return typeof error.name === "string" && typeof error.message === "string";
  return begun === true || (isObject(encoding) && isEncoding(encoding));
}

function isEncoding({ weights, bias, variance }: Record<string, unknown>): boolean {
  if (!isObject(weights) || !(bias instanceof Float64Array)) return false;
  const { rows, cols, data } = weights;
  const fits = data instanceof Float64Array && data.length === Number(rows) * Number(cols);
  return fits && bias.length === rows && typeof variance === "number";
}

function isOurs(message: unknown): message is Record<string, unknown> {
  return isObject(message) && message.protocol === PROTOCOL && Number.isSafeInteger(message.id);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
