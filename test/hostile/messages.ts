/** Messages to `tfjs-initializers/worker`, which listens here instead of in a worker. */
import * as assert from "uvu/assert";
import { isReply } from "../../src/tfjs/data/messages.ts";
import { initializeFromData, type DataOptions } from "../../src/tfjs/index.ts";
import type { Good } from "./attempt.ts";
import { model, xs, ys } from "./models.ts";
import { throwing } from "./values.ts";

type Listener = (event: { data: unknown }) => void;

let hear: Listener = () => assert.unreachable("nobody listens");
const replies: unknown[] = [];
const scope = {
  DedicatedWorkerGlobalScope: Object,
  addEventListener: (_: string, listener: Listener) => void (hear = listener),
  postMessage: (reply: unknown) => void replies.push(structuredClone(reply)),
};
Object.assign(globalThis, scope);
// A copy of the module: the other one has been imported where there was no worker.
const copy = "../../src/tfjs/data/worker.ts?listening";
await import(copy);

const { postMessage: _, ...once } = scope;
for (const name of Object.keys(once)) Reflect.deleteProperty(globalThis, name);

/** The question that a run asks first. */
async function asked(options: DataOptions): Promise<object> {
  const stop = new AbortController();
  let question: object | undefined;
  const worker = Object.assign(new EventTarget(), {
    postMessage(message: object) {
      question = structuredClone(message);
      stop.abort(throwing);
    },
  }) as unknown as Worker;
  const [own, x] = [model(), xs()];
  const run = { ...options, worker, signal: stop.signal };
  assert.is(await initializeFromData(own, x, run).catch((error: unknown) => error), throwing);
  own.dispose();
  x.dispose();
  return { ...question, id: 1 };
}
const labels = ys();
const questions = {
  pca: await asked({}),
  "random projection": await asked({ code: "randomProjection", rescale: "he" }),
  targets: await asked({ ys: labels, layers: ["out"] }),
};
labels.dispose();

/** What a worker does with a message: nothing, or a beginning and an end that the other side can read. */
function answered(message: unknown): unknown[] {
  let data: unknown;
  try {
    data = structuredClone(message);
  } catch {
    throw throwing; // which is no message, then
  }
  replies.length = 0;
  hear({ data });
  assert.ok(replies.length === 0 || replies.length === 2, `${replies.length} replies`);
  assert.ok(replies.every(isReply), "a reply that is none");
  return [...replies];
}

export const ofMessages: Record<string, Omit<Good, "self">> = {};
for (const [name, question] of Object.entries(questions))
  ofMessages[`message: ${name}`] = {
    call: answered,
    good: () => [structuredClone(question)],
    infinite: true,
  };
