/**
 * Small colour pictures for the examples: CIFAR-10 from a directory of the user's, or else shapes drawn
 * here, so that every example runs on a machine without any data.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { drawShapes } from "./shapes.ts";

export const SIDE = 32;
export const CHANNELS = 3;
export const CLASSES = 10;

/** Pictures SIDE x SIDE x CHANNELS each, row-major, channels last. */
export interface Pictures {
  readonly count: number;
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly name: string;
  readonly train: Pictures;
  readonly test: Pictures;
}

/**
 * CIFAR-10 from `directory` (its binary version, gzipped or not); without a directory drawn shapes.
 * Every channel has mean 0 and standard deviation 1 over the training set.
 */
export function loadPictures(directory?: string): Dataset {
  if (directory === undefined) {
    console.log("No --data directory given: using shapes drawn by the example itself.");
    return standardized("drawn shapes", drawShapes(4000, 1), drawShapes(1000, 2));
  }
  const parts = [1, 2, 3, 4, 5].map((part) => `data_batch_${part}`);
  return standardized(
    "CIFAR-10",
    readSet(directory, [parts, ["cifar10-train"]]),
    readSet(directory, [["test_batch"], ["cifar10-test"]]),
  );
}

/** The published files are data_batch_1 … 5 and test_batch; other names are what subsets go by. */
function readSet(directory: string, choices: readonly string[][]): Pictures {
  const find = (name: string) =>
    [`${name}.bin.gz`, `${name}.bin`].map((file) => join(directory, file)).find(existsSync);
  const paths = choices.map((names) => names.flatMap((name) => find(name) ?? []));
  const found = paths.find((path) => path.length > 0);
  if (!found) throw new Error(`--data: no ${choices[0]![0]}.bin of CIFAR-10 in ${directory}`);
  return unpack(Buffer.concat(found.map(read)));
}

function read(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** A picture is a byte for its label, then the planes of red, green and blue, row by row. */
function unpack(bytes: Buffer): Pictures {
  const plane = SIDE * SIDE;
  const record = 1 + CHANNELS * plane;
  const count = bytes.length / record;
  if (!Number.isInteger(count)) throw new Error("--data: the files are not CIFAR-10's");
  const pixels = new Float32Array(count * plane * CHANNELS);
  const labels = new Uint8Array(count);
  for (let i = 0, to = 0; i < count; i++) {
    const from = i * record + 1;
    labels[i] = bytes[from - 1]!;
    if (labels[i]! >= CLASSES) throw new Error("--data: the files are not CIFAR-10's");
    for (let at = 0; at < plane; at++)
      for (let c = 0; c < CHANNELS; c++) pixels[to++] = bytes[from + c * plane + at]! / 255;
  }
  return { count, pixels, labels };
}

/** Both sets on the scale of the training set. */
function standardized(name: string, train: Pictures, test: Pictures): Dataset {
  for (let c = 0; c < CHANNELS; c++) {
    let [sum, squares] = [0, 0];
    for (let at = c; at < train.pixels.length; at += CHANNELS) {
      sum += train.pixels[at]!;
      squares += train.pixels[at]! ** 2;
    }
    const count = train.pixels.length / CHANNELS;
    const mean = sum / count;
    const deviation = Math.sqrt(squares / count - mean * mean);
    for (const { pixels } of [train, test])
      for (let at = c; at < pixels.length; at += CHANNELS)
        pixels[at] = (pixels[at]! - mean) / deviation;
  }
  return { name, train, test };
}
