/** The key of an experiment's results: a hash of what decides them, and of nothing else. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "esbuild";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
const packages = Object.keys({ ...manifest["peerDependencies"], ...manifest["devDependencies"] });

/** Packages whose versions change results. */
const DECIDING = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"];

/** The claims and charts of a study are its default export, at the end of its file. */
const CLAIMS = /^export default [^]*/m;

/**
 * The code of `experiment`, exported by the file of a study, with all that it calls, this package's build included: as
 * one bundle without the code that it does not reach, comments and spaces. Claims and charts do not count; a bundler
 * would keep them, as they are made by calls.
 */
async function code(file: string): Promise<string> {
  const contents = readFileSync(file, "utf8").replace(CLAIMS, "");
  const { outputFiles } = await build({
    stdin: { contents, loader: "ts", sourcefile: file, resolveDir: dirname(file) },
    ...{ bundle: true, write: false, format: "esm", platform: "node", treeShaking: true },
    ...{ minifyWhitespace: true, legalComments: "none", external: packages, logLevel: "error" },
  } as const);
  return outputFiles[0]!.text;
}

export async function keyOf(file: string, ...settings: unknown[]): Promise<string> {
  const versions = DECIDING.map((name) => (JSON.parse(read(`node_modules/${name}/package.json`)) as { version: string }).version); // prettier-ignore
  const parts = [
    await code(file),
    ...versions,
    ...settings.map((one) => JSON.stringify(one ?? null)),
  ];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
}
