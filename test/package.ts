/** The package as a user gets it: packed, installed in an empty project, imported, bundled. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { buildSync, transformSync } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import * as assert from "uvu/assert";
import { build as vite } from "vite";
import { integrity } from "../.ci/integrity.ts";
import { refused } from "../.ci/licences.ts";
import { names } from "../src/wasm/binaries/index.ts";
import { suite } from "./support/suite.ts";
import { linkTfjs, pack, project } from "./ways/project.ts";
import { closeBrowser } from "./ways/visit.ts";
import { take } from "./ways/way.ts";
import { core } from "./ways/ways.ts";

/** Bytes an app may pay for what it imports: minified, gzipped, with the kernels in it, without tfjs. */
const BUDGET = {
  'export { install } from "tfjs-initializers"': 14 * 1024,
  'export { orthogonal } from "tfjs-initializers"': 14 * 1024,
  'export { heNormal } from "tfjs-initializers"': 8 * 1024,
  'export { qr } from "tfjs-initializers/linalg"': 11 * 1024,
  'export { svd } from "tfjs-initializers/linalg"': 20 * 1024,
  'export { lstsq } from "tfjs-initializers/linalg"': 23 * 1024,
  'export * from "tfjs-initializers/linalg"': 88 * 1024,
  'export { ridgeHead } from "tfjs-initializers"': 55 * 1024,
  'export * from "tfjs-initializers"': 178 * 1024,
  'import "tfjs-initializers/train"': 17 * 1024,
};

/** esbuild makes an object of a namespace, and keeps it as a whole; Rollup and Vite do not. */
const BY_VITE = {
  'import { linalg } from "tfjs-initializers"; export const qr = linalg.qr': 19 * 1024,
};

/** What a user would write first: of the kernels alone, and of the door to tfjs. */
const kernelsUser = `
import { haar, matmul, normal, qr, type Matrix } from "tfjs-initializers/linalg";

const { q, r } = qr(normal(7, 5, { seed: 1 }), { mode: "reduced", positive: true });
const back: Matrix = matmul(q, r, { transposeA: false });
const kernel: Float32Array | Float64Array = haar(3, 3, { seed: 2, dtype: "float64" }).data;
export const shape: number[] = [back.rows, back.cols, kernel.length];
`;
const unionUser = `
import * as tf from "@tensorflow/tfjs";
import { initialize, install, lps, orthogonal, uninstall } from "tfjs-initializers";
import "tfjs-initializers/register";
import "tfjs-initializers/train";

await tf.ready(); // train brings the wasm backend

install(tf);
const kernelInitializer = orthogonal({ gain: 2, seed: 1 });
const layer = tf.layers.dense({ units: 5, inputShape: [7], kernelInitializer });
console.log(tf.sequential({ layers: [layer] }).getWeights()[0].shape.join());
const relu = lps({ activation: "relu", seed: 1 });
const depthwise = lps({ activation: (x) => Math.max(x, 0), layer: "depthwise" });
const narrow = tf.sequential({
  layers: [
    tf.layers.dense({ units: 4, inputShape: [32], activation: "relu", ...relu }),
    tf.layers.reshape({ targetShape: [2, 2, 1] }),
    tf.layers.depthwiseConv2d({ kernelSize: 2, activation: "relu", ...depthwise }),
  ],
});
console.log(initialize(narrow, { scheme: "lps", seed: 1 }).map(({ kind }) => kind).join());
uninstall(tf);
`;
const smallestUser = `
import * as tf from "@tensorflow/tfjs-core";
import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import { ArgumentError, deltaOrthogonal, install, orthogonal } from "tfjs-initializers";

await tf.setBackend("wasm");
install();
install(tf);
const factories: (typeof initializers.orthogonal)[] = [orthogonal, deltaOrthogonal];
const conv = layers.conv1d({ filters: 5, kernelSize: 3, inputShape: [9, 4], kernelInitializer: factories[1]({ gain: 1 }) });
const lstm = layers.lstm({ units: 5, kernelInitializer: orthogonal() });
console.log(sequential({ layers: [conv, lstm] }).getWeights()[3].shape.join());
try {
  orthogonal({ gain: NaN });
} catch (error) {
  console.log(error instanceof ArgumentError && error.argument);
}
`;

/** The entries below the main one, for which tools that do not read `exports` need a folder. */
const subpaths = ["linalg", "register", "train", "worker"];

/** What saved models may name. */
const saved = [
  ...["DiversityPenalty", "DiversityRegularizer", "Decorrelated", "LpsBias", "LpsKernel"].map(
    (name) => `TfjsInitializers${name}`,
  ),
  ...["GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LeCunNormal", "LeCunUniform"].map(
    (name) => `TfjsInitializers${name}`,
  ),
  ...["Identity", "IdInit", "Mimetic", "ReluOrthogonal", "ZerO"].map(
    (name) => `TfjsInitializers${name}`,
  ),
  ...["RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling"].map(
    (name) => `TfjsInitializers${name}`,
  ),
  ...["TfjsInitializersDeltaOrthogonal", "TfjsInitializersOrthogonal", "relu1"],
];

/** What README's examples take for granted, by their headings. */
const given: Record<string, string> = {
  Use: "",
  "Models that know their data before training": `
    const [xs, ys] = [tf.randomNormal([30, 4]), tf.randomUniform([30, 2])];
    const model = tfl.sequential({ layers: [
      tfl.layers.dense({ units: 5, activation: "relu", inputShape: [4] }),
      tfl.layers.dense({ units: 2 }),
    ] });`,
  "Models that grow": `
    const [xs, ys] = [tf.randomNormal([8, 6, 6, 1]), tf.randomNormal([8, 2])];
    const [x, y] = [xs, ys];
    const model = tfl.sequential({ layers: [
      tfl.layers.conv2d({ name: "conv2", filters: 4, kernelSize: 3, activation: "relu", inputShape: [6, 6, 1] }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 2 }),
    ] });
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });`,
  "Matrices without TensorFlow.js": "",
  "The same on tensors": "",
};

/** README's examples as one module: their imports first, then each in a block of its own. */
function readme(): string {
  const imports: string[] = [];
  const bodies: string[] = [];
  for (const section of readFileSync("README.md", "utf8").split(/^##+ /m)) {
    const heading = section.slice(0, section.indexOf("\n"));
    for (const [, code] of section.matchAll(/```js\n(.*?)```/gs)) {
      if (!(heading in given)) continue;
      const lines = code.split("\n");
      imports.push(...lines.filter((line) => line.startsWith("import ")));
      const body = lines.filter((line) => !line.startsWith("import ")).join("\n");
      bodies.push(`{ ${given[heading]}\n${body}\nconsole.log("ran: ${heading}"); }`);
    }
  }
  return [...new Set(imports), ...bodies].join("\n");
}

const home = project();
const { sh, write } = home;
const tsc = resolve("node_modules/typescript/bin/tsc");

/** Type-checks a file of the project as a user's compiler would. */
function check(file: string, resolution: string, ...more: string[]): void {
  const module = resolution === "bundler" ? "esnext" : resolution;
  const options = ["--strict --noEmit --target es2022", ...more].join(" ");
  sh(`node "${tsc}" ${file} ${options} --module ${module} --moduleResolution ${resolution}`);
}

/** What a bundler makes of the code in the project. */
function bundle(contents: string): Uint8Array {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: home.folder },
    bundle: true,
    minify: true,
    write: false,
    logLevel: "error",
    format: "esm",
    external: ["@tensorflow/*"],
  });
  return outputFiles[0].contents;
}

/** The same by Vite: the size of what is imported at once, gzipped. */
async function viteSize(contents: string): Promise<number> {
  const input = join(home.folder, "vite.js");
  writeFileSync(input, contents);
  const built = await vite({
    root: home.folder,
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      rollupOptions: { input, preserveEntrySignatures: "strict", external: /^@tensorflow/ },
    },
  });
  const { output } = built as { output: { type: string; isEntry?: boolean; code?: string }[] };
  return gzipSync(output.find(({ isEntry }) => isEntry)!.code!, { level: 9 }).length;
}

/** dist has a .d.ts for every source, nothing of what is no longer a source, and few files of code. */
function shipped(): string[] {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `src/${name.replaceAll("\\", "/")}`);
  const types = [...sources, "assembly/info.ts"].map((name) => `dist/types/${name.slice(0, -3)}`);
  const chunks = readdirSync("dist").filter((name) => /^chunk-\w+\.js$/.test(name));
  const entries = ["index", "spawn", "tensors", ...subpaths].map((name) => `${name}.js`);
  return [
    ...["package.json", "README.md", "LICENSE", "CHANGELOG.md", "INITIALIZERS.md", "LINALG.md"],
    ...[...subpaths, "script-tag"].map((name) => `${name}/package.json`),
    ...names.map((name) => `dist/${name}.wasm`),
    "dist/tfjs-initializers.min.js",
    ...[...entries, ...chunks].flatMap((name) => [`dist/${name}`, `dist/${name}.map`]),
    ...types.map((name) => `${name}.d.ts`),
  ];
}

suite("package", (test) => {
  let tarball = "";

  test("holds what it should and nothing else", () => {
    const packed = pack(home);
    tarball = packed.tarball;
    const { files } = packed;
    assert.equal(files.sort(), shipped().sort());
    const code = files.filter((file: string) => file.endsWith(".js"));
    assert.ok(code.length <= 25, `${code.length} files of code`);
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

  test("is found by tools that do not read exports", () => {
    const root = join(home.folder, "node_modules/tfjs-initializers");
    const read = (folder: string) =>
      JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const { exports } = read(".");
    for (const folder of [".", ...subpaths, "script-tag"]) {
      const { main, types } = read(folder);
      const { default: file, types: declarations } = exports[folder === "." ? "." : `./${folder}`];
      assert.is(join(root, folder, main), join(root, file));
      assert.is(join(root, folder, types), join(root, declarations));
      assert.ok(existsSync(join(root, file)) && existsSync(join(root, declarations)));
    }
    const typed = Object.keys(exports).filter((name) => exports[name].types);
    const expected = [".", ...[...subpaths, "script-tag"].map((name) => `./${name}`)];
    assert.equal(typed.sort(), expected.sort());
  });

  test("publint and arethetypeswrong find nothing", async () => {
    const bytes = Uint8Array.from(readFileSync(join(home.folder, tarball)));
    const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    assert.equal(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
    const found = await checkPackage(createPackageFromTarballData(bytes));
    assert.ok(found.types, "no types");
    // The one finding left is a decision: the package is ESM alone, which require() loads since Node 20.19 and 22.12, and
    // bundlers always. A second build for require() would make two copies in one process, each with its own classes,
    // errors and registrations, which is what conditional exports cannot repair ("module-sync" names the same ESM).
    const problems = found.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
    assert.equal(problems, []);
  });

  test("its declarations are TypeScript 5.0's", () => {
    // Typed arrays have parameters since 5.7. No older compiler is at hand here.
    const root = join(home.folder, "node_modules/tfjs-initializers");
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const seen = new Set([".", ...subpaths.map((name) => `./${name}`)].map((name) => join(root, exports[name].types))); // prettier-ignore
    for (const file of seen) {
      const text = readFileSync(file, "utf8");
      assert.not.match(text, /\b(Int|Uint|Float)\d+Array</, file);
      for (const [, name] of text.matchAll(/["'](\.[^"']+)\.(?:js|ts)["']/g))
        seen.add(join(dirname(file), `${name}.d.ts`));
    }
    assert.ok(seen.size > 40, `${seen.size} files`);
  });

  test("exports the raw kernels", () => {
    for (const name of names) {
      write("where.js", `console.log(import.meta.resolve("tfjs-initializers/${name}.wasm"));`);
      assert.ok(WebAssembly.validate(readFileSync(new URL(sh("node where.js")))));
    }
  });

  for (const resolution of ["nodenext", "bundler"])
    test(`is typed, for ${resolution}`, () => {
      write("kernels.ts", kernelsUser);
      check("kernels.ts", resolution, `--types ""`);
    });

  test("opens the door to tfjs, where that is installed", () => {
    linkTfjs(home);
    write("union.mts", unionUser);
    write("union.mjs", unionUser);
    assert.match(sh("node union.mjs"), /^7,5\nDense,DepthwiseConv2D$/m);
    write("smallest.mts", smallestUser);
    write("smallest.mjs", transformSync(smallestUser, { loader: "ts" }).code);
    assert.match(sh("node smallest.mjs"), /^5,20\ngain$/m);
  });

  test("the bundle for script tags has types, of its global", () => {
    write(
      "global.ts",
      `import "tfjs-initializers/script-tag";
       tfjsInitializers.install();
       export const initializer = tfjsInitializers.orthogonal({ seed: 1 });`,
    );
    check("global.ts", "bundler", `--types "" --skipLibCheck`);
  });

  test("README's examples run, from the top", () => {
    write("readme.mjs", readme());
    const ran = [...sh("node readme.mjs").matchAll(/^ran: (.*)$/gm)].map(([, heading]) => heading);
    assert.equal(ran, Object.keys(given));
  });

  for (const resolution of ["nodenext", "bundler"])
    test(`the door is typed, for ${resolution}`, () => {
      // tfjs's own declarations do not pass the compiler, hence --skipLibCheck.
      for (const file of ["union.mts", "smallest.mts"])
        check(file, resolution, `--types "" --skipLibCheck`);
    });

  const packages = ["core", "layers", "backend-wasm"].map((name) => `@tensorflow/tfjs-${name}`);
  const apply = `
    core.setBackend("wasm").then(() =>
      console.log(layers.initializers.orthogonal({}).apply([4, 3]).size),
    );`;

  test("the door is required, too", () => {
    const [core, layers, wasm] = packages.map((name) => `require("${name}")`);
    const tfjs = `${wasm}; const core = ${core}; const layers = ${layers};`;
    write("install.cjs", `${tfjs} require("tfjs-initializers").install(); ${apply}`);
    assert.is(sh("node install.cjs"), "12");
    write("register.cjs", `${tfjs} require("tfjs-initializers/register"); ${apply}`);
    assert.is(sh("node register.cjs"), "12");
  });

  test("an error of any entry is an instance of every other's class", () => {
    write(
      "errors.mjs",
      `import * as door from "tfjs-initializers";
       import * as linalg from "tfjs-initializers/linalg";
       const kinds = ["ArgumentError", "ConvergenceError", "EngineError", "MemoryError"];
       console.log(kinds.every((kind) => door[kind] === linalg[kind]));
       const errors = [() => door.orthogonal({ gain: NaN }), () => linalg.haar(-1, 1), () => door.linalg.qr(1)];
       for (const job of errors)
         try { job(); } catch (error) { console.log(error instanceof linalg.ArgumentError); }`,
    );
    assert.is(sh("node errors.mjs"), "true\ntrue\ntrue\ntrue");
  });

  test("a model whose class was not imported says so in tf.layers' words; register brings it", () => {
    const [core, layers, wasm] = packages;
    const load = `
      const config = { units: 2, batch_input_shape: [null, 3],
        kernel_initializer: { class_name: "TfjsInitializersOrthogonal", config: {} } };
      const modelTopology = { class_name: "Sequential",
        config: { name: "saved", layers: [{ class_name: "Dense", config }] } };
      const said = (job) => job.then((model) => model.countParams(), (error) => error.message);
      const loaded = () => said(loadLayersModel({ load: async () => ({ modelTopology }) }));`;
    write(
      "load.mjs",
      `import { setBackend } from "${core}"; import "${wasm}"; import { loadLayersModel } from "${layers}"; ${load}
       await setBackend("wasm");
       console.log(await loaded());
       await import("tfjs-initializers/register");
       console.log(await loaded());`,
    );
    assert.match(sh("node load.mjs"), /^Unknown initializer: TfjsInitializersOrthogonal[^]*\n8$/);
  });

  test("register is imported", () => {
    const [core, layers, wasm] = packages;
    const tfjs = `import * as core from "${core}"; import * as layers from "${layers}"; import "${wasm}";`;
    write("register.mjs", `${tfjs} import "tfjs-initializers/register"; ${apply}`);
    assert.is(sh("node register.mjs"), "12");
  });

  test("no module that is loaded at once reads import.meta, which loaders of CommonJS do not know", () => {
    const root = join(home.folder, "node_modules/tfjs-initializers/dist");
    const code = readdirSync(root).filter((name) => /^(?!.*\.min).*\.js$/.test(name));
    const text = (name: string) => readFileSync(join(root, name), "utf8");
    assert.equal(
      code.filter((name) => text(name).includes("import.meta")),
      ["spawn.js"],
    );
    assert.match(text("index.js"), 'await import("./spawn.js")');
    for (const name of code) assert.not.match(text(name), /(from|import) "\.\/spawn\.js"/);
  });

  test("a bundler keeps what an import is for, and nothing else", () => {
    const kept = (contents: string) => new TextDecoder().decode(bundle(contents));
    // All that a saved model may name.
    const registered = kept(`import "tfjs-initializers/register";`);
    for (const name of saved) assert.match(registered, `"${name}"`);
    // A factory comes with its own class and no other, install with none.
    const named = (contents: string) =>
      saved.filter((name) => kept(contents).includes(`"${name}"`));
    const door = (name: string) => named(`export { ${name} } from "tfjs-initializers";`);
    assert.equal(door("orthogonal"), ["TfjsInitializersDeltaOrthogonal", "TfjsInitializersOrthogonal"]); // prettier-ignore
    assert.equal(door("mimetic"), ["TfjsInitializersMimetic"]);
    assert.equal(door("decorrelated"), ["TfjsInitializersDecorrelated"]);
    assert.equal(door("relu1"), ["relu1"]);
    assert.equal(door("install"), []);
    assert.is(kept(`import "tfjs-initializers";`).trim(), "");
    assert.match(kept(`import "tfjs-initializers/worker";`), "addEventListener");
    assert.match(kept(`import "tfjs-initializers/train";`), "registerKernel");
    const errors = kept(`export { ArgumentError } from "tfjs-initializers/linalg";`);
    assert.ok(errors.length < 1000, `${errors.length} bytes for one class`);
  });

  test("exports the bundle for script tags, for every CDN", () => {
    write("where.js", `console.log(import.meta.resolve("tfjs-initializers/script-tag"));`);
    const bundle = readFileSync(new URL(sh("node where.js")), "utf8");
    assert.match(bundle, "tfjsInitializers=");
    const root = join(home.folder, "node_modules/tfjs-initializers");
    const { unpkg, jsdelivr } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const path of [unpkg, jsdelivr]) assert.is(readFileSync(join(root, path), "utf8"), bundle);
  });

  for (const [imported, budget] of Object.entries(BUDGET))
    test(`${imported} is at most ${budget} bytes`, () => {
      const size = gzipSync(bundle(`${imported};`), { level: 9 }).length;
      console.log(`\nnote: ${imported} is ${size} bytes, gzipped; the budget is ${budget}`);
      assert.ok(size <= budget, `${size} bytes`);
    });

  test("modules have no effect of their own, so that sideEffects is not what keeps apps small", () => {
    // Copies that no package.json describes.
    const bare = join(home.folder, "bare");
    cpSync(join(home.folder, "node_modules/tfjs-initializers/dist"), bare, { recursive: true });
    const entries = ["index", "linalg", "tensors"].map((name) => `import "./bare/${name}.js";`);
    const kept = new TextDecoder().decode(bundle(entries.join("")));
    assert.not.match(kept, "function");
    assert.not.match(kept, "=>");
  });

  test("the script for script tags says what it is and under which licence", () => {
    const root = join(home.folder, "node_modules/tfjs-initializers");
    const { version, unpkg } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const [banner] = readFileSync(join(root, unpkg), "utf8").split("\n");
    assert.match(banner, `tfjs-initializers ${version} | Copyright`);
    assert.match(banner, /^\/\*! .* MIT .*\*\/$/);
    assert.match(integrity(join(root, unpkg)), /^sha384-[\w+/]{64}$/);
  });

  test("a package without an allowed licence is refused", () => {
    const of = (license?: string) => refused({ "node_modules/x": { version: "1.0.0", license } });
    for (const license of ["MIT", "Apache-2.0 AND MIT", "(MIT OR GPL-3.0-or-later)"])
      assert.equal(of(license), []);
    for (const license of ["GPL-3.0", "MIT AND GPL-3.0", "(AGPL-3.0 OR GPL-3.0)"])
      assert.equal(of(license), [`x@1.0.0: ${license}`]);
    assert.equal(of(), ["x@1.0.0: none"]);
  });

  for (const way of core)
    test(`way in: ${way.name}`, async () => {
      assert.match(await take(home, way), way.folder ? /\d/ : /loss/);
    });

  const single = Object.entries(BUDGET).filter(([text]) => text.includes("{"));
  for (const [imported, budget] of [...single, ...Object.entries(BY_VITE)])
    test(`by Vite, ${imported} is within 1 KB of that`, async () => {
      const size = await viteSize(`${imported};`);
      assert.ok(size <= budget + 1024, `${size} bytes`);
    });

  test.after(async () => {
    await closeBrowser();
    home.remove();
  });
});
