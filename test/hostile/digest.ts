/** The bits of any value, to compare results with each other and arguments with what they were. */
import { createHash } from "node:crypto";
import { Tensor } from "@tensorflow/tfjs-core";
import { layers, type LayersModel } from "@tensorflow/tfjs-layers";
import { behind } from "./values.ts";

/** How deep values are searched. */
const DEEPEST = 40;

const { Layer } = layers;

/** A short text of all numbers, strings and weights inside. It never fails, and calls no getter of plain objects. */
export function digest(...values: unknown[]): string {
  // Hashed as one text, because each piece that is hashed by itself has a price.
  const hash = new Text();
  const seen = new Set<unknown>();
  for (const value of values) add(hash, value, seen);
  return createHash("sha1").update(hash.all, "latin1").digest("hex").slice(0, 16);
}

/** Pieces of text and of bytes; characters beyond the first 256 are written as their codes. */
class Text {
  all = "";

  update(piece: string | Uint8Array): void {
    if (typeof piece !== "string") this.all += Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1"); // prettier-ignore
    else this.all += /[^\0-\xff]/.test(piece) ? JSON.stringify([...piece].map((c) => c.codePointAt(0))) : piece; // prettier-ignore
  }
}

function add(hash: Text, given: unknown, seen: Set<unknown>, depth = 0): void {
  const value = behind.get(given as object) ?? given;
  try {
    if (typeof value !== "object" || value === null) {
      const negative = Object.is(value, -0) ? "-" : "";
      return void hash.update(`${typeof value} ${negative}${typeof value === "function" ? "" : String(value)};`); // prettier-ignore
    }
    const module = Object.prototype.toString.call(value) === "[object Module]";
    if (module || seen.has(value) || depth > DEEPEST) return void hash.update("again;");
    seen.add(value);
    inside(hash, value, seen, depth + 1);
  } catch {
    hash.update("unreadable;");
  }
}

/** Whether there is a method of this name, and no getter, which may count its readers. */
function has(value: object, name: string): boolean {
  if (Object.getOwnPropertyDescriptor(value, name)?.get) return false;
  return typeof Reflect.get(value, name) === "function";
}

function inside(hash: Text, value: object, seen: Set<unknown>, depth: number): void {
  // Without instanceof, for which Tensor reads the data.
  if (Tensor.prototype.isPrototypeOf(value)) {
    const { shape, dtype, isDisposed } = value as Tensor;
    hash.update(`tensor ${dtype} [${shape}] ${isDisposed};`);
    return isDisposed ? undefined : add(hash, (value as Tensor).dataSync(), seen);
  }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    hash.update(`${Object.prototype.toString.call(value)} ${byteLength};`);
    return void hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  if (value instanceof Error) return void hash.update(`${value.name}: ${value.message};`);
  if (has(value, "getWeights") && "weights" in value) {
    hash.update(`${value.constructor.name};`);
    return add(hash, (value as LayersModel).getWeights(), seen);
  }
  if (has(value, "toJSON")) return add(hash, (value as { toJSON(): unknown }).toJSON(), seen);
  if (has(value, "getClassifierDataset")) {
    const kept = (
      value as { getClassifierDataset(): Record<string, Tensor> }
    ).getClassifierDataset();
    add(hash, kept, seen);
    return void Object.values(kept).forEach((one) => one.dispose());
  }
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value));
  hash.update(`${entries.length} keys;`);
  for (const [key, { value: own }] of entries) {
    if (key === "milliseconds") continue;
    hash.update(`${key}:`);
    add(hash, own, seen, depth);
  }
}

/** Whether there is a NaN or an infinity among the numbers of a result. */
export function infinite(value: unknown, depth = 0): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null || depth > DEEPEST) return false;
  if (value instanceof Tensor) {
    return !value.isDisposed && value.dtype === "float32" && infinite(value.dataSync());
  }
  if (value instanceof Float32Array || value instanceof Float64Array) {
    return !value.every(Number.isFinite);
  }
  if (typeof (value as Partial<LayersModel>).getWeights === "function") {
    return (value as LayersModel).getWeights().some((one) => infinite(one));
  }
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return plain && Object.values(value).some((one) => infinite(one, depth + 1));
}

/** Disposes every tensor, model, layer and head inside, once. */
export function discard(given: unknown, done = new Set<unknown>(), depth = 0): void {
  const value = behind.get(given as object) ?? given;
  if (typeof value !== "object" || value === null || done.has(value) || depth > DEEPEST) return;
  done.add(value);
  if (ArrayBuffer.isView(value)) return;
  try {
    const own = value as { isDisposed?: boolean; dispose?: () => void };
    // A layer that no model holds is not disposed by its own method.
    if (value instanceof Layer && !("layers" in value))
      return void value.weights.forEach((one) => one.dispose());
    if (typeof own.dispose === "function") return void (own.isDisposed === true || own.dispose());
    for (const { value: one } of Object.values(Object.getOwnPropertyDescriptors(value))) discard(one, done, depth + 1); // prettier-ignore
  } catch {
    // What cannot be read, or is disposed already, holds no tensors.
  }
}
