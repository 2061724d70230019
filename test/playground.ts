/**
 * The playground in Chromium and in Firefox, as a visitor uses it. SCREENSHOTS=folder keeps pictures of what is seen.
 */
import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import * as tf from "@tensorflow/tfjs";
import axe from "axe-core";
import type { Browser, Page } from "puppeteer-core";
import * as assert from "uvu/assert";
import { build } from "vite";
import * as chromium from "./browser/chromium.ts";
import * as firefox from "./browser/firefox.ts";
import { serve } from "./browser/serve.ts";
import { suite } from "./support/suite.ts";

const engines = { Chromium: chromium.launch, Firefox: firefox.launch };

const panels = ["compare", "grow", "solve", "measure"];

/** In a page: the losses of all networks with all their digits, and the number of steps. */
const losses = (page: Page) =>
  page.$$eval("article data", (all) => all.map((one) => (one as HTMLDataElement).value));

const press = async (page: Page, name: string) => {
  const button = await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`);
  await button!.click();
};
const until = (page: Page, what: string, ...args: unknown[]) =>
  page.waitForFunction(what, { timeout: 60_000 }, ...args).catch(async (error: Error) => {
    const seen = await page.$eval("body", (body) => body.innerText);
    throw new Error(`${error.message}: ${what}\n${seen}`);
  });

/** Downloads the taught model, and loads it here. */
async function downloaded(page: Page): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "playground-"));
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
  await press(page, "Download the model");
  const file = async (name: string) => {
    for (let i = 0; i < 100; i++) {
      const found = await readFile(join(folder, name)).catch(() => undefined);
      if (found?.length) return found;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`no ${name} was downloaded`);
  };
  const { weightsManifest, ...artifacts } = JSON.parse(
    String(await file("model.json")),
  ) as tf.io.ModelJSON;
  const weightData = new Uint8Array(await file("weights.bin")).buffer;
  const weightSpecs = weightsManifest[0]!.weights;
  const model = await tf.loadLayersModel({
    load: async () => ({ ...artifacts, weightData, weightSpecs }),
  });
  const odds = model.predict(tf.zeros([1, 28, 28, 1])) as tf.Tensor;
  assert.equal(odds.shape, [1, 2]);
  await rm(folder, { recursive: true });
}

suite("playground", (test) => {
  let origin: string;
  let close: () => void;

  test("it is built, with relative paths", async () => {
    await build({ configFile: "playground/vite.config.ts", logLevel: "error" });
    const server = await serve({ "/elsewhere": "" });
    // A folder of a server, not its root.
    origin = `${server.origin}/playground/dist/index.html`;
    close = server.close;
  });

  for (const [name, launch] of Object.entries(engines)) {
    let browser: Browser;
    let page: Page;
    const said: string[] = [];
    const screenshot = async (what: string) => {
      const folder = process.env.SCREENSHOTS;
      if (folder) await page.screenshot({ path: `${folder}/${name}-${what}.png`, fullPage: true });
    };

    /** Opens the page at an address and waits until the networks are there. */
    const open = async (hash = "") => {
      await page?.close();
      page = await browser.newPage();
      await page.setViewport({ width: 1200, height: 800 });
      page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => said.push(String(error)));
      await page.goto(`${origin}${hash}`);
      if (!hash.startsWith("#measure"))
        await until(page, "document.querySelectorAll('article data').length > 1");
    };

    test(`${name}: loads, trains, and rewinds to the same bits`, async () => {
      browser = await launch();
      const start = performance.now();
      await open("#compare?width=8&depth=3");
      console.log(
        `\nnote: ${await browser.version()}: the first curve after ${Math.round(performance.now() - start)} ms`,
      );
      const first = await losses(page);
      assert.is(first.length, 3);
      const run = async () => {
        for (let i = 1; i <= 5; i++) {
          await press(page, "Step");
          await until(page, `parseInt(document.querySelector('.steps').textContent) === ${i}`);
        }
        return losses(page);
      };
      const once = await run();
      assert.not.equal(once, first);
      await press(page, "Rewind");
      await until(page, "document.querySelector('.steps').textContent === '0 steps'");
      assert.equal(await losses(page), first);
      assert.equal(await run(), once);
      await press(page, "Play");
      await until(page, "parseInt(document.querySelector('.steps').textContent) > 20");
      await press(page, "Pause");
      await screenshot("compare");
    });

    test(`${name}: growth keeps the loss, and training goes on`, async () => {
      await open("#grow?width=8&depth=3&activation=relu");
      for (const i of [1, 2, 3]) {
        await press(page, "Step");
        await until(page, `parseInt(document.querySelector('.steps').textContent) === ${i}`);
      }
      for (const i of [1, 2]) {
        await press(page, "Grow");
        await until(page, `document.querySelectorAll('.scroll tbody tr').length === ${i}`);
      }
      const [before, after] = await page.$$eval(".scroll tbody tr:first-child td", (cells) =>
        cells.slice(3, 5).map((cell) => Number(cell.textContent)),
      );
      assert.ok(Math.abs(after! - before!) <= 2e-6, `${before} → ${after}`);
      await press(page, "Step");
      await until(page, "parseInt(document.querySelector('.steps').textContent) === 4");
      await screenshot("grow");
      await press(page, "Rewind");
      await until(page, "document.querySelector('.steps').textContent === '0 steps'");
      const [grown, small] = await losses(page);
      assert.is(grown, small);
    });

    test(`${name}: a head is solved for classes of one's own, example by example`, async () => {
      await open("#solve?width=8&depth=3");
      await press(page, "Draw a digit for me");
      await press(page, "Teach");
      await until(page, "document.querySelectorAll('.classes li').length === 1");
      await (await page.$("#class-name"))!.type(" of mine");
      await press(page, "Draw a digit for me");
      await press(page, "Teach");
      await until(page, "/Solved in .* 2 examples/.test(document.body.innerText)");
      await press(page, "Draw a digit for me");
      await until(page, "document.querySelectorAll('.classes .share')[1]?.textContent !== ''");
      const shares = await page.$$eval(".classes meter", (all) => all.map((one) => (one as HTMLMeterElement).value)); // prettier-ignore
      assert.ok(Math.abs(shares[0]! + shares[1]! - 1) < 1e-6, String(shares));
      await screenshot("solve");
      if (name === "Chromium") await downloaded(page);
      await press(page, "Clear");
      await press(page, "Teach");
      await until(page, "/The square is empty/.test(document.body.innerText)");
      await press(page, "Forget circle");
      await until(page, "document.querySelectorAll('.classes li').length === 1");
    });

    test(`${name}: measures, and stops when told`, async () => {
      await open("#measure");
      await until(page, "document.querySelectorAll('form input').length > 3");
      for (const input of await page.$$("form label:not(:first-of-type) input"))
        await input.click();
      await press(page, "Measure");
      await until(page, "document.querySelectorAll('.scroll tbody tr').length > 0");
      await press(page, "Stop");
      await until(page, "document.querySelector('.status').textContent === 'Stopped.'");
      const rows = await page.$$eval(".scroll tbody tr", (all) =>
        all.map((row) => [...row.children].map((cell) => cell.textContent!.padEnd(24)).join(" ")),
      );
      console.log(`\n${rows.map((row) => `note: ${name}: ${row}`).join("\n")}`);
      assert.match(rows.join("\n"), /build LSTM.*tfjs-initializers/);
      assert.match(rows.join("\n"), /stock tfjs/);
      await screenshot("measure");
    });

    test(`${name}: says what is wrong with a file, and goes on`, async () => {
      await open();
      await page.select("form select", "file");
      const input = await page.waitForSelector("input[type=file]");
      const folder = await mkdtemp(join(tmpdir(), "playground-"));
      const bad = join(folder, "bad.bin");
      await writeFile(bad, "not a picture");
      await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(bad);
      await until(
        page,
        "/Neither MNIST/.test(document.querySelector('.drop [role=status]').textContent)",
      );
      await rm(folder, { recursive: true });
      await page.select("form select", "circles");
      await until(page, "document.querySelectorAll('article data').length > 1");
    });

    test(`${name}: no message in the console`, () => assert.equal(said, []));
    if (name !== "Chromium") {
      test(`${name} ends`, () => browser.close());
      continue;
    }

    test("a head is taught through the camera", async () => {
      await open("#solve?width=8&depth=3");
      await press(page, "Camera");
      await until(page, "document.querySelector('video')?.readyState > 1");
      for (const count of [1, 2]) {
        await (await page.$("#class-name"))!.type("x");
        await press(page, "Teach");
        await until(page, `document.querySelectorAll('.classes li').length === ${count}`);
      }
      // What the camera shows is guessed again and again.
      await until(page, "document.querySelectorAll('.classes .share')[1]?.textContent !== ''");
      await screenshot("camera");
      await press(page, "Camera");
      await until(page, "!document.querySelector('video')");
    });

    test("the code of a network runs in an empty project", async () => {
      const folder = await mkdtemp(join(tmpdir(), "playground-"));
      await mkdir(join(folder, "node_modules"));
      await symlink(resolve("."), join(folder, "node_modules/tfjs-initializers"));
      await symlink(resolve("node_modules/@tensorflow"), join(folder, "node_modules/@tensorflow"));
      for (const hash of [
        "#compare?width=8&depth=3",
        "#compare?set=digits&kind=conv&width=4&depth=2&residual=true&batch=100",
      ]) {
        await open(hash);
        await press(page, "Code");
        for (const scheme of ["glorotUniform, stock", "from data"]) {
          await page.select("#code-scheme", scheme);
          const code = (await page.$eval("dialog pre", (pre) => pre.textContent!)).replace(
            "epochs: 20",
            "epochs: 1",
          );
          await writeFile(join(folder, "train.mjs"), code);
          const { stdout } = await promisify(execFile)("node", ["train.mjs"], { cwd: folder });
          assert.match(stdout, /^1 \d\.\d+ 0\.\d+$/m, scheme);
        }
      }
      await rm(folder, { recursive: true });
    });

    for (const scheme of ["light", "dark"])
      test(`no barrier for keyboard and screen reader, ${scheme}`, async () => {
        for (const panel of panels) {
          await open(`#${panel}?width=8&depth=3`);
          await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
          await page.evaluate(axe.source);
          const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
          assert.equal(
            violations.map(({ id, nodes }) => `${panel}: ${id}: ${nodes[0]!.html}`),
            [],
          );
          await screenshot(`${panel}-${scheme}`);
        }
      });

    test("by keyboard alone", async () => {
      await open();
      await page.focus("#tab-compare");
      await page.keyboard.press("ArrowRight");
      await until(page, "document.activeElement.id === 'tab-grow'");
      assert.match(page.url(), /#grow/);
      await page.keyboard.press("ArrowLeft");
      await until(page, "document.activeElement.id === 'tab-compare'");
    });

    test("a phone's width", async () => {
      for (const panel of panels) {
        await open(`#${panel}`);
        await page.setViewport({ width: 360, height: 740 });
        await until(page, "document.documentElement.scrollWidth <= 360");
        await screenshot(`${panel}-phone`);
      }
    });

    test("the main thread stays free while networks train", async () => {
      await open();
      await page.evaluate(() => {
        const all: number[] = ((globalThis as { longest?: number[] }).longest = []);
        new PerformanceObserver((list) =>
          all.push(...list.getEntries().map(({ duration }) => duration)),
        ).observe({ type: "longtask" });
      });
      await press(page, "Play");
      await until(page, "parseInt(document.querySelector('.steps').textContent) > 60");
      await press(page, "Pause");
      const longest = await page.evaluate(() =>
        Math.max(0, ...(globalThis as { longest?: number[] }).longest!),
      );
      console.log(
        `\nnote: longest block of the main thread while training: ${longest ? `${Math.round(longest)} ms` : "below 50 ms"}`,
      );
    });

    test("offline after loading", async () => {
      await open();
      await page.setOfflineMode(true);
      for (const panel of panels) {
        await page.click(`#tab-${panel}`);
        const there = panel === "measure" ? "form input" : "article data";
        await until(page, `document.querySelector(${JSON.stringify(there)})`);
      }
    });

    test("an old browser is told what it lacks", async () => {
      await page.close();
      page = await browser.newPage();
      await page.evaluateOnNewDocument("WebAssembly.validate = () => false");
      await page.goto(origin);
      const text = await page.waitForSelector("main.missing");
      assert.match(await text!.evaluate((one) => one.textContent!), /lacks WebAssembly SIMD/);
    });

    test(`${name}: still no message in the console, and ends`, async () => {
      assert.equal(said, []);
      await browser.close();
    });
  }

  test.after(() => close?.());
});
