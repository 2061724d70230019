/** A server of all pages that the tests open in browsers: test/pages, bundled as scripts and as modules. */
import { resolve } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { pages } from "../pages/index.ts";
import { scripts, strictScripts } from "../pages/script-tag.ts";
import { serve } from "./serve.ts";

/** What tests import of these is taken from dist, as it was built; other rooms of src are bundled. */
const built: Record<string, string> = {
  "src/linalg/index.ts": "dist/linalg.js",
  "src/tfjs/index.ts": "dist/index.js",
  "src/tfjs/train.ts": "dist/train.js",
};

export const entries: Plugin = {
  name: "entries",
  setup({ onResolve }) {
    onResolve({ filter: /\/src\// }, ({ path, importer, resolveDir }) => {
      const entry = Object.keys(built).find(
        (source) => resolve(source) === resolve(resolveDir, path),
      );
      return entry && importer.startsWith(resolve("test"))
        ? { path: resolve(built[entry]!) }
        : null;
    });
  },
};

async function bundled(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ bundle: true, write: false, ...options });
  return outputFiles![0]!.text;
}

/** A file of the tests as a script that leaves its exports in a global variable. As on any such page, it has no import.meta. */
const script = (file: string, globalName = "page") =>
  bundled({
    entryPoints: [file],
    format: "iife",
    globalName,
    define: { "import.meta.url": "undefined" },
    plugins: [entries],
  });

const module = (file: string) =>
  bundled({ entryPoints: [file], format: "esm", plugins: [entries] });

/** The page of golden cases on debug binaries, all from src: those in dist cannot be replaced. */
const debug = (name: string) =>
  bundled({
    // src/tfjs/train.ts has side effects; package.json lists files of dist alone.
    ignoreAnnotations: true,
    format: "iife",
    globalName: "page",
    define: { "import.meta.url": "undefined" },
    stdin: {
      resolveDir: ".",
      contents: `
        import { names } from "./src/wasm/binaries/index.ts";
        import { useBinary } from "./src/wasm/engine.ts";
        import * as page from "./test/pages/${name}.ts";
        export async function report() {
          for (const name of names) {
            const response = await fetch("/build/" + name + ".debug.wasm");
            useBinary(name, await response.arrayBuffer());
          }
          return page.report();
        }`,
    },
  });

const html = (...sources: string[]) =>
  sources.map((source) => `<script src="${source}"></script>`).join("");
const head = (policy?: string) =>
  "<!doctype html>" +
  (policy ? `<meta http-equiv="Content-Security-Policy" content="${policy}">` : "");

/** In a worker: the cases of a page in arenas of NaN, and how many kernels took part. */
const worker = (name: string) => `
  importScripts("/rogue.js", "/${name}.js");
  page.report().then(
    (report) => postMessage({ report, kernels: rogue.called.size }),
    (error) => postMessage({ error: String(error) }),
  );`;

/** Answers what the worker of a page says. */
export const inWorker = (name: string) => `new Promise((done, fail) => {
  const worker = new Worker("/${name}.worker.js");
  worker.onmessage = ({ data }) => (data.error ? fail(new Error(data.error)) : done(data));
  worker.onerror = ({ message }) => fail(new Error(message));
})`;

async function debugPages(): Promise<Record<string, string>> {
  const made: Record<string, string> = {};
  for (const name of Object.keys(pages)) {
    made[`/debug/${name}`] = head() + html(`/debug/${name}.js`);
    made[`/debug/${name}.js`] = await debug(name);
  }
  return made;
}

/** All pages, or, for debug binaries, those of the golden cases alone. */
export async function site(kernels: "release" | "debug") {
  if (kernels === "debug") return serve(await debugPages());
  const made: Record<string, string> = {
    "/rogue.js": await script("test/support/rogue.ts", "rogue"),
  };
  for (const name of Object.keys(pages)) {
    made[`/${name}`] = head() + html(`/${name}.js`);
    made[`/${name}.js`] = await script(`test/pages/${name}.ts`);
    made[`/${name}.worker.js`] = worker(name);
  }
  for (const name of ["layers", "script-tag", "train", "growth"])
    made[`/${name}.js`] = await script(`test/pages/${name}.ts`);
  for (const name of ["layers", "train", "growth"]) made[`/${name}`] = head() + html(`/${name}.js`);
  made["/script-tag"] = head() + html(...scripts, "/script-tag.js");
  // README's words on content security policies.
  made["/policy"] =
    head("script-src 'self' 'wasm-unsafe-eval'") + html(...strictScripts, "/script-tag.js");
  made["/forbidden"] = head("script-src 'self'") + html(...strictScripts);

  // Only modules know where they lie, and so where their worker is.
  const data = (source: string) =>
    `<script type="module">import * as page from "${source}"; globalThis.page = page;</script>`;
  made["/data"] = head() + data("/data.js");
  made["/data.js"] = await module("test/pages/data.ts");
  made["/worker.js"] = await module("src/tfjs/data/worker.ts");
  // Here the file of the worker is not beside the module; there the page forbids workers.
  made["/elsewhere/data"] =
    `${head()}${data("/elsewhere/data.js")}<script type="module" src="/worker.js"></script>`;
  made["/elsewhere/data.js"] = made["/data.js"];
  made["/forbidden/data"] = head("worker-src 'none'") + data("/data.js");
  return serve(made);
}
