/** Labels and targets: the wanted outputs of a model, and the code vectors made of them. */
import { Tensor } from "@tensorflow/tfjs-core";
import { allPass } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { zeros } from "../../linalg/matrix.ts";

/**
 * Labels as `fit` takes them: a tensor; for a model with several outputs an array with one tensor for each output, or
 * an object with a tensor for each output that it names.
 */
export type Targets = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** The wanted values of one output of a model, for a batch of samples: `size` numbers for each sample. */
export class Labels {
  /**
   * @param classes 0 if `values` holds the numbers themselves; otherwise `values` holds class indices, each of which
   *   stands for a one-hot vector with this number of entries
   * @param single whether a sample has one label vector and no positions
   */
  constructor(
    private readonly values: ArrayLike<number>,
    readonly size: number,
    readonly classes: number,
    readonly single: boolean,
  ) {}

  /**
   * Returns the label vectors of `width` entries at the chosen positions, sample after sample, one per row. If a sample
   * has only one such vector, this vector is used at all positions.
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
 * The labels in a batch of ys: one tensor for each output of the model, undefined for outputs without labels.
 *
 * @throws ArgumentError for labels that are not tensors of `count` samples, or do not fit the outputs `names`
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
 * The labels of the first `count` samples of a batch.
 *
 * For an output of shape [samples, …positions, units], labels are one of
 * - values of the same shape,
 * - class indices [samples, …positions] or [samples, …positions, 1], which become one-hot vectors,
 * - label vectors of any other width, [samples, width], which only codes use.
 *
 * @param shape shape of the output
 * @throws ArgumentError for other shapes, for NaN and infinities, and for an index outside of 0 to units − 1
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

/** Describes a value given as samples or labels, without its numbers. */
export function described(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of shape [${value.shape.join(", ")}]`;
  if (!Array.isArray(value)) return show(value);
  const tensors = allPass(value, (one) => one instanceof Tensor);
  return `an array of ${value.length}${tensors ? " tensors" : ""}`;
}
