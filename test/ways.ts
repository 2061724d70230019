/**
 * Every way into an app, from the packed tarball: each makes, trains, saves and loads a model; and the examples. `npm run test:ways` runs
 * all, with tools from npm's registry; words after `--` choose some by name. Those that need no registry are part of
 * `npm test`, see package.ts.
 */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { NPM, pack, project } from "./ways/project.ts";
import { closeBrowser } from "./ways/visit.ts";
import { take } from "./ways/way.ts";
import { ways } from "./ways/ways.ts";

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = ways.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.toLowerCase().includes(word)),
);

const home = project();
let failed = 0;
try {
  home.write("package.json", JSON.stringify({ private: true, type: "module" }));
  const { tarball } = pack(home);
  renameSync(join(home.folder, tarball), join(home.folder, "tfjs-initializers.tgz"));
  const tfjs = ["core", "layers", "backend-wasm"].map((name) => `@tensorflow/tfjs-${name}@4.22.0`);
  home.sh(`${NPM} ./tfjs-initializers.tgz ${tfjs.join(" ")}`);
  for (const way of chosen) {
    const start = performance.now();
    const line = (end: string) => {
      const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
      console.log(`${way.name.padEnd(50)} ${seconds.padStart(8)}  ${end}`);
    };
    try {
      line(`ok  ${await take(home, way)}`);
    } catch (error) {
      failed++;
      line(`failed\n\n${(error as Error).message}\n`);
    }
  }
} finally {
  await closeBrowser();
  home.remove();
}
if (chosen.length === 0) console.log(`No way is called ${words}.`);
console.log(`\n${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
