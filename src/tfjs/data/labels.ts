/** Labels and targets: what a model is to put out, and the code vectors made of it. */
import { Tensor } from "@tensorflow/tfjs-core";
import { ArgumentError, show } from "../../errors.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { zeros } from "../../linalg/matrix.ts";

/**
 * Labels as `fit` takes them: a tensor; for a model with several outputs an array with one an output, or an object
 * with one for each output that is named there.
 */
export type Targets = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** What one output of a model is to be, for a batch of samples: `size` numbers a sample. */
export class Labels {
  /**
   * @param classes 0 where the values are the numbers themselves; else they are indices, and each of them stands for
   *   a one-hot vector of so many entries
   * @param single one label vector a sample, and no positions
   */
  constructor(
    private readonly values: ArrayLike<number>,
    readonly size: number,
    readonly classes: number,
    readonly single: boolean,
  ) {}

  /**
   * Of every sample the vectors of `width` entries at its chosen positions, sample after sample; where there is but
   * one such vector in a sample it holds at all positions.
   */
  at(chosen: readonly (readonly number[])[], width: number): Matrix<Float64Array> {
    const { values, size, classes } = this;
    const rows = chosen.reduce((total, positions) => total + positions.length, 0);
    const out = zeros(rows, width);
    let to = 0;
    chosen.forEach((positions, sample) => {
      for (const position of positions) {
        let from = sample * size + (size === width ? 0 : position * width);
        for (let j = 0; j < width; j++, from++) {
          out.data[to++] =
            classes === 0
              ? values[from]!
              : Number(values[Math.floor(from / classes)] === from % classes);
        }
      }
    });
    return out;
  }
}

/**
 * The labels in a batch of ys, one an output of the model, undefined where there are none.
 *
 * @throws ArgumentError for what is no tensor, or not of `count` samples
 */
export function targetsOf(
  names: readonly string[],
  ys: unknown,
  count: number,
): readonly (Tensor | undefined)[] {
  if (ys === undefined) return names.map(() => undefined);
  const alone = ys instanceof Tensor;
  const listed = Array.isArray(ys) && names.length > 1 && ys.length === names.length;
  const named =
    typeof ys === "object" && ys !== null && Object.keys(ys).some((name) => names.includes(name));
  const fits = alone ? names.length === 1 : listed || (named && !Array.isArray(ys));
  const unknown = named && !alone && Object.keys(ys).find((name) => !names.includes(name));
  const found: unknown[] = alone
    ? [ys]
    : listed
      ? Array.from(ys as unknown[])
      : names.map((name) => (ys as Record<string, unknown> | null)?.[name]);
  const given = found.filter((one) => one !== undefined);
  if (!fits || unknown || !given.every((one) => one instanceof Tensor && one.rank > 0)) {
    const expected =
      names.length === 1
        ? "a tensor, its first axis the samples"
        : `tensors for the outputs ${names.join(", ")}, in an array of ${names.length} or by name`;
    throw new ArgumentError("ys", expected, described(ys));
  }
  const other = (given as Tensor[]).find((one) => one.shape[0] !== count);
  if (other) {
    throw new ArgumentError("ys", `labels of ${count} samples, as in xs`, `${other.shape[0]}`);
  }
  return found as (Tensor | undefined)[];
}

/**
 * The labels of the first `count` samples of a batch. Of an output [samples, …positions, units] they are values of
 * its shape, or class indices [samples, …positions] or [samples, …positions, 1], which become one-hot vectors; label vectors of any
 * other width, [samples, width], are for codes.
 *
 * @throws ArgumentError for other shapes, NaN, and an index that is not from 0 to units − 1
 */
export async function labels(
  ys: Tensor,
  count: number,
  shape: readonly (number | null)[],
): Promise<Labels> {
  const own = ys.shape.slice(1);
  const full = shape.slice(1);
  const positions = full.slice(0, -1);
  const units = full.at(-1) ?? 0;
  const are = (wanted: readonly (number | null)[]) =>
    own.length === wanted.length && own.every((n, i) => wanted[i] === null || wanted[i] === n);
  const indices =
    units > 1 &&
    (are(positions) ||
      are([...positions, 1]) ||
      own.length === 0 ||
      (own.length === 1 && own[0] === 1));
  if (!indices && !are(full) && !(units === 1 && are(positions)) && own.length > 1) {
    const wide = ["samples", ...full.map((n) => n ?? "any")];
    const short = wide.slice(0, -1).join(", ");
    const expected = `shape [${wide.join(", ")}]${units > 1 ? `, or class indices [${short}]` : ""}`;
    throw new ArgumentError("ys", expected, `[${["samples", ...own].join(", ")}]`);
  }
  if (ys.dtype === "string" || ys.dtype === "complex64") {
    throw new ArgumentError("ys", "numbers", `${ys.dtype}s`);
  }
  const each = own.reduce((product, n) => product * n, 1);
  const values = (await ys.data<"float32">()).subarray(0, count * each);
  if (!values.every(Number.isFinite)) {
    throw new ArgumentError("ys", "finite values", "a NaN or an infinity");
  }
  if (!indices) return new Labels(values, each, 0, own.length < 2);
  const wrong = values.find((index) => !(Number.isInteger(index) && index >= 0 && index < units));
  if (wrong !== undefined) {
    const expected = `class indices from 0 to ${units - 1}, or vectors`;
    throw new ArgumentError("ys", expected, show(wrong));
  }
  return new Labels(values, each * units, units, each === 1);
}

/** What came as samples or labels, without the numbers in it. */
export function described(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of shape [${value.shape.join(", ")}]`;
  if (!Array.isArray(value)) return show(value);
  const tensors = Array.from(value).every((one) => one instanceof Tensor);
  return `an array of ${value.length}${tensors ? " tensors" : ""}`;
}
