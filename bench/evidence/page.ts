/** The report as Markdown: a page for each study, and an index with all verdicts. */
import prettier from "prettier";
import { mean, sampleStandardDeviation } from "simple-statistics";
import { cellsOf, sameCell, type Cell, type Column, type Comparison, type Observation, type Scale, type Study } from "../study.ts"; // prettier-ignore
import type { Kept } from "./store.ts";
import { verdictOf, type Compared } from "./verdict.ts";

/** A study with what was found, as pages need it. */
export interface Found {
  readonly study: Study;
  readonly kept: Kept;
  readonly scale: Scale;
  /** Whether the code or the data have changed since. */
  readonly outdated: boolean;
  /** Names of its charts' files. */
  readonly charts: readonly string[];
}

const format = (text: string) => prettier.format(text, { parser: "markdown", printWidth: 100 });
const table = (head: readonly string[], rows: readonly (readonly string[])[], left: number) =>
  [head, head.map((_, i) => (i < left ? "---" : "--:")), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

/** What was computed of the cells of this scale. */
function computed({ study, kept, scale }: Omit<Found, "charts">) {
  const cells = cellsOf(study.experiment, scale);
  return kept.cells.filter((one) => cells.some((cell) => sameCell(cell, one)));
}

export const observationsOf = (found: Omit<Found, "charts">): Observation[] =>
  computed(found).flatMap(({ observations }) => observations);

function number(x: number, digits?: number): string {
  if (!Number.isFinite(x)) return "–";
  if (digits !== undefined) return x.toFixed(digits);
  return Math.abs(x) >= 1e4 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(1) : `${Number(x.toPrecision(3))}`; // prettier-ignore
}

/** Mean ± standard deviation over the seeds. */
function spread(values: readonly number[], { factor = 1, digits }: Column): string {
  if (values.length === 0) return "–";
  const scaled = values.map((x) => factor * x);
  const deviation =
    values.length > 1 ? ` ± ${number(sampleStandardDeviation(scaled), digits)}` : "";
  return number(mean(scaled), digits) + deviation;
}

function results(found: Found): string {
  const { columns, experiment } = found.study;
  const observations = observationsOf(found);
  const rows = Object.keys(experiment.methods).flatMap((setting) => {
    const own = observations.filter((one) => one.setting === setting);
    const names = new Set(own.map(({ method }) => method));
    return [...names].flatMap((method) => {
      const runs = own.filter((one) => one.method === method);
      if (runs.length === 0) return [];
      const cells = columns.map((column) =>
        spread(
          runs.flatMap(({ values }) =>
            typeof values[column.measure] === "number" ? [values[column.measure] as number] : [],
          ),
          column,
        ),
      );
      return [[setting, method, `${runs.length}`, ...cells]];
    });
  });
  return table(["", "method", "seeds", ...columns.map(({ title }) => title)], rows, 2);
}

/** How the differences of a comparison are written: as per cent, or as the column of the measure has it. */
function scaleOf({ columns }: Study, { of, relative }: Comparison) {
  const { factor = 1, title = of.measure } = columns.find(({ measure }) => measure === of.measure) ?? {}; // prettier-ignore
  return relative ? { factor: 100, unit: " %", title } : { factor, unit: "", title };
}

/** What is compared, as a line of text. */
function phrase(study: Study, comparison: Comparison): string {
  const { of, over, less, relative, by = 0, counts = by } = comparison;
  const { factor, unit, title } = scaleOf(study, comparison);
  const amount = (x: number) => number(factor * x) + unit;
  const same = typeof over !== "number" && over.measure === of.measure;
  const name = (side: typeof of) => side.method + (same ? "" : `, ${side.measure}`);
  const other = typeof over === "number" ? number(relative ? over : factor * over) : name(over);
  const [direction, opposite] = less ? ["below", "above"] : ["above", "below"];
  const claimed = by > 0 ? ` by more than ${amount(by)}` : by < 0 ? `, or ${opposite} by less than ${amount(-by)}` : ""; // prettier-ignore
  const counted = counts > Math.max(by, 0) ? `; less than ${amount(counts)} does not count` : "";
  return `${name(of)} ${direction} ${other}${same ? `: ${title}` : ""}${claimed}${counted}`;
}

function interval(study: Study, { comparison, difference, half }: Compared): string {
  const { factor, unit } = scaleOf(study, comparison);
  const width = Number.isFinite(half) ? ` ± ${number(factor * half)}` : "";
  // Rounding errors of a mean that is zero are not shown as its digits.
  const centre = Math.abs(difference) <= 1e-9 * half ? 0 : factor * difference;
  return number(centre) + (Number.isFinite(difference) ? width + unit : "");
}

const settingsOf = (study: Study, comparison: Comparison): string[] => {
  const needed = [comparison.of, comparison.over].flatMap((side) => (typeof side === "number" ? [] : side.method)); // prettier-ignore
  return Object.entries(study.experiment.methods)
    .filter(([, methods]) => needed.every((method) => methods.includes(method)))
    .map(([setting]) => setting);
};

/** The verdicts of a study; comparisons that name no settings are about all that have their methods. */
export const verdicts = (found: Omit<Found, "charts">) =>
  found.study.claims.map((claim) => {
    const comparisons = claim.comparisons.map((one) => ({
      ...one,
      settings: one.settings ?? settingsOf(found.study, one),
    }));
    return { claim, ...verdictOf({ ...claim, comparisons }, observationsOf(found), []) };
  });

const bold = (verdict: string) => `**${verdict}**`;

/** Minutes, or seconds if it took less than two minutes. */
const time = (seconds: number) =>
  seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(0)} min`;

function done(found: Found): string {
  const { experiment } = found.study;
  const cells = cellsOf(experiment, found.scale);
  const own = computed(found);
  const seeds = experiment.seeds[found.scale];
  const of = (all: readonly Cell[], seed: number) =>
    all.filter((cell) => cell.seed === seed).length;
  const whole = Array.from({ length: seeds }, (_, seed) => seed).filter((seed) => of(own, seed) === of(cells, seed)); // prettier-ignore
  const spent = own.reduce((sum, { seconds }) => sum + seconds, 0);
  return `${own.length} of ${cells.length} runs, ${whole.length} of ${seeds} seeds in full, in ${time(spent)}${found.outdated ? ", before the code or the data changed" : ""}`;
}

export function page(found: Found): Promise<string> {
  const { study, kept } = found;
  const { id, title, about } = study;
  const parts = [`# ${title}`, about];
  const judged = verdicts(found);
  if (judged.length > 0) parts.push("## Claims");
  for (const { claim, compared, verdict } of judged) {
    parts.push(`${bold(verdict)}: ${claim.text} (${claim.source})`);
    const rows = compared.map((one) => [phrase(study, one.comparison), one.setting, interval(study, one), `${one.seeds}`, one.verdict]); // prettier-ignore
    parts.push(table(["compared", "in", "difference, 95 %", "seeds", "verdict"], rows, 2));
  }
  parts.push("## Results", "Mean ± standard deviation over the seeds.", results(found));
  found.charts.forEach((file, i) => parts.push(`![${study.charts[i]!.title}](${file})`));
  if (study.charts.some(({ kind }) => kind === "points")) parts.push("Dots are means, lines go from the least to the largest seed; curves are means."); // prettier-ignore
  const origin = Object.entries(kept.origin).map(([name, value]) => `- ${name}: ${typeof value === "object" ? Object.values(value as object).join("; ") : String(value)}`); // prettier-ignore
  parts.push("## What was run", `${done(found)}.`, origin.join("\n"));
  parts.push(`Again: \`npm run report -- --only ${id}\`. All results are in [${id}.json](${id}.json). [All studies](index.md)`); // prettier-ignore
  return format(parts.join("\n\n"));
}

export function index(all: readonly Found[], missing: readonly Study[]): Promise<string> {
  const rows = all.flatMap((found) =>
    verdicts(found).map(({ claim, compared, verdict }) => {
      const seeds = Math.min(...compared.map((one) => one.seeds));
      return [claim.text, claim.source, `[${found.study.title}](${found.study.id}.md)`, `${Number.isFinite(seeds) ? seeds : 0}`, bold(verdict)]; // prettier-ignore
    }),
  );
  const runs = all.map((found) => [`[${found.study.title}](${found.study.id}.md)`, done(found), String(found.kept.origin["commit"] ?? "")]); // prettier-ignore
  for (const { title } of missing) runs.push([title, "not yet", ""]);
  const parts = [
    "# Evidence",
    "Written by `npm run report`: what this package and the methods of the papers are worth, measured here. A claim is judged by a rule that was fixed before the results were seen.",
    "For every seed the difference of two methods is taken, which share all random draws. From the differences follows a 95 % interval of their mean (Student's t). The claim **reproduces** if the interval lies above the difference that is claimed (0 unless it is named), **does not reproduce** if it ends below that or below the smallest difference that counts, and is **undecided** otherwise, and with fewer than three seeds. A claim of several comparisons needs all of them. The intervals are not widened for the number of claims.",
    "The papers' own networks and data are larger than what runs here in minutes. A claim that does not reproduce here may hold there; a claim that reproduces here is one that you can count on at this size.",
    table(["claim", "source", "study", "seeds", "verdict"], rows, 3),
    "## What was run",
    table(["study", "runs", "commit"], runs, 3),
    "`npm run report` goes on where an earlier run stopped, and computes again what a change of the code has touched. `-- --quick` takes at most five minutes and writes to `build/report`; `-- --full` takes as long as it takes; `-- --only <regex>` chooses studies, `-- --budget <minutes>` sets the time, `-- --data <directory>` names a directory with MNIST and CIFAR-10, without which digits and shapes are drawn.",
  ];
  return format(parts.join("\n\n"));
}
