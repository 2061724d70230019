/** Images that studies learn from: read once, named with a hash of what they are, and the first ones of them. */
import { createHash } from "node:crypto";
import { type Dataset, loadPictures, type Pictures } from "../../examples/cifar.ts";
import { loadDigits } from "../../examples/data.ts";

const once = (load: (directory?: string) => Dataset) => {
  const read = new Map<string | undefined, Dataset>();
  return (directory?: string): Dataset => {
    if (!read.has(directory)) read.set(directory, load(directory));
    return read.get(directory)!;
  };
};

/** CIFAR-10 from a directory, or shapes that are drawn. */
export const pictures = once(loadPictures);
/** MNIST from a directory, or digits that are drawn. */
export const digits = once(loadDigits);

/** For the key of a study: which images these are. */
export function describe({ name, train, test }: Dataset): string {
  const hash = createHash("sha256");
  for (const { pixels, labels } of [train, test]) hash.update(pixels).update(labels);
  return `${name}, ${train.count} to train and ${test.count} to test, ${hash.digest("hex").slice(0, 8)}`;
}

/** Images from number `from` up to `to`. */
export function part({ count, pixels, labels }: Pictures, from: number, to: number): Pictures {
  const size = pixels.length / count;
  const end = Math.min(to, count);
  return { count: end - from, pixels: pixels.subarray(from * size, end * size), labels: labels.subarray(from, end) }; // prettier-ignore
}
