/**
 * `tfjs-initializers/worker`: solves the equations of `initializeFromData` in a Web Worker or a worker thread of Node.
 * Each message brings an equation; the answer is its encoding, or an error as data. Messages without the mark of
 * `PROTOCOL` are ignored. Imported outside of a worker, the module does nothing.
 */
import { encode } from "../../init/data/encode.ts";
import { isQuestion, PROTOCOL, type Failure, type Reply } from "./messages.ts";
import { threads } from "./threads.ts";

function answer(message: unknown, post: (reply: Reply) => void): void {
  if (!isQuestion(message)) return;
  const { id, equation } = message;
  const protocol = PROTOCOL;
  post({ protocol, id, begun: true });
  try {
    post({ protocol, id, encoding: encode(equation) });
  } catch (error) {
    const { name, message, ...rest } = error as Failure;
    post({ protocol, id, error: { name, message, ...rest } });
  }
}

const port = threads?.parentPort;
if (port) {
  port.on("message", (message) => answer(message, (reply) => port.postMessage(reply)));
} else if ("DedicatedWorkerGlobalScope" in globalThis) {
  addEventListener("message", ({ data }) => answer(data, (reply) => postMessage(reply)));
}
