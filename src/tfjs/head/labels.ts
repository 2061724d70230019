/** Labels and targets of samples, in all their forms. */
import { Tensor } from "@tensorflow/tfjs-core";
import { allPass } from "../../arguments.ts";
import { float64 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import { described } from "../data/labels.ts";

/** The name of a class: all of a head's classes have strings, or all have integers. */
export type Label = string | number;

/** Labels of samples: one for all of them, or one for each, or a tensor of integers or of one-hot rows. */
export type Labels = Label | readonly Label[] | Tensor;

/** Targets of samples: a number or a row of numbers for each, or a tensor. */
export type Values = number | readonly number[] | readonly (readonly number[])[] | Tensor;

/**
 * Reads the numbers or strings of a tensor; returns anything else as it is. In an object, because a promise would wait for
 * labels that have a method `then`.
 */
export async function read(given: unknown): Promise<{ labels: unknown }> {
  return { labels: given instanceof Tensor ? await listOf(given) : given };
}

async function listOf(given: Tensor): Promise<unknown> {
  if (given.isDisposed) throw new ArgumentError("labels", "tensors that are not disposed", "one that is"); // prettier-ignore
  const values = Array.from((await given.data()) as ArrayLike<number>);
  if (given.rank < 2) return given.rank === 0 ? values[0] : values;
  const width = given.size / given.shape[0]!;
  return Array.from({ length: given.shape[0]! }, (_, i) => values.slice(i * width, (i + 1) * width)); // prettier-ignore
}

/**
 * The labels of `count` samples.
 *
 * @param given as `read` returns it
 */
export function labelsOf(given: unknown, count: number): Label[] {
  const list = isLabel(given) ? (Array(count).fill(given) as unknown[]) : listed(given, count);
  return list.map((one) => {
    const label = Array.isArray(one) ? hot(one) : one;
    if (isLabel(label)) return label;
    throw new ArgumentError("labels", "strings or integers, one for each sample", show(one));
  });
}

/** The targets of `count` samples, all of one width. */
export function valuesOf(given: unknown, count: number): { width: number; values: Float64Array } {
  const rows = listed(typeof given === "number" ? [given] : given, count);
  const first = rows[0];
  const width = isList(first) ? first.length : 1;
  const values = float64(count * width);
  rows.forEach((row, i) => {
    const own: ArrayLike<unknown> = isList(row) ? row : [row];
    if (own.length !== width || width === 0) {
      throw new ArgumentError("labels", `${width || "some"} numbers for each sample`, show(row));
    }
    for (let j = 0; j < width; j++) {
      const value = own[j];
      if (!Number.isFinite(value)) throw new ArgumentError("labels", "finite numbers", show(value));
      values[i * width + j] = value as number;
    }
  });
  return { width, values };
}

function listed(given: unknown, count: number): unknown[] {
  const list = isList(given) ? given : undefined;
  const plain = (one: unknown) => typeof one === "number" || typeof one === "string";
  // A single row may stand for a single sample.
  if (count === 1 && list && list.length !== 1 && allPass(list, plain)) return [Array.from(list)];
  if (list?.length === count) return Array.from(list);
  const actual = list ? `${list.length}` : described(given);
  throw new ArgumentError("labels", `labels of ${count} samples`, actual);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

export function isLabel(value: unknown): value is Label {
  return typeof value === "string" || Number.isSafeInteger(value);
}

/** The class of a one-hot row. */
function hot(row: readonly unknown[]): unknown {
  if (row.length === 1) return row[0];
  if (!allPass(row, (value) => value === 0 || value === 1)) return row;
  return row.filter((value) => value === 1).length === 1 ? row.indexOf(1) : row;
}
