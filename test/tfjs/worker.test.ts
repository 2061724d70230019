import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { build as bundle } from "esbuild";
import * as assert from "uvu/assert";
import * as door from "tfjs-initializers";
import { ArgumentError, initializeFromData, type DataOptions } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import * as errors from "../../src/errors.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

// The package as it is built: the worker is a file of its own beside the one that starts it.
const { layers: L } = tf;

const build = () =>
  tf.sequential({
    layers: [
      L.conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [8, 8, 2] }),
      L.separableConv2d({ filters: 4, kernelSize: 2 }),
      L.flatten(),
      L.dense({ units: 3 }),
    ],
  });

const xs = tf.tensor4d(normal(1, 50 * 128, { seed: 1 }).data, [50, 8, 8, 2]);
const bits = (model: LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

async function found(options: DataOptions): Promise<number[][]> {
  const model = build();
  await initializeFromData(model, xs, options);
  return bits(model);
}

suite("tfjs/worker", (test) => {
  for (const code of ["pca", "random", "randomProjection"] as const)
    test(`${code}: the same bits in a thread`, async () => {
      const progress: string[] = [];
      const onProgress: DataOptions["onProgress"] = (...[, , { weight }]) => void progress.push(weight!); // prettier-ignore
      assert.equal(await found({ code, worker: true, onProgress }), await found({ code }));
      assert.is(progress.length, 4);
    });

  test("targets: the same bits in a thread", async () => {
    const ys = tf.tensor2d(normal(50, 3, { seed: 2 }).data, [50, 3]);
    assert.equal(await found({ ys, worker: true }), await found({ ys }));
    assert.not.equal(await found({ ys }), await found({}));
  });

  test("a function code stays here", async () => {
    const code: DataOptions["code"] = ({ rows }, _, units) => normal(rows, units, { seed: 1 });
    assert.equal(await found({ code, worker: true }), await found({ code }));
  });

  test("errors of the thread are those of the package; weights as before", async () => {
    const model = build();
    const before = bits(model);
    // Finite, but their squares are not.
    const code: DataOptions["code"] = ({ rows }, _, units) => {
      return { rows, cols: units, data: new Float64Array(rows * units).map((_, at) => at * 1e300) };
    };
    const errors = [];
    for (const worker of [true, false]) {
      errors.push(await initializeFromData(model, xs, { code, worker }).catch((e: unknown) => e));
      assert.equal(bits(model), before);
    }
    assert.is((errors[0] as Error).name, "ArgumentError");
    assert.equal(
      errors.map((error) => [(error as Error).name, (error as Error).message]),
      Array(2).fill([(errors[1] as Error).name, (errors[1] as Error).message]),
    );
  });

  test("every error of the package comes back as what it was, and another as an Error", async () => {
    const own = Object.entries(errors).filter(([name]) => name.endsWith("Error"));
    assert.ok(own.length >= 4);
    for (const [name, kind] of [...own, ["RangeError", Error], ["toString", Error]] as const) {
      const said = { name, message: "some words", argument: "a", expected: "b", actual: "c", pivot: 2 }; // prettier-ignore
      const worker = other(`parentPort.postMessage({ protocol: asked.protocol, id: asked.id, error: ${JSON.stringify(said)} })`); // prettier-ignore
      const model = build();
      const error = await initializeFromData(model, xs, { worker }).catch((e: unknown) => e);
      await worker.terminate();
      const wanted = (door as Record<string, unknown>)[name] ?? kind;
      assert.is((error as Error).constructor, wanted, `${name}: ${String(error)}`);
      const words = new Map([
        ["ArgumentError", "a: expected b, got c"],
        ["SingularError", "a: expected a regular matrix, got a singular one: pivot 2 is zero"],
      ]);
      assert.is((error as Error).message, words.get(name) ?? "some words");
    }
  });

  test("aborted while a thread is at work: at once, weights as before", async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 400, inputShape: [1400] })] });
    const before = bits(model);
    const many = tf.tensor2d(normal(300, 1400, { seed: 1 }).data, [300, 1400]);
    const stop = new AbortController();
    const reason = new Error("enough");
    const job = initializeFromData(model, many, { worker: true, signal: stop.signal });
    const start = performance.now();
    const timer = setInterval(() => performance.now() - start > 100 && stop.abort(reason), 10);
    assert.is(await job.catch((error: unknown) => error), reason);
    clearInterval(timer);
    assert.equal(bits(model), before);
  });
});

/** A thread that runs our worker; whoever asks for it ends it. */
const ours = () => new Thread(new URL(import.meta.resolve("tfjs-initializers/worker")));

/** A thread that does something else when asked. */
const other = (reaction: string) =>
  new Thread(`const { parentPort } = require("node:worker_threads"); parentPort.on("message", (asked) => { ${reaction} });`, { eval: true }); // prettier-ignore

/** A Web Worker, as far as one sees of it, that does something when asked. */
function web(react: (tell: (event: Event) => void, asked: { id: number }) => void): Worker {
  const target = new EventTarget();
  const postMessage = (asked: { id: number }) =>
    setTimeout(() => react((event) => void target.dispatchEvent(event), asked));
  return Object.assign(target, { postMessage }) as unknown as Worker;
}

/** A run with a worker that does not do, and what it says. */
async function refused(worker: unknown, run = initializeFromData): Promise<string> {
  const model = build();
  const before = bits(model);
  const error = await run(model, xs, { worker: worker as Worker }).catch((e: unknown) => e);
  assert.is((error as Error)?.name, "ArgumentError", String(error));
  assert.is((error as ArgumentError).argument, "worker");
  assert.equal(bits(model), before);
  return String(error);
}

suite("tfjs/worker of the user's", (test) => {
  // Takes as long as patience lasts, beside the other tests.
  const silent = [other(""), other("asked.id > 1e9 && parentPort.close()")].map(async (worker) => {
    const told = await refused(worker);
    await worker.terminate();
    return told;
  });

  test("a thread: the same bits, for one run after the other and for two at once", async () => {
    const worker = ours();
    const wanted = await found({});
    assert.equal(await found({ worker }), wanted);
    const both = [found({ worker }), found({ worker, code: "random" })];
    assert.equal(await Promise.all(both), [wanted, await found({ code: "random" })]);
    for (const event of ["message", "messageerror", "error", "exit"])
      assert.is(worker.listenerCount(event), 0, "it is left as it was");
    await worker.terminate();
  });

  test("after a run that was aborted it serves the next one", async () => {
    const worker = ours();
    const stop = new AbortController();
    const job = initializeFromData(build(), xs, { worker, signal: stop.signal, onProgress: () => stop.abort() }); // prettier-ignore
    assert.is(((await job.catch((e: unknown) => e)) as Error).name, "AbortError");
    const many = tf.sequential({ layers: [L.dense({ units: 100, inputShape: [500] })] });
    const late = new AbortController();
    const slow = initializeFromData(many, tf.tensor2d(normal(300, 500, { seed: 1 }).data, [300, 500]), { worker, signal: late.signal }); // prettier-ignore
    setTimeout(() => late.abort(), 60);
    await slow.catch(() => {});
    assert.equal(await found({ worker }), await found({}));
    await worker.terminate();
  });

  for (const [what, reaction, told] of [
    ["answers null", "parentPort.postMessage(null)", /answers null/],
    [
      "answers what is none",
      "parentPort.postMessage({ ...asked, encoding: 1 })",
      /answers an object with/,
    ],
    ["answers unasked", "parentPort.postMessage({ ...asked, id: 1e9, begun: true })", /unasked/],
    ["ends itself", "process.exit(3)", /ended, with code 3/],
    ["fails", "throw new Error('boom')", /boom/],
  ] as const)
    // prettier-ignore
    test(`a thread that ${what}: said`, async () => {
      const worker = other(reaction);
      assert.match(await refused(worker), told);
      await worker.terminate();
    });

  for (const [what, react, told] of [
    ["whose file is not there", (tell) => tell(new Event("error")), /cannot be loaded/],
    ["that fails", (tell) => tell(Object.assign(new Event("error"), { message: "boom" })), /boom/],
    [
      "whose answer cannot be read",
      (tell) => tell(new MessageEvent("messageerror")),
      /cannot be read/,
    ],
    [
      "that answers null",
      (tell) => tell(new MessageEvent("message", { data: null })),
      /answers null/,
    ],
  ] as [string, Parameters<typeof web>[0], RegExp][])
    // prettier-ignore
    test(`a Web Worker ${what}: said`, async () => {
      assert.match(await refused(web(react)), told);
    });

  test("no Worker: said", async () => {
    for (const worker of [null, 1, "worker.js", {}, { postMessage: () => {} }])
      await refused(worker);
  });

  test("silence: said, when patience is over", async () => {
    for (const told of await Promise.all(silent)) assert.match(told, /silent for \d+ seconds/);
  });

  test("our own where a bundler left its file behind: said, with the cure, and nothing uncaught", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tfjs-initializers-"));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
    const outfile = join(folder, "app.mjs");
    await bundle({ stdin: { contents: `export * from "tfjs-initializers";`, resolveDir: "." }, bundle: true, format: "esm", platform: "node", external: ["@tensorflow/*"], outfile, logLevel: "error" }); // prettier-ignore
    const app = await import(pathToFileURL(outfile).href);
    assert.match(await refused(true, app.initializeFromData), /"tfjs-initializers\/worker"/);
    rmSync(folder, { recursive: true });
  });

  test("a model that is disposed, now or soon: no thread is left", async () => {
    const ended: Promise<void>[] = [];
    process.on("worker", (worker) => ended.push(new Promise((done) => worker.on("exit", () => done())))); // prettier-ignore
    const [gone, going] = [build(), build()];
    gone.dispose();
    const onProgress = () => going.dispose();
    for (const model of [gone, going]) {
      const error = await initializeFromData(model, xs, { worker: true, onProgress }).catch((e: unknown) => e); // prettier-ignore
      assert.is((error as ArgumentError).argument, "model", String(error));
    }
    assert.is(ended.length, 1);
    await Promise.all(ended);
  });

  test("imported where there is no worker it does nothing", async () => {
    await import("tfjs-initializers/worker");
  });
});
