/** Everything that the package exports, found by its package.json, so that no new function escapes the tests. */
import { readFileSync } from "node:fs";
import { tf } from "../support/wasm.ts";

export type Loose = (...values: unknown[]) => unknown;

/** Declarations of an entry that exports nothing, and the file of what it leaves behind as a global. */
const globals: Record<string, string> = { "src/tfjs/global.ts": "src/tfjs/script-tag.ts" };

const root = new URL("../../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const { classNameMap } = tf.serialization.SerializationMap.getMap();

/** Entries by their names in package.json, "." and "./linalg"; those without types are files of another kind. */
export const entries: Record<string, object> = {};
for (const [name, target] of Object.entries<{ types?: string }>(exports)) {
  if (target.types === undefined) continue;
  const file = target.types.replace("./dist/types/", "").replace(/\.d\.ts$/, ".ts");
  entries[name] = await import(new URL(globals[file] ?? file, root).href);
}

/** Path → function: "grow", "linalg.svd" (on tensors), "linalg/svd" (on arrays). Each under the first of its names. */
export const functions: Record<string, Loose> = {};
/** Path → error class. */
export const errors: Record<string, new (...values: never[]) => Error> = {};
const seen = new Set<unknown>();

function look(path: string, value: unknown): void {
  if (seen.has(value)) return;
  if (typeof value === "function") {
    seen.add(value);
    if (value.prototype instanceof Error) errors[path] = value as never;
    else functions[path] = value as Loose;
  } else if (Object.prototype.toString.call(value) === "[object Module]") {
    for (const [key, one] of Object.entries(value as object)) look(`${path}.${key}`, one);
  }
}
for (const [name, entry] of Object.entries(entries)) {
  const prefix = name === "." ? "" : `${name.slice(2)}/`;
  for (const [key, value] of Object.entries(entry)) look(prefix + key, value);
}

/** The classes that the entries have registered with tf.layers, by the names in saved models. */
export const classes = Object.keys(classNameMap).filter((name) =>
  /^(TfjsInitializers|relu1)/.test(name),
);

const foreign = new Set<unknown>([Object.prototype, Function.prototype, Array.prototype]);
for (const [, cls] of [...Object.entries(tf), ...Object.entries(tf.serialization)])
  for (let own: unknown = (cls as { prototype?: unknown })?.prototype; own; own = Object.getPrototypeOf(own)) foreign.add(own); // prettier-ignore

/** Names of the methods of a result that are the package's own: those of its classes and of plain objects. */
export function methods(result: unknown): string[] {
  if (typeof result !== "object" || result === null) return [];
  if (ArrayBuffer.isView(result) || result instanceof tf.Tensor) return [];
  const found: string[] = [];
  for (let own = result; own && !foreign.has(own); own = Object.getPrototypeOf(own)) {
    if (own instanceof tf.layers.Layer && own === result) continue; // fields, made by its class
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(own)))
      if (typeof value === "function" && key !== "constructor") found.push(key);
  }
  return found;
}
