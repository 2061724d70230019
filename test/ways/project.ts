/** Projects of users in temporary folders, and the package as npm packs it. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

const PATIENCE = 8 * 60_000; // ms

export interface Project {
  readonly folder: string;
  /** What a command prints that runs in the project; if it fails, that is the error. */
  sh(command: string): string;
  write(name: string, content: string): void;
  read(name: string): string;
  /** A project in a folder of this one: it finds what is installed here. */
  inside(name: string): Project;
  remove(): void;
}

function sh(command: string, cwd: string): string {
  // Where npm run finds tools that the project has not installed.
  const PATH = `${process.env["PATH"]}${delimiter}${resolve("node_modules/.bin")}`;
  const env = { ...process.env, PATH, NO_COLOR: "1", FORCE_COLOR: undefined, NEXT_TELEMETRY_DISABLED: "1" }; // prettier-ignore
  const settings = { cwd, env, shell: true, encoding: "utf8", timeout: PATIENCE } as const;
  const { status, stdout, stderr } = spawnSync(command, settings);
  if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`);
  return stdout.trim();
}

function projectIn(folder: string): Project {
  return {
    folder,
    sh: (command) => sh(command, folder),
    write(name, content) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    },
    read: (name) => readFileSync(join(folder, name), "utf8"),
    inside(name) {
      mkdirSync(join(folder, name));
      return projectIn(join(folder, name));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** An empty project. */
export const project = () => projectIn(mkdtempSync(join(tmpdir(), "tfjs-initializers-")));

/** Packs the package into the project, as `npm publish` would after the build, and says what is in it. */
export function pack({ folder }: Project): { tarball: string; files: string[] } {
  sh("node --import tsx .ci/stubs.ts", ".");
  const command = `npm pack --ignore-scripts --json --pack-destination "${folder}"`;
  const [packed] = JSON.parse(sh(command, "."));
  sh("node --import tsx .ci/stubs.ts remove", ".");
  const files = packed.files.map(({ path }: { path: string }) => path);
  return { tarball: packed.filename, files };
}

export const NPM = "npm install --no-audit --no-fund --prefer-offline --loglevel=error";

/** Puts this repository's copy of TensorFlow.js where the project finds it. */
export const linkTfjs = ({ folder }: Project) =>
  symlinkSync(resolve("node_modules/@tensorflow"), join(folder, "node_modules/@tensorflow"), "junction"); // prettier-ignore

/** The wasm binaries of tfjs's backend, copied to where the project serves them from. */
export function copyBackend({ folder }: Project, to: string): void {
  const from = resolve("node_modules/@tensorflow/tfjs-backend-wasm/dist");
  for (const kind of ["", "-simd", "-threaded-simd"]) {
    const name = `tfjs-backend-wasm${kind}.wasm`;
    cpSync(join(from, name), join(folder, to, name));
  }
}
