/**
 * The pages of test/pages in headless Chromium: the browser's bits are Node's bits, and the door opens.
 * SCREENSHOTS=folder keeps a picture of each page of the door.
 */
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import * as assert from "uvu/assert";
import { orthogonal } from "../src/init/orthogonal.ts";
import { launch } from "./browser/chromium.ts";
import { serve } from "./browser/serve.ts";
import { hashes } from "./support/hash.ts";
import { seeded } from "./pages/door.ts";
import { golden, pages, type Report } from "./pages/index.ts";
import { scripts, strictScripts } from "./pages/script-tag.ts";
import { suite } from "./support/suite.ts";

/** Pages that meet TensorFlow.js, with the scripts before their own, and what stock does there. */
const doors: Record<string, { page?: string; before: string[]; policy?: string; stock: RegExp }> = {
  layers: { before: [], stock: /rMat\.flatten is not a function/ },
  "script-tag": { before: scripts, stock: /QQᵀ/ },
  // README's words on content security policies.
  policy: {
    page: "script-tag",
    before: strictScripts,
    policy: "script-src 'self' 'wasm-unsafe-eval'",
    stock: /QQᵀ/,
  },
};

/** Pages that are shown, besides those of `pages`. */
const shown = [...Object.keys(doors), "train"];

/** A page's module as a script that leaves its exports in the global `page`. */
const bundle = (name: string) => bundled(`test/pages/${name}.ts`, "iife");

async function bundled(file: string, format: "iife" | "esm"): Promise<string> {
  // As in the bundle for script tags, import.meta is what only modules have.
  const script = { globalName: "page", define: { "import.meta.url": "undefined" } };
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, format, ...(format === "iife" && script) }); // prettier-ignore
  return outputFiles[0].text;
}

const html = (...sources: string[]) =>
  `${sources.map((source) => `<script src="${source}"></script>`).join("")}`;

const head = (policy?: string) =>
  "<!doctype html>" +
  (policy ? `<meta http-equiv="Content-Security-Policy" content="${policy}">` : "");

async function open(
  browser: Browser,
  origin: string,
  name: string,
  call = "report",
): Promise<Report> {
  const tab = await browser.newPage({ viewport: { width: 900, height: 600 } });
  tab.on("pageerror", (error) => console.error(error));
  await tab.goto(`${origin}/${name}`);
  const report = await tab.evaluate<Report>(`page.${call}()`);
  const folder = process.env.SCREENSHOTS;
  if (folder && shown.includes(name)) await tab.screenshot({ path: `${folder}/${name}.png` });
  await tab.close();
  return report;
}

suite("browser", (test) => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;

  test("Chromium starts", async () => {
    browser = await launch();
    console.log(`\nnote: Chromium ${browser.version()}`);
    const made: Record<string, string> = {};
    for (const name of [...Object.keys(pages), ...shown]) {
      const { before = [], page = name, policy } = doors[name] ?? {};
      made[`/${name}`] = head(policy) + html(...before, `/${page}.js`);
      if (page === name) made[`/${name}.js`] = await bundle(name);
    }
    // Only modules know where they lie, and so where their worker is.
    made["/data"] = `<!doctype html><script type="module">import * as page from "/data.js"; globalThis.page = page;</script>`; // prettier-ignore
    made["/data.js"] = await bundled("test/pages/data.ts", "esm");
    // Here the file of the worker is not beside the module; there the page forbids workers.
    made["/elsewhere/data"] =
      `${made["/data"].replace("/data.js", "/elsewhere/data.js")}<script type="module" src="/worker.js"></script>`;
    made["/elsewhere/data.js"] = made["/data.js"];
    const policy = `<meta http-equiv="Content-Security-Policy" content="worker-src 'none'">`;
    made["/forbidden/data"] = `${policy}${made["/data"]}`;
    made["/worker.js"] = await bundled("src/tfjs/data/worker.ts", "esm");
    made["/forbidden"] = head("script-src 'self'") + html(...strictScripts);
    server = await serve(made);
  });

  for (const [name, { report }] of Object.entries(pages))
    test(`${name}: the same bits as Node, and as committed`, async () => {
      const seen = await open(browser, server.origin, name);
      assert.ok(Object.keys(seen).length > 0);
      assert.equal(seen, await report());
      assert.equal(seen, golden()[name]);
    });

  for (const [name, { stock }] of Object.entries(doors))
    test(`${name}: an LSTM builds and trains after install`, async () => {
      const seen = await open(browser, server.origin, name);
      const result = (what: string) => seen[Object.keys(seen).find((key) => key.startsWith(what))!];
      const numbers = (what: string) => result(what).match(/\d\S*/g)!.map(Number);
      assert.match(result("backend"), /wasm$/);
      assert.match(result("stock LSTM"), stock);
      assert.is(result("install"), "done");
      assert.ok(numbers("LSTM")[0] < 1e-6, result("LSTM"));
      const [first, last] = numbers("training");
      assert.ok(last < first, result("training"));
      assert.is(result("uninstall"), "done");
      assert.match(Object.values(seen).at(-1)!, stock);

      const { shape, seed } = seeded;
      const kernel = { rows: shape[0], cols: shape[1], data: orthogonal(shape, { seed }) };
      assert.equal(result("bits"), (await hashes({ kernel: () => [kernel] })).kernel);
    });

  test("forbidden: a policy without WebAssembly costs an EngineError, and stock goes on", async () => {
    const tab = await browser.newPage();
    await tab.goto(`${server.origin}/forbidden`);
    const [name, message, weights] = await tab.evaluate<[string, string, number]>(`(async () => {
      await tf.setBackend("cpu");
      let error;
      try { tfjsInitializers.install(); } catch (caught) { error = caught; }
      const lstm = tf.layers.lstm({ units: 4, inputShape: [3, 2] });
      const model = tf.sequential({ layers: [lstm] });
      return [error.name, error.message, model.getWeights().length];
    })()`);
    await tab.close();
    assert.is(name, "EngineError");
    assert.match(message, /wasm-unsafe-eval.*provideKernels/);
    assert.is(weights, 3);
  });

  test("train: convolutions train after the import", async () => {
    const seen = await open(browser, server.origin, "train");
    const [backend, stock, imported, training, left] = Object.values(seen);
    assert.match(backend, /wasm$/);
    assert.match(stock, /Kernel '\w+' not registered for backend 'wasm'/);
    assert.is(imported, "done");
    const [first, last, accuracy] = training.match(/\d\S*/g)!.map(parseFloat);
    assert.ok(last < first / 2 && accuracy > 0.9, training);
    assert.is(left, "0");
  });

  test("data: the same bits in a worker as on the page, and as in Node", async () => {
    const [backend, here, ...workers] = Object.values(await open(browser, server.origin, "data"));
    assert.is(backend, "wasm");
    assert.is(workers.length, 4);
    for (const found of workers) assert.is(found, here);
    await import("./support/wasm.ts");
    assert.is(await (await import("./pages/data.ts")).kernels(false), here);
  });

  for (const place of ["elsewhere", "forbidden"])
    test(`data, ${place}: workers that do not do are told, soon`, async () => {
      const seen = await open(browser, server.origin, `${place}/data`, "failures");
      const { backend, "foreign messages on the page": foreign, ...told } = seen;
      assert.is(backend, "wasm");
      assert.is(foreign, "1");
      for (const [what, said] of Object.entries(told)) {
        assert.match(said, /^ArgumentError: worker: expected/, what);
        assert.match(said, /"tfjs-initializers\/worker"/, what);
      }
    });

  test.after(async () => {
    await browser?.close();
    server?.close();
  });
});
