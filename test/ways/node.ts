/** Node, and the runners of tests on it. */
import { ok, type Way } from "./way.ts";

const run = `import { app } from "./app.js"; console.log(await app());`;
const test = `test("app", async () => expect(await app()).toMatch(/^ok: /), 60000);`;

/** The registry's name of TensorFlow.js' packages at a version. */
const tfjs = (version: string) =>
  ["core", "layers", "backend-wasm"].map((name) => `@tensorflow/tfjs-${name}@${version}`);

export const node: Way[] = [
  {
    name: "Node, import",
    core: true,
    files: { "run.js": run },
    run: ({ sh }) => ok(sh("node run.js")),
  },
  {
    name: "Node, require",
    core: true,
    files: { "run.cjs": `require("./app.cjs").app().then(console.log);` },
    run: ({ sh }) => ok(sh("node run.cjs")),
  },
  {
    name: "Node, a worker thread of ours",
    core: true,
    files: {
      "run.js": `import { app } from "./app.js"; console.log(await app({ worker: true }));`,
    },
    run: ({ sh }) => ok(sh("node run.js")),
  },
  {
    name: "Node, the oldest TensorFlow.js of the peer range",
    tools: ["../tfjs-initializers.tgz", ...tfjs("4.6.0")],
    files: { "run.js": run },
    run({ sh }) {
      const said = ok(sh("node run.js"));
      if (!said.startsWith("tfjs 4.6.0,")) throw new Error(said);
      return said;
    },
  },
  {
    name: "Node, the union package",
    tools: ["../tfjs-initializers.tgz", "@tensorflow/tfjs@4.22.0"],
    files: {
      "run.js": `
        import * as tf from "@tensorflow/tfjs";
        import { install, orthogonal } from "tfjs-initializers";
        await tf.setBackend("cpu");
        install(tf);
        const kernelInitializer = orthogonal({ seed: 1 });
        const model = tf.sequential({ layers: [
          tf.layers.lstm({ units: 5, inputShape: [8, 4] }), tf.layers.dense({ units: 2, kernelInitializer }),
        ] });
        model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
        const [xs, ys] = [tf.ones([4, 8, 4]), tf.ones([4, 2])];
        await model.trainOnBatch(xs, ys);
        let saved;
        await model.save(tf.io.withSaveHandler(async (all) => ((saved = all), {})));
        const loaded = await tf.loadLayersModel({ load: async () => saved });
        console.log("ok: " + loaded.countParams() + " numbers, tfjs " + tf.version.tfjs);`,
    },
    run: ({ sh }) => ok(sh("node run.js")),
  },
  {
    name: "Node, two copies of tf.layers and of its core",
    tools: [
      "second-core@npm:@tensorflow/tfjs-core@4.22.0",
      "second-layers@npm:@tensorflow/tfjs-layers@4.22.0",
    ],
    files: {
      "run.js": `
        import { createRequire } from "node:module";
        import { app } from "./app.js";
        import { register } from "tfjs-initializers/register";
        import { orthogonal } from "tfjs-initializers";
        import * as first from "@tensorflow/tfjs-layers";
        const require = createRequire(import.meta.url);
        const second = require("second-layers");
        // The core that tf.layers' second copy has.
        const core = createRequire(require.resolve("second-layers"))("@tensorflow/tfjs-core");
        if (second.Sequential === first.Sequential) throw new Error("no copy");
        const said = await app();
        register(core);
        const kernelInitializer = orthogonal({ seed: 1 });
        const model = second.sequential({ layers: [
          second.layers.lstm({ name: "second", units: 5, inputShape: [8, 4] }),
          second.layers.dense({ name: "head", units: 2, kernelInitializer }),
        ] });
        model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
        await model.trainOnBatch(core.ones([4, 8, 4]), core.ones([4, 2]));
        console.log(said);`,
    },
    run: ({ sh }) => ok(sh("node run.js")),
  },
  {
    name: "Vitest",
    tools: ["vitest@3"], // later ones ask for Node 22
    files: {
      "app.test.js": `import { expect, test } from "vitest"; import { app } from "./app.js"; ${test}`,
    },
    run: ({ sh }) => (sh("npx vitest run"), "a test passes"),
  },
  {
    name: "Jest, modules",
    tools: ["jest@30"],
    files: {
      "app.test.js": `import { app } from "./app.js"; ${test}`,
      "jest.config.json": JSON.stringify({ transform: {} }),
    },
    run: ({ sh }) => (
      sh("node --experimental-vm-modules node_modules/jest/bin/jest.js"),
      "a test passes"
    ),
  },
  {
    name: "Jest, Babel",
    tools: ["jest@30", "@babel/core@7", "@babel/preset-env@7"],
    files: {
      "package.json": JSON.stringify({ private: true }),
      "app.test.js": `import { app } from "./app.js"; ${test}`,
      "babel.config.json": JSON.stringify({
        presets: [["@babel/preset-env", { targets: { node: "current" } }]],
      }),
      "jest.config.json": JSON.stringify({
        transformIgnorePatterns: ["/node_modules/(?!tfjs-initializers/)"],
      }),
    },
    run: ({ sh }) => (sh("npx jest"), "a test passes"),
  },
];
