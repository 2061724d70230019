/**
 * `tfjs-initializers/worker`: solves the equations of `initializeFromData` in a Web Worker or a thread of
 * Node. A message is an equation, the answer its encoding or what an error says.
 */
import { encode, type Encoding, type Equation } from "../../init/encoder/encode.ts";
import { threads } from "./threads.ts";

export interface Question {
  readonly id: number;
  readonly equation: Equation;
}

/** What comes back. */
export type Answer = { readonly id: number } & (
  { readonly encoding: Encoding } | { readonly error: Failure }
);

/** An error as data: messages lose the class of what they carry. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly argument?: string;
  readonly expected?: string;
  readonly actual?: string;
}

function answer({ id, equation }: Question): Answer {
  try {
    return { id, encoding: encode(equation) };
  } catch (error) {
    const { name, message, ...rest } = error as Failure;
    return { id, error: { name, message, ...rest } };
  }
}

const port = threads?.parentPort;
if (port) port.on("message", (question: Question) => port.postMessage(answer(question)));
else addEventListener("message", ({ data }: MessageEvent<Question>) => postMessage(answer(data)));
