/**
 * Finds a browser on this machine, or puts one there by Debian's packages. `npm test` says so beforehand, and asks
 * where there is somebody to answer.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Program {
  readonly title: string;
  /** What its executable may be called, and where it may lie besides PATH. */
  readonly names: readonly string[];
  readonly elsewhere?: readonly string[];
  /** The environment variable that names its executable; PREFIX_INSTALL=no forbids to install it. */
  readonly prefix: string;
  /** Debian's packages. */
  readonly packages: readonly string[];
  /** What else would put it there. */
  readonly remedy?: readonly string[];
}

export function found({ names, elsewhere = [], prefix }: Program): string | undefined {
  const named = process.env[`${prefix}_PATH`];
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...elsewhere].find(existsSync);
}

/** Did the command succeed? What it says goes to stderr, where a failed test shows it. */
function succeeds(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    return true;
  } catch {
    return false;
  }
}

const root = process.getuid?.() === 0;
const apt = (...args: string[]) =>
  root ? ["apt-get", ...args] : ["sudo", "-n", "apt-get", ...args];
const quiet = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** What would put the program on this machine, first choice first: Debian's, if we may, and its own way. */
function remedies({ packages, remedy }: Program): string[][][] {
  const debian = [apt("update"), apt("install", "--yes", "--no-install-recommends", ...packages)];
  const allowed = quiet("apt-get", "--version") && (root || quiet("sudo", "-n", "true"));
  return [...(allowed ? [debian] : []), ...(remedy ? [[[...remedy]]] : [])];
}

/** The same as a line for a shell. */
export const plan = (program: Program) =>
  remedies(program)
    .map((commands) => commands.map((words) => words.join(" ")).join(" && "))
    .join(" || ");

export const forbidden = ({ prefix }: Program) => process.env[`${prefix}_INSTALL`] === "no";

/** The path of the executable; installs it if need be. Throws with what a person can do. */
export function executable(program: Program): string {
  const path = found(program) ?? install(program);
  if (path) return path;
  const { title, prefix } = program;
  throw new Error(`No ${title}: install it, or set ${prefix}_PATH to its executable.`);
}

function install(program: Program): string | undefined {
  if (forbidden(program)) return;
  console.error(`No ${program.title} here; running ${plan(program)}`);
  for (const commands of remedies(program)) {
    const done = commands.every(([command, ...args]) => succeeds(command!, ...args));
    if (done && found(program)) return found(program);
  }
}
