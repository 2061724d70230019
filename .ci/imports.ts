/**
 * Checks which room of the house imports which: ARCHITECTURE.md's drawing as a table. Imports go right only.
 *
 *   node --import tsx .ci/imports.ts
 */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

const bottom = ["assembly/real", "assembly/arena", "assembly/info"];
const leaves = ["src/arguments", "src/arrays", "src/errors"];
const core = "@tensorflow/tfjs-core";
const layers = "@tensorflow/tfjs-layers";

const features = (...names: string[]) => names.map((name) => `src/tfjs/${name}`);

/**
 * Room (a file or a folder) → the rooms and packages that its files may import, besides the room itself. An import
 * that is not listed is a breach, and so is a listed one that no file uses. A file belongs to the innermost room
 * around it: the features inside src/tfjs are rooms of their own.
 */
const rooms: Record<string, string[]> = {
  "src/tfjs": [
    ...features(
      "data",
      "diversity",
      "growth",
      "head",
      "initialize",
      "linalg",
      "lps",
      "relu1",
      "initializer",
      "registered",
      "train",
      "train/hint",
    ),
    ...["src/init", "src/linalg", ...leaves, core, layers],
  ],
  "src/tfjs/data": [
    ...features("layers", "outside"),
    ...["src/init", "src/linalg", ...leaves, core, layers],
  ],
  "src/tfjs/diversity": [
    ...features("layers", "initializer", "registered"),
    ...["src/init", "src/linalg", ...leaves, core, layers],
  ],
  "src/tfjs/growth": [
    ...features("data", "layers", "relu1", "outside", "train/hint"),
    ...["src/init", "src/linalg", ...leaves, core, layers],
  ],
  "src/tfjs/head": [
    ...features("data", "layers", "outside"),
    ...["src/init", "src/linalg", "src/elementary", ...leaves, core, layers],
  ],
  "src/tfjs/initialize": [
    ...features("layers"),
    ...["src/init", "src/linalg", "src/elementary", "src/arguments", "src/arrays", core, layers],
  ],
  "src/tfjs/lps": [...features("initializer", "registered"), "src/init"],
  "src/tfjs/layers": ["src/linalg", "src/errors", core, layers],
  "src/tfjs/linalg": ["src/linalg", ...leaves, core],
  "src/tfjs/train": [
    ...features("train/hint"),
    ...[
      "src/elementary",
      "src/linalg",
      "src/arrays",
      "src/errors",
      core,
      "@tensorflow/tfjs-backend-wasm",
    ],
  ],
  "src/tfjs/train/hint": [core],
  "src/tfjs/registered": [core],
  "src/tfjs/relu1": [...features("registered"), core],
  "src/tfjs/outside": [],
  "src/tfjs/initializer": ["src/arguments", core],
  "src/init": ["src/linalg", "src/elementary", ...leaves],
  "src/linalg": ["src/wasm", "src/elementary", ...leaves],
  "src/wasm": ["src/arrays", "src/errors", "assembly/info"],
  "src/arguments": ["src/errors"],
  "src/arrays": ["src/errors"],
  "src/elementary": [],
  "src/errors": [],
  "assembly/rooms": [
    "assembly/lapack",
    "assembly/blas",
    "assembly/conv",
    "assembly/random",
    "assembly/poly",
  ],
  "assembly/conv": ["assembly/blas", ...bottom],
  "assembly/poly": ["assembly/blas", "assembly/random", ...bottom],
  "assembly/lapack": ["assembly/blas", "assembly/random", ...bottom],
  "assembly/blas": bottom,
  "assembly/random": ["assembly/real"],
  "assembly/arena": [],
  "assembly/real": [],
  "assembly/info": [],
};

/** The one file that may touch wasm memory: a view of the memory is detached whenever the memory grows. */
const memoryFile = "src/wasm/memory.ts";

/** The rooms that may make typed arrays: elsewhere, a failed allocation would not become a MemoryError. */
const arrayRooms = ["src/arrays", "src/wasm"];
const typedArray = /\bnew (?:Float|Int|Uint)\d+Array\(|\b(?:Float|Int|Uint)\d+Array\.from\(/;

/** The innermost room of a module. A module outside of all rooms gets its own name, which no list contains. */
function roomOf(module: string): string {
  const around = Object.keys(rooms).filter((room) => `${module}/`.startsWith(`${room}/`));
  return around.sort((a, b) => b.length - a.length)[0] ?? module;
}

/** Module names in import, export … from and import(). Matches begin at the start of a line, to skip comments. */
function importsOf(source: string): string[] {
  const fixed = /^(?:import|export)\s+(?:[\w\s{},*$]+?\sfrom\s+)?["']([^"']+)["']/gm;
  const dynamic = /^(?!\s*(?:\*|\/[/*])).*?\bimport\(\s*["']([^"']+)["']/gm;
  return [...source.matchAll(fixed), ...source.matchAll(dynamic)].map((match) => match[1]);
}

/** The imports of a file, each as a path from the root and as a room. */
function targetsOf(file: string, source: string): { path: string; target: string }[] {
  return importsOf(source).map((name) => {
    const path = name.startsWith(".") ? posix.join(posix.dirname(file), name) : name;
    return { path, target: roomOf(path.replace(/\.ts$/, "")) };
  });
}

/** One line for each permission that none of these files uses. */
export function unused(files: Record<string, string>): string[] {
  const used = new Set<string>();
  for (const [file, source] of Object.entries(files)) {
    const room = roomOf(file.replace(/\.ts$/, ""));
    for (const { target } of targetsOf(file, source)) used.add(`${room} → ${target}`);
  }
  return Object.entries(rooms).flatMap(([room, open]) =>
    open.map((target) => `${room} → ${target}`).filter((rule) => !used.has(rule)),
  );
}

/** One line for each breach in these files (path → source). */
export function breaches(files: Record<string, string>): string[] {
  return Object.entries(files).flatMap(([file, source]) => {
    const room = roomOf(file.replace(/\.ts$/, ""));
    const open = rooms[room];
    if (!open) return [`${file}: this room is not in the table`];

    const found: string[] = [];
    for (const { path, target } of targetsOf(file, source)) {
      if (target !== room && !open.includes(target))
        found.push(`${file}: ${room} may not import ${path}`);
    }
    if (room.startsWith("src/") && file !== memoryFile && source.includes("memory.buffer"))
      found.push(`${file}: only ${memoryFile} touches memory.buffer`);
    else if (file.startsWith("src/") && !arrayRooms.includes(room) && typedArray.test(source))
      found.push(`${file}: only src/arrays.ts makes typed arrays`);
    return found;
  });
}

if (import.meta.filename === process.argv[1]) {
  const names = ["src", "assembly"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => posix.join(root, name)),
  );
  const sources = names.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));
  const files = Object.fromEntries(sources.map((name) => [name, readFileSync(name, "utf8")]));
  const idle = unused(files).map((rule) => `${rule}: a rule that nothing uses`);
  const found = [...breaches(files), ...idle];
  console.log([...found, `${sources.length} files, ${found.length} breaches`].join("\n"));
  process.exitCode = sources.length > 0 && found.length === 0 ? 0 : 1;
}
