/** The playground as static files with relative paths, so that it works from any folder of any server. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
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

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
  base: "./",
  plugins: [code],
  worker: { format: "es", plugins: () => [code] },
  build: { outDir: "dist", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 2000 },
});
