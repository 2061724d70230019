/** The samples that settings name: drawn here, or from files that the visitor gave. */
import { CLASSES, drawDigits, SIDE } from "../../examples/digits.ts";
import { checkerboard, circles, spirals, type Samples } from "./sets.ts";
import type { Settings } from "./settings.ts";

/** A visitor's files by name, unpacked. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Points of a drawn set, pictures of a drawn or given one. Small enough that a step takes milliseconds. */
const POINTS = 512;
const PICTURES = 2000;

const drawn = { spirals, circles, checkerboard };

export async function samplesOf({ set, seed }: Settings, files?: Files): Promise<Samples> {
  if (set === "file") {
    if (!files) throw new Error("Drop MNIST's or CIFAR-10's files first.");
    return read(files);
  }
  if (set !== "digits") return drawn[set](POINTS, seed);
  const { pixels, labels } = drawDigits(PICTURES, seed);
  return {
    inputs: pixels,
    shape: [SIDE, SIDE, 1],
    labels: Int32Array.from(labels),
    classes: CLASSES,
  };
}

/** MNIST's pair of IDX files, or CIFAR-10's records of a label and 3 x 32 x 32 bytes. */
export function read(files: Files): Samples {
  const word = (bytes: Uint8Array, at: number) =>
    bytes.length >= at + 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(at) : NaN;
  const all = [...files.values()];
  const images = all.find((bytes) => word(bytes, 0) === 0x803);
  const labels = all.find((bytes) => word(bytes, 0) === 0x801);
  if (images && labels) {
    const [count, height, width] = [4, 8, 12].map((at) => word(images, at)) as [
      number,
      number,
      number,
    ];
    if (images.length !== 16 + count * height * width || labels.length !== 8 + count)
      throw new Error("The files of images and of labels do not belong together, or are cut off.");
    const used = Math.min(count, PICTURES);
    return samples(images.subarray(16, 16 + used * height * width), labels.subarray(8, 8 + used), [
      height,
      width,
      1,
    ]);
  }
  if (images || labels)
    throw new Error(
      `This is MNIST's file of ${images ? "images" : "labels"}. Drop the other one along with it.`,
    );
  const RECORD = 1 + 3 * 32 * 32;
  const cifar = all.find((bytes) => bytes.length > 0 && bytes.length % RECORD === 0);
  if (!cifar)
    throw new Error(
      "Neither MNIST (two files, …-images-idx3-ubyte and …-labels-idx1-ubyte) nor CIFAR-10 (data_batch_1.bin).",
    );
  const used = Math.min(cifar.length / RECORD, PICTURES);
  const classes = new Uint8Array(used);
  const pixels = new Uint8Array(used * (RECORD - 1));
  for (let i = 0; i < used; i++) {
    const record = cifar.subarray(i * RECORD, (i + 1) * RECORD);
    classes[i] = record[0]!;
    // Planes of colours become pixels of three.
    for (let at = 0; at < 1024; at++)
      for (let c = 0; c < 3; c++) pixels[(i * 1024 + at) * 3 + c] = record[1 + c * 1024 + at]!;
  }
  return samples(pixels, classes, [32, 32, 3]);
}

function samples(bytes: Uint8Array, labels: Uint8Array, shape: number[]): Samples {
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 2);
  if (classes > 100)
    throw new Error(`A label is ${classes - 1}; more than 100 classes are not for this page.`);
  return {
    inputs: Float32Array.from(bytes, (byte) => byte / 255),
    shape,
    labels: Int32Array.from(labels),
    classes,
  };
}

/** Unpacks a file if it is gzipped. */
export async function unpack(file: Blob): Promise<Uint8Array> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Error("A file that looks gzipped cannot be unpacked: it is cut off or damaged.");
  }
}
