/** The pages of test/pages in headless Chromium: the browser's bits are Node's bits. */
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import * as assert from "uvu/assert";
import { launch } from "./browser/chromium.ts";
import { serve } from "./browser/serve.ts";
import { golden, pages, type Report } from "./pages/index.ts";
import { suite } from "./suite.ts";

/** A page's module as a script that leaves its exports in the global `page`. */
async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`test/pages/${name}.ts`],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "page",
  });
  return outputFiles[0].text;
}

async function open(browser: Browser, origin: string, name: string): Promise<Report> {
  const tab = await browser.newPage();
  tab.on("pageerror", (error) => console.error(error));
  await tab.goto(`${origin}/${name}`);
  const report = await tab.evaluate<Report>("page.report()");
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
    for (const name of Object.keys(pages)) {
      made[`/${name}`] = `<!doctype html><script src="/${name}.js"></script>`;
      made[`/${name}.js`] = await bundle(name);
    }
    server = await serve(made);
  });

  for (const [name, { report }] of Object.entries(pages))
    test(`${name}: the same bits as Node, and as committed`, async () => {
      const seen = await open(browser, server.origin, name);
      assert.ok(Object.keys(seen).length > 0);
      assert.equal(seen, await report());
      assert.equal(seen, golden()[name]);
    });

  test.after(async () => {
    await browser?.close();
    server?.close();
  });
});
