/**
 * From nothing to a first result in headless Chromium: the import of one function as esbuild bundles it, and its first
 * call, in units of the import of a file of that size without kernels. Every time is that of a page of its own.
 */
import { build } from "esbuild";
import type { Browser } from "puppeteer-core";
import { chromium, launch } from "../../test/browser/chromium.ts";
import { found } from "../../test/browser/find.ts";
import { serve } from "../../test/browser/serve.ts";
import { Absent, type Case, type Job } from "../harness.ts";

/** The function, its entry in dist, and its first call. */
const jobs = [
  { name: "orthogonal", entry: "index", call: "orthogonal({ seed: 1 }).apply([64, 64])" },
  { name: "haar", entry: "linalg", call: "haar(64, 64, { seed: 1 })" },
  {
    name: "svd",
    entry: "linalg",
    call: "svd({ rows: 64, cols: 64, data: Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * i)) })",
  },
];

/** Pages of one sample at most: each takes much longer than what is timed in it. */
const PAGES = 3;

const core = "@tensorflow/tfjs-core";
const page = `<!doctype html>
<script type="importmap">{ "imports": { "${core}": "/core.js" } }</script>
<script type="module">import { ready } from "${core}"; globalThis.ready = ready();</script>`;

async function bundle(contents: string, external: string[]): Promise<string> {
  const options = { bundle: true, minify: true, write: false, format: "esm", external } as const;
  const stdin = { contents, resolveDir: new URL("../../", import.meta.url).pathname };
  const { outputFiles } = await build({ ...options, stdin, logLevel: "error" });
  return outputFiles[0].text;
}

type Site = { browser: Browser; server: Awaited<ReturnType<typeof serve>> };
let site: Promise<Site> | undefined;
/** Jobs that still need the site. */
let users = 0;

async function open(): Promise<Site> {
  const made: Record<string, string> = {
    "/": page,
    "/core.js": await bundle(`import "@tensorflow/tfjs-backend-cpu"; export * from "${core}";`, []),
  };
  for (const { name, entry, call } of jobs) {
    const contents = `import { ${name} } from "./dist/${entry}.js"; export default () => ${call};`;
    const text = await bundle(contents, [core]);
    made[`/${name}.js`] = text;
    made[`/plain-${name}.js`] =
      `export default () => 0; export const text = ${JSON.stringify("x".repeat(text.length))};`;
  }
  return { browser: await launch(), server: await serve(made) };
}

/** Times the import of a file (0) or the first call of what it exports (1). */
const timed = (file: string, which: 0 | 1) => async (): Promise<Job> => {
  if (!found(chromium)) throw new Absent("no Chromium here");
  users++;
  const { browser, server } = await (site ??= open());
  return {
    async time(reps) {
      const count = Math.min(reps, PAGES);
      let total = 0;
      for (let i = 0; i < count; i++) {
        const context = await browser.createBrowserContext(); // nothing is cached
        const tab = await context.newPage();
        await tab.goto(server.origin);
        const times = (await tab.evaluate(`(async () => {
            await ready;
            const start = performance.now();
            const { default: first } = await import("/${file}.js");
            const imported = performance.now();
            first();
            return [imported - start, performance.now() - imported];
          })()`)) as [number, number];
        total += times[which];
        await context.close();
      }
      return total / count;
    },
    stop() {
      if (--users > 0) return;
      site = undefined;
      server.close();
      void browser.close();
    },
  };
};

const plain = (name: string) => ({
  name: "import of a file of that size",
  start: timed(`plain-${name}`, 0),
});

export default jobs.flatMap(({ name }): Case[] => [
  { name: `Chromium, import ${name}`, start: timed(name, 0), unit: plain(name) },
  { name: `Chromium, first ${name}(64)`, start: timed(name, 1), unit: plain(name) },
]);
