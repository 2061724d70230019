/** What a page of the door shows: a table that grows while it works. */
import type { Report } from "./index.ts";

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; color: #1c2b33; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin: 0; }
  p { color: #5c6f7b; margin: 0 0 1.5rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: 0.45rem 1rem 0.45rem 0; border-bottom: 1px solid #d9e2e7; }
  th { font-size: 0.8rem; color: #5c6f7b; }
  td:first-child { white-space: nowrap; font-weight: 600; }
  :is(th, td):last-child { text-align: right; white-space: nowrap; padding-right: 0; font-variant-numeric: tabular-nums; }
  .error { color: #a8321e; }
`;

/** What is done, and how: the result is what it returns, or the message of its error. */
export type Step = [what: string, job: () => unknown];

/** Does the steps one after the other; the report is what the table says, but for the times. */
export async function run(title: string, about: string, steps: Step[]): Promise<Report> {
  document.head.append(element("style", style));
  document.title = title;
  const table = element("table");
  table.append(row("th", "", "what", "result", "time"));
  document.body.append(element("h1", title), element("p", about), table);

  const report: Report = {};
  for (const [what, job] of steps) {
    const start = performance.now();
    let failed = false;
    try {
      report[what] = String((await job()) ?? "done");
    } catch (error) {
      failed = true;
      report[what] = String(error);
    }
    const time = `${(performance.now() - start).toFixed(1)} ms`;
    table.append(row("td", failed ? "error" : "", what, report[what], time));
    await new Promise(requestAnimationFrame);
  }
  return report;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, text = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function row(tag: "th" | "td", kind: string, ...cells: string[]) {
  const made = element("tr");
  made.append(...cells.map((text) => element(tag, text)));
  made.children[1].className = kind;
  return made;
}
