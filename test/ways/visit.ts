import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Browser } from "puppeteer-core";
import { launch } from "../browser/chromium.ts";
import { serve } from "../browser/serve.ts";
import { copyBackend, type Project } from "./project.ts";
import { ok } from "./way.ts";

const PATIENCE = 120_000; // ms

/** What a page says when its app has run: a module for the page, given where the app is. */
export const page = (app: string, options = "") =>
  `${app}
   app(${options}).then((said) => (globalThis.said = said), (error) => (globalThis.said = error.stack));`;

/** Bundles entries of the project by esbuild into its folder `site`, as modules or as scripts, beside tfjs's binaries. */
export async function bundle(project: Project, format: "esm" | "iife", ...entries: string[]) {
  const { warnings } = await build({
    absWorkingDir: project.folder,
    entryPoints: entries.map((name) => join(project.folder, name)),
    outdir: "site",
    bundle: true,
    minify: true,
    format,
    logLevel: "silent", // errors are thrown
    // A script does not know its own address.
    ...(format === "iife" && { define: { "import.meta.url": "undefined" } }),
  });
  unwarned(JSON.stringify(warnings));
  copyBackend(project, "site");
}

/** Throws what a bundler said while it worked, if it is about this package. */
export function unwarned(said: string): void {
  if (said.includes("node_modules/tfjs-initializers")) throw new Error(said);
}

/** Waits in the page until its app has said something. */
const saying = `new Promise((done) => {
  const end = Date.now() + ${PATIENCE};
  const look = () => {
    const said = globalThis.said ?? document.querySelector("output")?.value;
    if (said) done(String(said));
    else if (Date.now() > end) done("the page says nothing");
    else setTimeout(look, 50);
  };
  look();
})`;

/** One Chromium for all pages; each has a profile of its own. */
let browser: Promise<Browser> | undefined;
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** What a page says in Chromium, in `globalThis.said` or its output element. An error that nothing catches ends the wait. */
export async function heard(url: string): Promise<string> {
  browser ??= launch();
  const profile = await (await browser).createBrowserContext();
  try {
    const tab = await profile.newPage();
    const broken = new Promise<never>((_, fail) => tab.on("pageerror", fail));
    const answer = tab.goto(url).then(() => tab.evaluate(saying));
    return String(await Promise.race([answer, broken]));
  } finally {
    await profile.close();
  }
}

/** What the app on a page says. */
export const said = async (url: string) => ok(await heard(url));

/** The same for a folder of the project, as a server of files shows it. */
export async function visit({ folder }: Project, public_: string, hear = said): Promise<string> {
  const { origin, close } = await serve({}, pathToFileURL(`${join(folder, public_)}/`));
  try {
    return await hear(`${origin}/index.html`);
  } finally {
    close();
  }
}
