/** The playground as static files with relative paths, so that it works from any folder of any server. */
import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defineConfig, transformWithOxc, type Plugin } from "vite";

/** `import text from "./file.ts?code"`: the file as JavaScript to be read by people, for the code that the page exports. */
const code: Plugin = {
  name: "code",
  enforce: "pre",
  async load(id) {
    if (!id.endsWith(".ts?code")) return;
    const file = id.slice(0, -"?code".length);
    const { code } = await transformWithOxc(await readFile(file, "utf8"), file);
    return `export default ${JSON.stringify(code)}`;
  },
};

/**
 * Benchmarks as a browser can run them: they measure what the package ships, on the parts of TensorFlow.js that this
 * page has, without rivals that need Node or packages of their own.
 */
const benchmarks: Plugin = {
  name: "benchmarks",
  enforce: "pre",
  async resolveId(source, importer) {
    if (source === "@tensorflow/tfjs") return place("lab/union.ts");
    if (!importer || !source.startsWith(".")) return;
    const file = fileURLToPath(new URL(source, pathToFileURL(importer)));
    const inner = file.startsWith(repository) ? file.slice(repository.length) : "";
    if (inner === "bench/peers/wasm.ts") return place("lab/wasm.ts");
    if (inner in entries) return this.resolve(entries[inner]!, importer);
    if (inner.startsWith("src/"))
      this.error(`${importer} enters ${inner}, which is no entry of the package`);
  },
  async load(id) {
    const rival = id.startsWith(`${repository}bench/peers/`) && !id.endsWith("/tfjs.ts");
    if (!rival && id !== `${repository}bench/memory.ts`) return;
    const names = (await readFile(id, "utf8")).matchAll(
      /^export (?:async )?(?:function|const) (\w+)/gm,
    );
    return [...names]
      .map(([, name]) => `export const ${name} = () => Object.assign([], { absent: true });`)
      .join("\n");
  },
};

const entries: Record<string, string> = {
  "src/linalg/index.ts": "tfjs-initializers/linalg",
  "src/tfjs/index.ts": "tfjs-initializers",
};

const repository = fileURLToPath(new URL("../", import.meta.url));
const place = (file: string) => `${repository}playground/${file}`;
const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
  base: "./",
  plugins: [code, benchmarks],
  worker: { format: "es", plugins: () => [code, benchmarks] },
  build: { outDir: "dist", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 2000 },
});
