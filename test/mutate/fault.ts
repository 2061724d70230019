/** Single faults in sources, and their names, which outlive edits elsewhere in the file. */
import { createHash } from "node:crypto";

export const random = [
  "sign",
  "bound",
  "tail",
  "constant",
  "operands",
  "condition",
  "statement",
] as const;
export type Kind = (typeof random)[number] | "numerical";

export interface Fault {
  readonly kind: Kind;
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** What takes the place of the source from `start` to `end`. */
  readonly text: string;
  /** What is lost, of a numerical fault. */
  readonly what?: string;
}

/** The source with the fault. */
export const planted = (source: string, { start, end, text }: Fault) =>
  source.slice(0, start) + text + source.slice(end);

/** The line of a place: its number from 1, where it starts, and what it says. */
function lineOf(source: string, at: number): { line: number; start: number; text: string } {
  const start = source.lastIndexOf("\n", at - 1) + 1;
  const end = source.indexOf("\n", at);
  const line = source.slice(0, start).split("\n").length;
  return { line, start, text: source.slice(start, end < 0 ? undefined : end) };
}

/**
 * A name that says nothing of line numbers: a hash of the file, the text of the line, how many equal lines come before
 * it, the place within it, and what is put there.
 */
export function identity(source: string, { kind, file, start, end, text }: Fault): string {
  const line = lineOf(source, start);
  const trimmed = line.text.trim();
  const before = source.slice(0, line.start).split("\n");
  const equal = before.filter((other) => other.trim() === trimmed).length;
  const place = start - line.start - line.text.indexOf(trimmed);
  const parts = [kind, file, trimmed, equal, place, source.slice(start, end), text];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10);
}

/** For people: where it is, and what has become of it. */
export function shown(source: string, fault: Fault): string {
  const { line } = lineOf(source, fault.start);
  const short = (text: string) => text.replace(/\s+/g, " ").slice(0, 70);
  const [before, after] = [source.slice(fault.start, fault.end), fault.text];
  const change = `${short(before) || "nothing"} → ${short(after) || "nothing"}`;
  return `${fault.file}:${line}  ${change}${fault.what ? `  (${fault.what})` : ""}`;
}
