/**
 * The golden cases outside of browsers: in the releases of Node that are supported, in Bun and in Deno, each fetched by
 * `npm exec` into npm's own cache. One that cannot be fetched is a failure that names it.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import * as assert from "uvu/assert";
import { entries } from "./browser/site.ts";
import { golden, pages, type Report } from "./pages/index.ts";
import { suite } from "./support/suite.ts";

/** Packages of npm, and the command that runs a module. */
const runtimes: Record<string, string[]> = {
  "node@20": ["node"],
  "node@22": ["node"],
  "node@24": ["node"],
  "bun@1": ["bun", "run"],
  "deno@2": ["deno", "run", "--allow-all", "--node-modules-dir=manual"],
};

/** How long a runtime may take, its download included, in ms. */
const PATIENCE = 5 * 60_000;

const names = Object.keys(pages);
const program = `
  import { called } from "./test/support/rogue.ts";
  ${names.map((name) => `import * as ${name} from "./test/pages/${name}.ts";`).join("\n")}
  const found = {};
  for (const [name, { report }] of Object.entries({ ${names} })) found[name] = await report();
  const version = globalThis.Bun?.version ?? globalThis.Deno?.version.deno ?? process.version;
  console.log(JSON.stringify({ found, version, kernels: called.size }));
`;

suite("runtimes", (test) => {
  const folder = mkdtempSync(join(tmpdir(), "runtimes-"));
  const file = join(folder, "golden.mjs");

  test("the program is built", async () => {
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    // Deno imports only what a package.json names.
    const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    const manifest = { private: true, type: "module", dependencies: peerDependencies };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    await build({
      stdin: { contents: program, resolveDir: "." },
      bundle: true,
      outfile: file,
      format: "esm",
      packages: "external",
      plugins: [entries],
    });
  });

  for (const [name, [command, ...args]] of Object.entries(runtimes))
    test(`${name}: the committed bits, in arenas filled with NaN`, async () => {
      const run = ["exec", "--yes", `--package=${name}`, "--", command!, ...args, file];
      const { stdout } = await promisify(execFile)("npm", run, {
        cwd: folder,
        timeout: PATIENCE,
        maxBuffer: 2 ** 26,
      }).catch((error: Error & { stderr?: string }) => {
        throw new Error(`${name} is missing, or fails: ${error.message}\n${error.stderr}`);
      });
      const last = stdout.trim().split("\n").at(-1)!;
      const { found, version, kernels } = JSON.parse(last) as {
        found: Record<string, Report>;
        version: string;
        kernels: number;
      };
      console.log(`\nnote: ${name} is ${version}`);
      assert.equal(found, golden());
      assert.ok(kernels > 0, "NaN went nowhere");
    });

  test.after(() => rmSync(folder, { recursive: true }));
});
