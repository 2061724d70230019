/**
 * README's script tags, with their hashes, which Chromium checks, and files of the npm packages in the place of those on
 * a CDN. The app is a script beside them, since a policy may forbid scripts within the page.
 */
import { cpSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Project } from "./project.ts";
import { bundle, page, visit } from "./visit.ts";
import type { Way } from "./way.ts";

/** What the app imports, as the global variables that the scripts make. */
const globals = {
  "@tensorflow/tfjs-backend-wasm": "",
  "@tensorflow/tfjs-core": "module.exports = tf;",
  "@tensorflow/tfjs-layers": "module.exports = tf;",
  "tfjs-initializers": "module.exports = tfjsInitializers;",
  "tfjs-initializers/linalg": "module.exports = tfjsInitializers.matrices;",
  "tfjs-initializers/train": "",
};
const modules = Object.entries(globals).flatMap(([name, content]) => [
  [`node_modules/${name}/package.json`, `{ "main": "index.cjs" }`],
  [`node_modules/${name}/index.cjs`, content],
]);

const main = `
  import { app as run } from "./app.js";
  tf.wasm.setWasmPaths("/");
  const app = () => tfjsInitializers.train().then(() => run());`;

/** A page whose files of npm packages on a CDN are copied to the site of the project, where the page looks for them instead. */
export function local({ folder }: Project, html: string): string {
  return html.replace(
    /https:\/\/[^/"]+\/npm\/((?:@[\w-]+\/)?[\w-]+)@[\d.]+\/([^"]+)/g,
    (_, packed: string, path: string) => {
      const ours = packed === "tfjs-initializers"; // installed around the project, from the tarball
      const from = ours ? join(folder, "../node_modules") : resolve("node_modules");
      cpSync(join(from, packed, path), join(folder, "site", packed, path), { recursive: true });
      return `/${packed}/${path}`;
    },
  );
}

/** The script tags of README that have the named file among them. */
function tagsWith(file: string): string[] {
  const blocks = readFileSync("README.md", "utf8").match(/```html\n[^]*?```/g) ?? [];
  const block = blocks.find((text) => text.includes(`/${file}"`));
  return block?.match(/<script src=[^>]*><\/script>/g) ?? [];
}

const scripts = (name: string, file: string, policy?: string): Way => ({
  name,
  core: true,
  files: { "main.js": page(main), ...Object.fromEntries(modules) },
  async run(project) {
    const tags = tagsWith(file);
    if (tags.length !== 3) throw new Error(`README has ${tags.length} scripts`);
    const meta = policy ? `<meta http-equiv="Content-Security-Policy" content="${policy}">` : "";
    const html = `<!doctype html>${meta}${tags.join("")}<script src="/main.js"></script>`;
    project.write("site/index.html", local(project, html));
    await bundle(project, "iife", "main.js");
    return visit(project, "site");
  },
});

export const tags = [
  scripts("script tags", "tf.min.js"),
  scripts("script tags, es2017, under a policy", "tf.es2017.min.js", "script-src 'self' 'wasm-unsafe-eval'"), // prettier-ignore
];
