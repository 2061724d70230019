/**
 * Which tests see which source, nearest first: by what modules import at run time, name by name through files that only
 * hand on, and, across the border of the two languages, by the kernels that a module mentions.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { children, isNode, parse, type Node } from "./syntax.ts";

interface Module {
  /** File → the names that are imported from it; `*` is all. */
  readonly imports: Map<string, Set<string>>;
  /** Exported name → the file it comes from and its name there. */
  readonly handedOn: Map<string, { from: string; name: string }>;
  /** Files of `export * from`. */
  readonly whole: string[];
  readonly source: string;
  /** Whether it imports an entry of the package. */
  readonly packaged: boolean;
}

export interface Seen {
  readonly test: string;
  /** Imports between the test and the source. */
  readonly distance: number;
  /** How many files the test reaches. */
  readonly reach: number;
  /** Whether it is named after the source, or after the room that the source is in. */
  readonly named: boolean;
}

export interface Cover {
  /** The tests that reach a file, the nearest and narrowest first. */
  tests(file: string): Seen[];
  /** The rooms of kernels whose binary has this file in it. */
  rooms(file: string): string[];
  /** The rooms that a test calls. */
  called(test: string): Set<string>;
  /** Whether a test compares with committed hashes. */
  golden(test: string): boolean;
  /** Whether a test imports the package as it is built. */
  packaged(test: string): boolean;
}

const KERNELS = "assembly/rooms/";
const GATES = "src/wasm/rooms/";

/** Runs every driver, between blocks of memory that are nobody's. */
const ARENA = "test/assembly/arena.test.ts";

/**
 * test/tfjs/growGroups.test.ts is named after all in src/tfjs/growth, test/tfjs/install.test.ts after src/tfjs/install.ts; that
 * of the arena counts as named after every kernel.
 */
function isNamed(test: string, file: string): boolean {
  if (test === ARENA && file.startsWith("assembly/")) return true;
  const [, room, ...path] = file.replace(/\.ts$/, "").split("/");
  const [, own, ...names] = test.replace(/\.test\.ts$/, "").split("/");
  const word = /^[a-z0-9]+/.exec(names.at(-1) ?? "")?.[0];
  return room === own && word !== undefined && path.some((part) => part.startsWith(word));
}

export function cover(root: string): Cover {
  const modules = new Map<string, Module>();
  const moduleOf = (file: string): Module => {
    const known = modules.get(file);
    if (known) return known;
    const module = read(root, file);
    modules.set(file, module);
    return module;
  };

  /** Where a name really comes from. */
  const originOf = (file: string, name: string): string => {
    const { handedOn, whole } = moduleOf(file);
    const on = handedOn.get(name);
    if (on) return originOf(on.from, on.name);
    for (const other of name === "*" ? [] : whole) {
      const origin = originOf(other, name);
      if (origin !== other || declares(moduleOf(other), name)) return origin;
    }
    return file;
  };

  const edges = new Map<string, { files: Set<string>; rooms: Set<string> }>();
  const edgesOf = (file: string) => {
    const known = edges.get(file);
    if (known) return known;
    const found = { files: new Set<string>(), rooms: new Set<string>() };
    edges.set(file, found);
    const { imports, handedOn, source } = moduleOf(file);
    // Who asks for a name gets it where it is from; whoever comes to this file wants it as a whole.
    for (const { from, name } of handedOn.values()) found.files.add(originOf(from, name));
    for (const [from, names] of imports) {
      if (from.endsWith(".json")) {
        found.files.add(from);
        continue;
      }
      for (const name of names) found.files.add(originOf(from, name));
      if (from.startsWith(KERNELS)) found.rooms.add(posix.basename(from, ".ts"));
      if (!from.startsWith(GATES)) continue;
      const room = posix.basename(from, ".ts");
      for (const [kernel, { from: home }] of moduleOf(`${KERNELS}${room}.ts`).handedOn) {
        if (!new RegExp(`\\b${kernel}\\b`).test(source.replace(/^\s*(?:\/?\*|\/\/).*$/gm, "")))
          continue;
        found.files.add(home);
        found.rooms.add(room);
      }
    }
    return found;
  };

  /** Everything that a file reaches, with its distance, and the rooms called on the way. */
  const reachOf = (start: string) => {
    const distances = new Map([[start, 0]]);
    const rooms = new Set<string>();
    for (const [file, distance] of distances) {
      if (file.endsWith(".json")) continue;
      const { files, rooms: called } = edgesOf(file);
      for (const room of called) rooms.add(room);
      for (const other of files) if (!distances.has(other)) distances.set(other, distance + 1);
    }
    return { distances, rooms };
  };

  const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join("test", name.replaceAll("\\", "/")))
    .filter((name) => name.endsWith(".test.ts"))
    .sort();
  const reached = new Map(tests.map((test) => [test, reachOf(test)]));
  const binaries = readdirSync(join(root, KERNELS)).map((name) => posix.basename(name, ".ts"));
  const contents = new Map(
    binaries.map((room) => [room, reachOf(`${KERNELS}${room}.ts`).distances]),
  );

  return {
    tests: (file) =>
      [...reached]
        .flatMap(([test, { distances }]) => {
          const distance = file === "assembly/arena.ts" ? arena(test) : distances.get(file);
          return distance === undefined ? [] : [{ test, distance, reach: distances.size, named: isNamed(test, file) }]; // prettier-ignore
        })
        .sort((a, b) => a.distance - b.distance || a.reach - b.reach),
    rooms: (file) =>
      file === "assembly/arena.ts" ? binaries : binaries.filter((room) => contents.get(room)!.has(file)), // prettier-ignore
    called: (test) => reached.get(test)!.rooms,
    packaged: (test) => [...reached.get(test)!.distances.keys()].some((file) => modules.get(file)?.packaged), // prettier-ignore
    golden: (test) => reached.get(test)!.distances.has("test/support/hash.ts"),
  };

  /** Every binary has the arena in it, whose functions a frame calls. */
  function arena(test: string): number | undefined {
    const memory = reached.get(test)!.distances.get("src/wasm/memory.ts");
    return reached.get(test)!.rooms.size === 0 || memory === undefined ? undefined : memory + 1;
  }
}

/** The source of each entry of the package, as its types have it. */
const { name: own, exports } = JSON.parse(readFileSync("package.json", "utf8"));
const entries: Record<string, string> = Object.fromEntries(
  Object.entries(exports as Record<string, { types?: string }>).flatMap(([entry, { types }]) =>
    types
      ? [[posix.join(own, entry), types.replace(/^\.\/dist\/types\/(.*)\.d\.ts$/, "$1.ts")]]
      : [],
  ),
);

/** Whether a name is declared in the module itself. */
const declares = ({ source }: Module, name: string) =>
  new RegExp(`^export (?:async )?(?:abstract )?(?:function\\*?|const|let|class|enum) ${name}\\b`, "m").test(source); // prettier-ignore

function read(root: string, file: string): Module {
  const source = readFileSync(join(root, file), "utf8");
  const packaged = /["']tfjs-initializers(\/[\w-]+)?["']/.test(source) && file.startsWith("test/");
  const module: Module = { imports: new Map(), handedOn: new Map(), whole: [], source, packaged };
  const resolve = (name: unknown): string | undefined => {
    if (typeof name !== "string") return undefined;
    if (name in entries) return entries[name];
    if (!name.startsWith(".")) return undefined;
    const path = posix.join(posix.dirname(file), name);
    const found = [path, `${path}.ts`].find((one) => /\.(ts|json)$/.test(one) && existsSync(join(root, one))); // prettier-ignore
    return found?.startsWith("src/wasm/binaries/") ? undefined : found;
  };
  const wants = (from: string | undefined, name: string) => {
    if (from === undefined) return;
    const names = module.imports.get(from) ?? new Set();
    module.imports.set(from, names.add(name));
  };
  const nameOf = (node: unknown) => (isNode(node) ? String(node.name ?? node.value) : "*");

  const look = (node: Node): void => {
    const from = resolve((node.source as Node | null | undefined)?.value);
    const types = node.importKind === "type" || node.exportKind === "type";
    const specifiers = ((node.specifiers ?? []) as Node[]).filter(
      (one) => one.importKind !== "type" && one.exportKind !== "type",
    );
    // A test that asks for the types of kernels alone makes instances of its own, and calls them all.
    if (types && from?.startsWith(GATES) && file.startsWith("test/"))
      wants(from.replace(GATES, KERNELS), "*");
    if (node.type === "ImportDeclaration") {
      const bare = (node.specifiers as Node[]).length === 0;
      if (!types && bare) wants(from, "*");
      if (!types) for (const one of specifiers) wants(from, nameOf(one.imported));
    } else if (node.type === "ImportExpression") {
      wants(from, "*");
    } else if (node.type === "ExportNamedDeclaration" && from && !types) {
      for (const one of specifiers)
        module.handedOn.set(nameOf(one.exported), { from, name: nameOf(one.local) });
    } else if (node.type === "ExportAllDeclaration" && from && !types) {
      module.whole.push(from);
      wants(from, "*");
    }
    for (const child of children(node)) look(child);
  };
  if (file.endsWith(".ts")) look(parse(file, source));
  return module;
}
