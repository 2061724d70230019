/**
 * Draws the picture of README, docs/public/orthogonal.svg, from the measured times in bench/RESULTS.md. A test compares
 * it with the committed file.
 *
 *   npm run docs:picture
 */
import { readFileSync, writeFileSync } from "node:fs";

const CASE = "haar 1024";
const peers: Record<string, string> = {
  "stock tfjs orthogonal": "stock TensorFlow.js",
  "native NumPy": "NumPy, native",
  "native SciPy": "SciPy, native",
  "tfjs-initializers": "tfjs-initializers",
};
const units: Record<string, number> = { µs: 1e-3, ms: 1, s: 1e3 };

/** The time that the results have for who computed the case, as written and in milliseconds. */
function timeOf(results: string, by: string): { text: string; ms: number } {
  const cells = results.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const row = cells.find(([, name, who]) => name === CASE && who === by);
  if (!row) throw new Error(`bench/RESULTS.md has no row of ${by} for ${CASE}`);
  const [number, unit] = row[3]!.split(" ") as [string, string];
  return { text: row[3]!, ms: Number(number) * units[unit]! };
}

/** Bars on a logarithmic scale from 10 ms on, which leaves room for the longest bar's own time beside it. */
export function picture(results: string): string {
  const times = Object.entries(peers).map(([by, label]) => ({ by, label, ...timeOf(results, by) }));
  const decade = 350 / Math.log10(Math.max(...times.map(({ ms }) => ms)) / 10);
  const widthOf = (ms: number) => Math.round(decade * Math.log10(ms / 10));
  const rows = times.map(({ by, label, text, ms }, i) => {
    const width = widthOf(ms);
    const y = 46 + 28 * i;
    const ours = by === "tfjs-initializers" ? ` class="ours"` : "";
    return [
      `<text x="150" y="${y + 14}" text-anchor="end">${label}</text>`,
      `<rect x="160" y="${y}" width="${width}" height="19" rx="2"${ours}/>`,
      `<text x="${168 + width}" y="${y + 14}">${text}</text>`,
    ].join("\n  ");
  });
  const ticks = ["10 ms", "100 ms", "1 s", "10 s"].map((text, i) => {
    const x = 160 + widthOf(10 ** (i + 1));
    return `<path d="M${x} 40V160"/><text x="${x}" y="174" text-anchor="middle" class="tick">${text}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 580 184" width="580" height="184" role="img" aria-labelledby="title">
  <title id="title">Time of one orthogonal 1024 x 1024 matrix in float32, on a logarithmic scale</title>
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .tick { font-size: 11px; fill: #57606a; }
    path { stroke: #8b949e; stroke-opacity: 0.4; }
    rect { fill: #8b949e; }
    .ours { fill: #e36209; }
    .paper { fill: #ffffff; }
  </style>
  <rect width="580" height="184" rx="8" class="paper"/>
  <text x="8" y="22" font-weight="600">One orthogonal 1024 x 1024 matrix, one thread, logarithmic scale</text>
  ${ticks.join("\n  ")}
  ${rows.join("\n  ")}
</svg>
`;
}

if (import.meta.filename === process.argv[1])
  writeFileSync("docs/public/orthogonal.svg", picture(readFileSync("bench/RESULTS.md", "utf8")));
