/** Formats the rows of a report as lines of text and as Markdown. */
import prettier from "prettier";
import type { GrowthRow } from "./growth.ts";
import type { Row } from "./harness.ts";
import type { MemoryRow } from "./memory.ts";

export type AnyRow = Judged | GrowthRow;
export type Judged = Row | MemoryRow;

const COLUMNS: [title: string, width: number][] = [
  ["case", -19],
  ["by", -27],
  ["time", 9],
  ["IQR", 5],
  ["GFLOP/s", 8],
  ["/unit", 7],
  ["/ours", 7],
  ["‖I−QᵀQ‖", 8],
  ["‖A−QR‖", 8],
  ["error", 8],
  ["bar", -14],
  ["", -6],
];

const NUMERIC = new Set([
  ...COLUMNS.filter(([, width]) => width > 0).map(([title]) => title),
  ...["before", "peak", "after", "kept"],
  ...["n", "over the size before", "peak memory"],
]);

/** A number with three digits: more are not significant, and three suffice for comparison with a bar. */
function digits(x: number | undefined): string {
  if (x === undefined) return "";
  if (x !== 0 && (x < 0.001 || x >= 1e5)) return x.toExponential(1);
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3);
}

function duration(ms: number): string {
  return ms < 1
    ? `${digits(ms * 1000)} µs`
    : ms < 1000
      ? `${digits(ms)} ms`
      : `${digits(ms / 1000)} s`;
}

function cells(row: Row): string[] {
  if (row.absent) return [row.case, row.by, "absent", "", "", "", "", "", "", "", row.absent, ""];
  const { time = NaN, spread = NaN, rounds = 0 } = row;
  return [
    row.case,
    row.by,
    duration(time),
    rounds > 1 ? `${((100 * spread) / time).toFixed(0)} %` : "once",
    digits(row.gflops),
    digits(row.perUnit),
    digits(row.perOurs),
    digits(row.accuracy?.orthogonality),
    digits(row.accuracy?.residual),
    digits(row.accuracy?.error),
    row.bar ?? "",
    verdict(row),
  ];
}

function memoryCells(row: MemoryRow): string[] {
  const { before, peak, after } = row;
  const sizes = [before, peak, after, after - before].map((mb) => `${mb.toFixed(1)} MB`);
  return [row.case, ...sizes, row.bar, verdict(row)];
}

function growthCells({ case: name, size, time, factor, memory }: GrowthRow): string[] {
  const [over, peak] = [factor, memory].map((x) => x?.toFixed(1) ?? "");
  return [name, `${size}`, duration(time), over!, peak!];
}

function verdict({ ok }: Judged): string {
  return ok === undefined ? "" : ok ? "ok" : "MISSED";
}

function text(cells: string[]): string {
  return cells
    .map((cell, i) => {
      const width = COLUMNS[i][1];
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
    })
    .join("  ")
    .trimEnd();
}

/** The heading of a section, with the titles of the columns if asked for. */
export const heading = (name: string, columns: boolean): string =>
  `\n${name}${columns ? `\n${text(COLUMNS.map(([title]) => title))}` : ""}`;

export function line(row: AnyRow): string {
  if ("size" in row) {
    const [name, size, time, over, peak] = growthCells(row);
    return `${name}, n = ${size}: ${time}${over && `, ${over} times that of the size before`}${peak && `, peak memory ${peak} x (input + output)`}`;
  }
  if (!("peak" in row)) return text(cells(row));
  const [name, before, peak, after, kept, bar, verdict] = memoryCells(row);
  return `${name}: ${before}, at its peak ${peak}, after ${after}: keeps ${kept}  ${bar}  ${verdict}`;
}

const LEGEND = `
Written by \`npm run bench\` (\`-- --only <regex>\`, \`--quick\`, \`--json\`); whole runs only.

- **Ratios, not times, are compared**: a case, its unit (one \`tf.matMul\`, f32, wasm backend with SIMD, one
  thread) and its peers run in turn in one process, and a ratio is the median of the ratios within a
  round. _/unit_ is time over the unit's, _/ours_ time over ours. _once_: too slow to be repeated.
- _time_ is the median, _IQR_ the interquartile range in per cent of it. Everything is included: random
  numbers, allocation, copies in and out. \`tf.matMul\` keeps its second operand packed from call to call;
  _b new_ does not.
- _GFLOP/s_ counts the nominal flops of LAPACK's routines for the task: 2 n³ for a product, 4/3 n³ for
  haar (also where a peer factorizes a matrix for it), 8/3 n³ for QR with Q, 22 n³ for an SVD, for square matrices.
- _‖I−QᵀQ‖_ and _‖A−QR‖_ are LAPACK's test ratios, ‖I−QᵀQ‖₁/(m u) and ‖A−QR‖₁/(m ‖A‖₁ u), with u = 2⁻²⁴ or
  2⁻⁵³ for the precision of the data; for a product C = AB the second is ‖C−AB‖₁/(n ‖A‖₁ ‖B‖₁ u), for an
  SVD the first is the worse of U and V, the second that of A − U diag(s) Vᵀ. They are about 1 or less for
  a QR, below 10 for an SVD; LAPACK's tests fail at 30 and 50. np.linalg.qr works in double
  precision also on float32, hence its small ratios; SciPy calls LAPACK in single precision. For a gradient
  the second is the largest difference over the largest entry, in u, from the sum in double precision,
  for a training step that from the gradients of tfjs's cpu backend, of the worst weight: 33.6 is 2e-6. For a
  solution of AX + XB = C it is ‖C−AX−XB‖/((‖A‖+‖B‖)‖X‖+‖C‖)/u in Frobenius norms. For roots it
  is the largest relative error of a root in u; who is off by more than 1e-8 carries no bar.
- _error_ is that of the largest entry against a known answer, relative to the largest of all; it has the
  condition of the problem in it. Of a head it is the share of new samples told wrong.
`;

/** The whole report as Markdown, whose tables prettier aligns. */
export function markdown(
  machine: Record<string, string>,
  files: Record<string, AnyRow[]>,
): Promise<string> {
  const parts = ["# Benchmark results", table(["", ""], Object.entries(machine)), LEGEND];
  for (const [file, rows] of Object.entries(files)) {
    parts.push(`## ${file.replace(/\.ts$/, "")}`);
    const timed = rows.filter((row): row is Row => !("peak" in row || "size" in row));
    const memory = rows.filter((row): row is MemoryRow => "peak" in row);
    const growth = rows.filter((row): row is GrowthRow => "size" in row);
    const titles = COLUMNS.map(([title]) => title);
    if (timed.length) parts.push(table(titles, timed.map(cells)));
    if (memory.length) {
      parts.push("Resident memory of a process that does the job once and lets the result go:");
      parts.push(
        table(["job", "before", "peak", "after", "kept", "bar", ""], memory.map(memoryCells)),
      );
    }
    if (growth.length) {
      parts.push(
        "How cost grows: one call in a process of its own, and its peak memory over that of input and output (where the process had not been as large before):",
      );
      const titles = ["job", "n", "time", "over the size before", "peak memory"];
      parts.push(table(titles, growth.map(growthCells)));
    }
  }
  return prettier.format(parts.join("\n\n"), { parser: "markdown", printWidth: 100 });
}

function table(titles: string[], rows: string[][]): string {
  const rule = titles.map((title) => (NUMERIC.has(title) ? "--:" : "---"));
  return [titles, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
