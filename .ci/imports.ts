/**
 * Who may import whom: ARCHITECTURE.md's drawing as a table. Imports go right only.
 *
 *   node --import tsx .ci/imports.ts
 */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

const bottom = ["assembly/real", "assembly/arena", "assembly/info"];
const leaves = ["src/arguments", "src/arrays", "src/elementary", "src/errors"];
const tfjs = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-layers", "@tensorflow/tfjs-backend-wasm"];

/**
 * Room (a file or a folder) → the rooms and packages that it may enter besides itself. What is not
 * listed is not allowed.
 */
const rooms: Record<string, string[]> = {
  "src/tfjs": ["src/init", "src/linalg", ...leaves, ...tfjs],
  "src/init": ["src/linalg", ...leaves],
  "src/linalg": ["src/wasm", ...leaves],
  "src/wasm": [...leaves, "assembly/info"],
  "src/arguments": ["src/errors"],
  "src/arrays": ["src/errors"],
  "src/elementary": [],
  "src/errors": [],
  "assembly/index": ["assembly/lapack", "assembly/blas", "assembly/random", ...bottom],
  "assembly/double": ["assembly/poly"],
  "assembly/poly": ["assembly/blas", "assembly/random", ...bottom],
  "assembly/lapack": ["assembly/blas", "assembly/random", ...bottom],
  "assembly/blas": bottom,
  "assembly/random": bottom,
  "assembly/arena": ["assembly/real", "assembly/info"],
  "assembly/real": [],
  "assembly/info": [],
};

/** The one file that may touch wasm memory: a view of it dies whenever the memory grows. */
const memoryFile = "src/wasm/memory.ts";

/** Who may make typed arrays: elsewhere, memory that cannot be had would not be a MemoryError. */
const arrayRooms = ["src/arrays", "src/wasm"];
const typedArray = /\bnew (?:Float|Int|Uint)\d+Array\(|\b(?:Float|Int|Uint)\d+Array\.from\(/;

/** The room of a module; what lies in no room is its own name, which no list holds. */
function roomOf(module: string): string {
  return Object.keys(rooms).find((room) => `${module}/`.startsWith(`${room}/`)) ?? module;
}

/** Module names in import, export … from and import(): at a line's start, so not in comments. */
function importsOf(source: string): string[] {
  const fixed = /^(?:import|export)\s+(?:[\w\s{},*$]+?\sfrom\s+)?["']([^"']+)["']/gm;
  const dynamic = /^(?!\s*(?:\*|\/[/*])).*?\bimport\(\s*["']([^"']+)["']/gm;
  return [...source.matchAll(fixed), ...source.matchAll(dynamic)].map((match) => match[1]);
}

/** One line for each breach, given the files as path → source. */
export function breaches(files: Record<string, string>): string[] {
  return Object.entries(files).flatMap(([file, source]) => {
    const room = roomOf(file.replace(/\.ts$/, ""));
    const open = rooms[room];
    if (!open) return [`${file}: this room is not in the table`];

    const found: string[] = [];
    for (const name of importsOf(source)) {
      const path = name.startsWith(".") ? posix.join(posix.dirname(file), name) : name;
      const target = roomOf(path.replace(/\.ts$/, ""));
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
  const found = breaches(
    Object.fromEntries(sources.map((name) => [name, readFileSync(name, "utf8")])),
  );
  console.log([...found, `${sources.length} files, ${found.length} breaches`].join("\n"));
  process.exitCode = sources.length > 0 && found.length === 0 ? 0 : 1;
}
