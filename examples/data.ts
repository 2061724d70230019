/**
 * Images of digits for the examples: MNIST files from a directory of the user's, or else a small set
 * drawn here, so that every example runs on a machine without any data.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CLASSES, drawDigits, SIDE } from "./digits.ts";

export { CLASSES, SIDE };

/** Images row-major, SIDE x SIDE each, values in [0, 1]. */
export interface Images {
  readonly count: number;
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly name: string;
  readonly train: Images;
  readonly test: Images;
}

/** MNIST from `directory` (IDX files, gzipped or not); without a directory the drawn digits. */
export function loadDigits(directory?: string): Dataset {
  if (directory === undefined) {
    console.log("No --data directory given: using digits drawn by the example itself.");
    return { name: "drawn digits", train: drawDigits(4000, 1), test: drawDigits(1000, 2) };
  }
  return {
    name: "MNIST",
    train: readSet(directory, ["train", "mnist-train"]),
    test: readSet(directory, ["t10k", "test", "mnist-test"]),
  };
}

/** The published files are called train-… and t10k-…; other prefixes are what subsets go by. */
function readSet(directory: string, prefixes: readonly string[]): Images {
  const read = (kind: string): Buffer => {
    const paths = prefixes
      .flatMap((prefix) => [`${prefix}-${kind}-ubyte.gz`, `${prefix}-${kind}-ubyte`])
      .map((name) => join(directory, name));
    const path = paths.find(existsSync);
    if (path === undefined) throw new Error(`--data: no ${kind} file of MNIST in ${directory}`);
    const bytes = readFileSync(path);
    return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  };
  const images = read("images-idx3");
  const labels = read("labels-idx1");
  // IDX: magic (type and rank), sizes, all big-endian 32-bit words; then bytes.
  const [magic, count, height, width] = [0, 4, 8, 12].map((at) => images.readUInt32BE(at));
  if (magic !== 0x803 || height !== SIDE || width !== SIDE || labels.readUInt32BE(0) !== 0x801) {
    throw new Error(`--data: the ${prefixes[0]} files are not MNIST's`);
  }
  return {
    count: count!,
    pixels: Float32Array.from(images.subarray(16), (byte) => byte / 255),
    labels: Uint8Array.from(labels.subarray(8)),
  };
}
