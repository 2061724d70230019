/** The package as a user gets it: packed, installed in an empty project, imported, bundled. */
import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import * as assert from "uvu/assert";
import { suite } from "./suite.ts";

/** Bytes an app may pay for an entry point: minified, gzipped, with the kernels in it. */
const BUDGET = {
  "tfjs-initializers/linalg": 15 * 1024,
};

/** What a user would write first: of the kernels alone, and of the door to tfjs. */
const kernelsUser = `
import { haar, matmul, normal, qr, type Matrix } from "tfjs-initializers/linalg";

const { q, r } = qr(normal(7, 5, { seed: 1 }), { mode: "reduced", positive: true });
const back: Matrix = matmul(q, r, { transposeA: false });
const kernel: Float32Array | Float64Array = haar(3, 3, { seed: 2, dtype: "float64" }).data;
export const shape: number[] = [back.rows, back.cols, kernel.length];
`;
const tfjsUser = `
import * as tf from "@tensorflow/tfjs";
import { orthogonal } from "tfjs-initializers";
import "tfjs-initializers/register";

const kernelInitializer = orthogonal({ gain: 2, seed: 1 });
const layer = tf.layers.dense({ units: 5, inputShape: [7], kernelInitializer });
console.log(tf.sequential({ layers: [layer] }).getWeights()[0].shape.join());
`;

const project = mkdtempSync(join(tmpdir(), "tfjs-initializers-"));
const tsc = resolve("node_modules/typescript/bin/tsc");

/** What the command prints; if it fails, that is the error. */
function sh(command: string, cwd = project): string {
  const { status, stdout, stderr } = spawnSync(command, { cwd, shell: true, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`);
  return stdout.trim();
}

const write = (name: string, content: string) => writeFileSync(join(project, name), content);

/** Type-checks a file of the project as a user's compiler would. */
function check(file: string, resolution: string, ...more: string[]): void {
  const module = resolution === "bundler" ? "esnext" : resolution;
  const options = ["--strict --noEmit --target es2022", ...more].join(" ");
  sh(`node "${tsc}" ${file} ${options} --module ${module} --moduleResolution ${resolution}`);
}

/** dist has a .js and a .d.ts for every source, and nothing that is no longer a source. */
function shipped(): string[] {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `src/${name.replaceAll("\\", "/")}`);
  const modules = [...sources, "assembly/info.ts"].map((name) => `dist/${name.slice(0, -3)}`);
  return [
    ...["package.json", "README.md", "LICENSE", "CHANGELOG.md"],
    ...["dist/f32.wasm", "dist/f64.wasm", "dist/tfjs-initializers.min.js"],
    ...modules.flatMap((name) => [`${name}.js`, `${name}.d.ts`]),
  ];
}

suite("package", (test) => {
  let tarball = "";

  test("holds what it should and nothing else", () => {
    const [packed] = JSON.parse(
      sh(`npm pack --ignore-scripts --json --pack-destination "${project}"`, "."),
    );
    tarball = packed.filename;
    const files = packed.files.map((file: { path: string }) => file.path);
    assert.equal(files.sort(), shipped().sort());
  });

  test("installs without a network", () => {
    write("package.json", `{ "private": true, "type": "module" }`);
    sh(`npm install --offline --no-audit --no-fund ./${tarball}`);
  });

  test("is imported", () => {
    write(
      "use.js",
      `import { haar } from "tfjs-initializers/linalg";
       console.log(haar(7, 5, { seed: 1 }).data.length);`,
    );
    assert.is(sh("node use.js"), "35");
  });

  test("is required", () => {
    write(
      "use.cjs",
      `const { haar } = require("tfjs-initializers/linalg");
       console.log(haar(7, 5, { seed: 1 }).data.length);`,
    );
    assert.is(sh("node use.cjs"), "35");
  });

  test("exports the raw kernels", () => {
    for (const name of ["f32", "f64"]) {
      write("where.js", `console.log(import.meta.resolve("tfjs-initializers/${name}.wasm"));`);
      assert.ok(WebAssembly.validate(readFileSync(new URL(sh("node where.js")))));
    }
  });

  for (const resolution of ["nodenext", "bundler"])
    test(`is typed, for ${resolution}`, () => {
      write("kernels.ts", kernelsUser);
      check("kernels.ts", resolution, `--types ""`);
    });

  for (const [entry, budget] of Object.entries(BUDGET))
    test(`${entry} is at most ${budget} bytes`, () => {
      const { outputFiles } = buildSync({
        stdin: { contents: `export * from "${entry}";`, resolveDir: project },
        bundle: true,
        minify: true,
        write: false,
        format: "esm",
      });
      const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
      console.log(`\nnote: ${entry} is ${size} bytes, gzipped; the budget is ${budget}`);
      assert.ok(size <= budget, `${size} bytes`);
    });

  test("opens the door to tfjs, where that is installed", () => {
    const tfjs = resolve("node_modules/@tensorflow");
    symlinkSync(tfjs, join(project, "node_modules/@tensorflow"), "junction");
    write("tfjs.ts", tfjsUser);
    // tfjs's own declarations do not pass the compiler, hence --skipLibCheck.
    for (const resolution of ["nodenext", "bundler"])
      check("tfjs.ts", resolution, "--skipLibCheck");
    write("tfjs.js", tfjsUser);
    assert.match(sh("node tfjs.js"), /^7,5$/m);
  });

  test.after(() => rmSync(project, { recursive: true }));
});
