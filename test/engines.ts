/**
 * The pages of test/pages in Chromium, Firefox and WebKit: the bits of all three are Node's bits, and the door opens.
 * `debug` as an argument asks for the golden cases alone, on debug binaries. SCREENSHOTS=folder keeps pictures.
 */
import * as assert from "uvu/assert";
import { orthogonal } from "../src/init/orthogonal.ts";
import * as chromium from "./browser/chromium.ts";
import type { Engine } from "./browser/engine.ts";
import * as firefox from "./browser/firefox.ts";
import { inWorker, site } from "./browser/site.ts";
import * as webkit from "./browser/webkit.ts";
import { seeded } from "./pages/door.ts";
import { golden, pages, type Report } from "./pages/index.ts";
import { hashes } from "./support/hash.ts";
import { suite } from "./support/suite.ts";

const engines = { Chromium: chromium, Firefox: firefox, WebKit: webkit };

/** Pages that meet TensorFlow.js, and what stock does there. */
const doors = { layers: /rMat\.flatten is not a function/, "script-tag": /QQᵀ/, policy: /QQᵀ/ };

const kernels = process.argv.includes("debug") ? "debug" : "release";

suite("engines", (test) => {
  let server: Awaited<ReturnType<typeof site>>;
  test("the pages are built", async () => {
    server = await site(kernels);
  });

  const opened: Record<string, Engine> = {};
  const engineOf = (title: string) => {
    if (!opened[title]) throw new Error(`${title} is missing`);
    return opened[title];
  };

  for (const [title, { open }] of Object.entries(engines)) {
    const visit = <T>(name: string, expression: string, picture?: string) =>
      engineOf(title).visit<T>(`${server.origin}/${name}`, expression, picture);
    const report = (name: string) => visit<Report>(name, "page.report()");
    const shown = (name: string) => {
      const folder = process.env.SCREENSHOTS;
      const picture = folder && `${folder}/${title}-${name}.png`;
      return visit<Report>(name, "page.report()", picture);
    };

    test(`${title} starts`, async () => {
      opened[title] = await open();
      console.log(`\nnote: ${opened[title].version}`);
    });

    if (kernels === "debug") {
      for (const name of Object.keys(pages))
        test(`${title}, ${name}: debug binaries compute the committed bits`, async () => {
          assert.equal(await report(`debug/${name}`), golden()[name]);
        });
      continue;
    }

    for (const name of Object.keys(pages)) {
      test(`${title}, ${name}: the committed bits`, async () => {
        assert.equal(await report(name), golden()[name]);
      });
      test(`${title}, ${name}: the same in a worker, in arenas filled with NaN`, async () => {
        const seen = await visit<{ report: Report; kernels: number }>(name, inWorker(name));
        assert.equal(seen.report, golden()[name]);
        assert.ok(seen.kernels > 0, "NaN went nowhere");
      });
    }

    for (const [name, stock] of Object.entries(doors))
      test(`${title}, ${name}: an LSTM builds and trains after install`, async () => {
        const seen = await shown(name);
        const result = (what: string) => seen[Object.keys(seen).find((key) => key.startsWith(what))!]!; // prettier-ignore
        const numbers = (what: string) => result(what).match(/\d\S*/g)!.map(Number);
        assert.match(result("backend"), /wasm$/);
        assert.match(result("stock LSTM"), stock);
        assert.is(result("install"), "done");
        assert.ok(numbers("LSTM")[0]! < 1e-6, result("LSTM"));
        const [first, last] = numbers("training");
        assert.ok(last! < first!, result("training"));
        assert.is(result("uninstall"), "done");
        assert.match(Object.values(seen).at(-1)!, stock);

        const { shape, seed } = seeded;
        const kernel = { rows: shape[0], cols: shape[1], data: orthogonal(shape, { seed }) };
        assert.equal(result("bits"), (await hashes({ kernel: () => [kernel] })).kernel);
      });

    test(`${title}, forbidden: a policy without WebAssembly costs an EngineError, and stock goes on`, async () => {
      const [name, message, weights] = await visit<[string, string, number]>(
        "forbidden",
        `(async () => {
          await tf.setBackend("cpu");
          let error;
          try { tfjsInitializers.install(); } catch (caught) { error = caught; }
          const lstm = tf.layers.lstm({ units: 4, inputShape: [3, 2] });
          const model = tf.sequential({ layers: [lstm] });
          return [error.name, error.message, model.getWeights().length];
        })()`,
      );
      assert.is(name, "EngineError");
      assert.match(message, /wasm-unsafe-eval.*provideKernels/);
      assert.is(weights, 3);
    });

    test(`${title}, train: convolutions train after the import`, async () => {
      const [backend, stock, imported, training, left] = Object.values(await shown("train"));
      assert.match(backend, /wasm$/);
      assert.match(stock, /Kernel '\w+' not registered for backend 'wasm'/);
      assert.is(imported, "done");
      const [first, last, accuracy] = training.match(/\d\S*/g)!.map(parseFloat);
      assert.ok(last < first / 2 && accuracy > 0.9, training);
      assert.is(left, "0");
    });

    test(`${title}, growth: a network grows, keeps its function and trains on`, async () => {
      const [backend, grown, scheduled] = Object.values(await shown("growth"));
      assert.match(backend, /wasm$/);
      assert.match(grown, /units/);
      const [, units, change] = grown.match(/^(\S+) units, change (\S+)$/)!;
      assert.is(units, "5,7");
      assert.ok(Number(change) < 1e-5, grown);
      assert.match(scheduled, /units/);
      const [, wide, first, last] = scheduled.match(/^units (\d+), loss (\S+) → (\S+)$/)!;
      assert.is(wide, "11");
      assert.ok(Number(last) < Number(first), scheduled);
    });

    test(`${title}, data: the same bits in a worker as on the page, and as in Node`, async () => {
      const [backend, here, ...workers] = Object.values(await report("data"));
      assert.match(backend, /wasm$/);
      assert.is(workers.length, 4);
      for (const found of workers) assert.is(found, here);
      await import("./support/wasm.ts");
      assert.is(await (await import("./pages/data.ts")).kernels(false), here);
    });
  }

  // In all engines at once, since patience with silent workers takes its time in each.
  for (const place of kernels === "release" ? ["elsewhere", "forbidden"] : [])
    test(`every engine, data, ${place}: workers that do not do are told, soon`, async () => {
      const seen = Object.keys(engines).map(async (title) => {
        const url = `${server.origin}/${place}/data`;
        return { title, report: await engineOf(title).visit<Report>(url, "page.failures()") };
      });
      for (const { title, report } of await Promise.all(seen)) {
        const { backend, "foreign messages on the page": foreign, ...told } = report;
        assert.match(backend, /wasm$/);
        assert.is(foreign, "1", title);
        assert.is(Object.keys(told).length, 6, title);
        for (const [what, said] of Object.entries(told)) {
          // WebKit throws where the policy forbids workers, before the package is asked.
          const refused = title === "WebKit" && place === "forbidden" && what !== "its own";
          if (refused && /^refused by the engine: SecurityError/.test(said)) continue;
          assert.match(said, /^ArgumentError: worker: expected/, `${title}, ${what}`);
          assert.match(said, /"tfjs-initializers\/worker"/, `${title}, ${what}`);
        }
      }
    });

  for (const title of Object.keys(engines)) test(`${title} ends`, () => opened[title]?.close());

  test.after(() => void server?.close());
});
