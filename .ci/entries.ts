/**
 * dist/<entry>.js from src: an entry and what it shares with others as few files, with source maps; nothing exists twice.
 * Bundlers drop from them what an app does not use.
 *
 *   node --import tsx .ci/entries.ts
 */
import { build, type Plugin } from "esbuild";

const entryPoints = {
  index: "src/tfjs/index.ts",
  linalg: "src/linalg/index.ts",
  register: "src/tfjs/register.ts",
  tensors: "src/tfjs/linalg/index.ts",
  train: "src/tfjs/train.ts",
  worker: "src/tfjs/data/worker.ts",
  spawn: "src/tfjs/data/spawn.ts",
};

/**
 * `export * as linalg` stays a statement between two files. esbuild would make an object of it, and objects are used
 * as a whole.
 */
const namespaces: Plugin = {
  name: "namespaces",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/linalg\/index\.ts$/ }, () => ({
      path: "./tensors.js",
      external: true,
    }));
  },
};

await build({
  entryPoints,
  outdir: "dist",
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  packages: "external",
  sourcemap: true,
  plugins: [namespaces],
  logLevel: "warning",
});
