/** The folders of examples/, as their README.md says to run them; once more with what their package.json installs. */
import { readFileSync } from "node:fs";
import { NPM, type Project } from "./project.ts";
import { local } from "./scripts.ts";
import { heard, unwarned, visit } from "./visit.ts";
import type { Way } from "./way.ts";

/** An example is run with the tools of this repository, and with those that npm installs for it. */
function example(name: string, run: (project: Project) => string | Promise<string>): Way[] {
  const folder = `examples/${name}`;
  return [
    { name: folder, folder, core: true, run },
    {
      name: `${folder}, installed`,
      folder,
      run(project) {
        project.sh(`${NPM} ../tfjs-initializers.tgz`);
        return run(project);
      },
    },
  ];
}

/** The last line, if it is what it should be. */
function expect(said: string, pattern: RegExp): string {
  const line = said.trim().split("\n").at(-1)!;
  if (!pattern.test(line)) throw new Error(said);
  return line;
}

const start =
  (pattern: RegExp) =>
  ({ sh }: Project) =>
    expect(sh("npm start"), pattern);

/** The error of an LSTM at least halves. */
function learned(said: string): string {
  const line = expect(said, /^LSTM\(128\) built in \d+ ms, error [\d.]+ to [\d.]+$/);
  const [first, last] = line
    .match(/[\d.]+ to [\d.]+/)![0]
    .split(" to ")
    .map(Number);
  if (!(last! < first! / 2)) throw new Error(line);
  return line;
}

/** A file of an example, which other ways use, too. */
export const fileOf = (name: string, file: string) =>
  readFileSync(`examples/${name}/${file}`, "utf8");

export const examples: Way[] = [
  ...example("vite-lstm", async (project) => {
    unwarned(project.sh("npm run build 2>&1"));
    return learned(await visit(project, "dist", heard));
  }),
  {
    name: "examples/script-tag",
    folder: "examples/script-tag",
    core: true,
    async run(project) {
      project.write("site/index.html", local(project, project.read("index.html")));
      return learned(await visit(project, "site", heard));
    },
  },
  ...example(
    "node-fewshot",
    start(/^three new classes of five examples: (9\d|100) % right, \d+ ms$/),
  ),
  ...example(
    "node-grow",
    start(/^right before the first growth: [5-8]\d %, at the end: (9\d|100) %$/),
  ),
  ...example("typescript-linalg", start(/^zeros: -1\.5\d+ ± \S+, 0\.2\d+ ± \S+, 1\.2\d+ ± \S+$/)),
];
