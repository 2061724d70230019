/** A head as plain data for JSON: numbers in base64, so that a reloaded head goes on with the same bits. */
import { base64, doublesOf, singlesOf } from "../../arrays.ts";
import { allPass, checkInteger, checkObject, checkOneOf } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import type { Learnt } from "../../init/head/head.ts";
import type { State, SumsState } from "../../init/head/store.ts";
import { isLabel, type Label } from "./labels.ts";
import { Learner } from "./learner.ts";
import { checked, type Checked, type RidgeHeadOptions } from "./options.ts";

/** What `toJSON` returns. */
export interface RidgeHeadJSON {
  readonly format: typeof FORMAT;
  readonly version: 1;
  /** All options but the base; `memory` is null where it has no end. */
  readonly options: Omit<RidgeHeadOptions, "base" | "memory"> & { memory: number | null };
  readonly classes: readonly Label[];
  /** Number of features that the head is given; 0 before the first sample. */
  readonly inputs: number;
  readonly learnt?: unknown;
}

const FORMAT = "tfjs-initializers/ridgeHead";

export function toJSON(learner: Learner): RidgeHeadJSON {
  const { base: _, memory, ...options } = learner.options;
  const { classes, head, projection } = learner;
  return {
    format: FORMAT,
    version: 1,
    options: { ...options, memory: memory === Infinity ? null : memory },
    classes: [...classes],
    inputs: projection?.rows ?? head?.size ?? 0,
    ...(head && { learnt: encoded(head.learnt()) }),
  };
}

/**
 * Makes a learner of what `toJSON` returned.
 *
 * @throws ArgumentError for anything else
 */
export function fromJSON(json: unknown, base: Checked["base"]): Learner {
  checkObject("json", json, "what toJSON returned");
  const { format, version, options, classes, inputs, learnt } = json as Partial<RidgeHeadJSON>;
  checkOneOf("json.format", format, [FORMAT]);
  if (version !== 1) throw new ArgumentError("json.version", "1", show(version));
  checkObject("json.options", options);
  const { memory, ...rest } = options!;
  const all = checked({ ...rest, memory: memory ?? Infinity, ...(base && { base }) });
  checkClasses(classes, all.task);
  checkInteger("json.inputs", inputs);
  if (learnt === undefined) {
    if (classes.length === 0) return new Learner(all);
    throw new ArgumentError("json.classes", "none before the first sample", show(classes));
  }
  checkInteger("json.inputs", inputs, 1);
  const size = all.randomFeatures ?? inputs!;
  const own = decoded(learnt, size, all, classes.length);
  return Learner.from(all, classes, inputs!, own);
}

/** Requires names of classes as a head has them: different, of one kind, and none for regression. */
function checkClasses(classes: unknown, task: Checked["task"]): asserts classes is Label[] {
  const most = task === "classification" ? Infinity : 0;
  const list: readonly unknown[] = Array.isArray(classes) ? classes : [undefined];
  const alike = (one: unknown) => isLabel(one) && typeof one === typeof list[0];
  if (list.length <= most && allPass(list, alike) && new Set(list).size === list.length) return;
  const expected = most ? "different strings, or different integers" : "none for regression";
  throw new ArgumentError("json.classes", expected, show(classes));
}

function encoded({ store, ...rest }: Learnt): unknown {
  const text = (part: object) =>
    Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, ArrayBuffer.isView(value) ? base64(value as Float32Array) : value]), // prettier-ignore
    );
  if (store.kind === "samples") return { ...rest, store: text(store) };
  return { ...rest, store: { kind: store.kind, sums: store.sums.map(text) } };
}

function decoded(
  learnt: unknown,
  size: number,
  { task, removable }: Checked,
  classes: number,
): Learnt {
  // prettier-ignore
  checkObject("json.learnt", learnt);
  const { width, count, counts, chosen, store } = learnt as Record<string, unknown>;
  const labelled = task === "classification";
  checkInteger("json.learnt.width", width, 1);
  checkInteger("json.learnt.count", count);
  if (chosen !== undefined) checkInteger("json.learnt.chosen", chosen, 1, count as number);
  const all = { width: width as number, count: count as number, ...(chosen !== undefined && { chosen: chosen as number }) }; // prettier-ignore
  const each = labelled ? 1 : all.width;
  const list: unknown[] = Array.isArray(counts) ? counts : [];
  for (const one of list) checkInteger("json.learnt.counts", one, 1);
  const sum = list.reduce((total: number, one) => total + (one as number), 0);
  const fits = labelled ? list.length === classes && all.width === classes && sum === all.count : list.length === 0; // prettier-ignore
  if (!fits) throw new ArgumentError("json.learnt.counts", `${all.count} samples of ${classes} classes`, show(counts)); // prettier-ignore
  checkObject("json.learnt.store", store);
  const { kind, sums, x, y } = store as Record<string, unknown>;
  checkOneOf("json.learnt.store.kind", kind, ["samples", "moments"]);
  const top = labelled ? all.width : Infinity;
  const samples = () => ({ x: singles("x", x, all.count * size), y: labels("y", y, all.count * each, top) }); // prettier-ignore
  const state: State =
    kind === "samples"
      ? { kind, ...samples() }
      : { kind: "moments", sums: sumsOf(sums, size, labelled, removable, all.width) };
  if (labelled && state.kind === "samples") {
    const own = Array<number>(classes).fill(0);
    state.y.forEach((label) => own[label]!++);
    if (!own.every((one, c) => one === list[c])) throw new ArgumentError("json.learnt.counts", show(own), show(list)); // prettier-ignore
  }
  return { ...all, counts: list as number[], store: state };
}

function sumsOf(
  sums: unknown,
  d: number,
  labelled: boolean,
  apart: boolean,
  width: number,
): SumsState[] {
  // prettier-ignore
  const wanted = apart ? width : 1;
  if (!Array.isArray(sums) || sums.length !== wanted) {
    throw new ArgumentError("json.learnt.store.sums", `${wanted} moments`, show(sums));
  }
  return Array.from(sums, (one: unknown) => {
    checkObject("json.learnt.store.sums", one);
    const { count, mean, scatter, centre, cross, energy, x, y } = one as Record<string, unknown>;
    checkInteger("json.learnt.store.sums.count", count);
    const rows = singles("x", x);
    const waiting = rows.length / d;
    const k = doubles("centre", centre).length;
    return {
      count: count as number,
      mean: doubles("mean", mean, d),
      scatter: doubles("scatter", scatter, d * d),
      centre: doubles("centre", centre, apart ? 1 : width),
      cross: doubles("cross", cross, k * d),
      energy: doubles("energy", energy, k),
      x: rows,
      y: labels("y", y, waiting * (labelled ? 1 : width), labelled ? k : Infinity),
    };
  });
}

/** Class indices below `top`, or numbers. */
function labels(name: string, text: unknown, length: number, top: number): Float64Array {
  const values = doubles(name, text, length);
  const wrong = top < Infinity && values.find((one) => !Number.isInteger(one) || one < 0 || one >= top); // prettier-ignore
  if (wrong === false || wrong === undefined) return values;
  throw new ArgumentError(`json: ${name}`, `class indices below ${top}`, show(wrong));
}

const singles = (name: string, text: unknown, length?: number) =>
  numbers(name, text, length, singlesOf);
const doubles = (name: string, text: unknown, length?: number) =>
  numbers(name, text, length, doublesOf);

function numbers<T extends Float32Array | Float64Array>(
  name: string,
  text: unknown,
  length: number | undefined,
  decode: (text: string) => T | undefined,
): T {
  const values = typeof text === "string" ? decode(text) : undefined;
  if (values === undefined || (length !== undefined && values.length !== length)) {
    const expected = `base64 of ${length === undefined ? "" : `${length} `}numbers`;
    throw new ArgumentError(`json: ${name}`, expected, show(values ?? text));
  }
  if (values.every(Number.isFinite)) return values;
  throw new ArgumentError(`json: ${name}`, "finite numbers", "a NaN or an infinity");
}
