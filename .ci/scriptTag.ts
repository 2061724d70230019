/**
 * dist/tfjs-initializers.min.js from src/tfjs/script-tag.ts: everything in one script, under its licence.
 *
 *   node --import tsx .ci/scriptTag.ts
 */
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const { name, version, license } = JSON.parse(readFileSync("package.json", "utf8"));
const [owners] = readFileSync("LICENSE", "utf8").match(/^Copyright .*$/m)!;
const terms = "the LICENSE file of the npm package";

await build({
  entryPoints: ["src/tfjs/script-tag.ts"],
  outfile: "dist/tfjs-initializers.min.js",
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "tfjsInitializers",
  target: "es2022",
  // Minifiers keep comments that begin so.
  banner: { js: `/*! ${name} ${version} | ${owners} | ${license} licence, see ${terms} */` },
  alias: {
    "@tensorflow/tfjs-core": "./src/tfjs/script-tag.cjs",
    "@tensorflow/tfjs-backend-wasm": "./src/tfjs/script-tag.cjs",
  },
  // A script does not know its own address.
  define: { "import.meta.url": "undefined" },
  logLevel: "warning",
  logOverride: { "ignored-bare-import": "silent" },
});
