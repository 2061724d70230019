/** The cases of bench/tfjs, measured in a page of headless Chromium. */
import { build, type Plugin } from "esbuild";
import { launch } from "../../test/browser/chromium.ts";
import { serve } from "../../test/browser/serve.ts";
import type { Row } from "../harness.ts";

const root = new URL("../../", import.meta.url);

/** Takes the place of bench/peers/wasm.ts, which needs Node. */
const backend = `
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
setWasmPaths("/node_modules/@tensorflow/tfjs-backend-wasm/dist/");
if (!(await tf.setBackend("wasm"))) throw new Error("tfjs has no wasm backend here");`;
const started: Plugin = {
  name: "wasm in a page",
  setup({ onLoad }) {
    onLoad({ filter: /bench\/peers\/wasm\.ts$/ }, () => ({
      contents: backend,
      resolveDir: root.pathname,
    }));
  },
};

const entry = `
import { measure } from "./bench/harness.ts";
import builds from "./bench/tfjs/install.ts";
import initializers from "./bench/tfjs/initializers.ts";
globalThis.measured = (name, quick) => measure([...builds, ...initializers].find((one) => one.name === name), quick);`;

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root.pathname },
    ...{ bundle: true, write: false, format: "esm", target: "es2022", logLevel: "error" },
    // The package's "sideEffects" would leave out what starts the backend.
    ...{ plugins: [started], external: ["node:*"], ignoreAnnotations: true },
  } as const);
  return outputFiles[0]!.text;
}
let text: Promise<string> | undefined;

/** What `measure` finds in a page of its own; none of its cases needs Node. */
export async function inChromium(name: string, quick: boolean): Promise<Row[]> {
  const script = await (text ??= bundle());
  const page = `<!doctype html><script type="module" src="/cases.js"></script>`;
  const server = await serve({ "/": page, "/cases.js": script });
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    await tab.goto(server.origin, { waitUntil: "load" });
    await tab.waitForFunction("globalThis.measured !== undefined");
    return (await tab.evaluate(`measured(${JSON.stringify(name)}, ${quick})`)) as Row[];
  } finally {
    await browser.close();
    server.close();
  }
}
