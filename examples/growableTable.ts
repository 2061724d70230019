/** Which hidden layers of common architectures grow, and by which methods. */
import Table from "cli-table3";
import { growable } from "tfjs-initializers";
import { hiddenLayers } from "./architectures/hidden.ts";
import { architectures } from "./architectures/index.ts";

/** A table of counts, and a list of the layers that do not grow, with the reasons. */
export function growableTable(): string {
  const rows: { name: string; hidden: number; grows: number; by: Map<string, number> }[] = [];
  const refusals: string[] = [];
  for (const [name, build] of Object.entries(architectures)) {
    const model = build();
    const groups = growable(model);
    const hidden = hiddenLayers(model);
    const by = new Map<string, number>();
    let grows = 0;
    for (const layer of hidden) {
      const own = groups.filter(({ layers }) => layers.includes(layer));
      const ways = own.flatMap(({ methods }) => methods.filter(({ prevents }) => !prevents));
      const names = new Set<string>(ways.map(({ method }) => method));
      names.forEach((method) => by.set(method, (by.get(method) ?? 0) + 1));
      if (names.size > 0) grows++;
      else refusals.push(`${name}: ${own[0]?.prevents ?? layer}`);
    }
    rows.push({ name, hidden: hidden.length, grows, by });
    model.dispose();
  }
  const methods = [...new Set(rows.flatMap(({ by }) => [...by.keys()]))];
  const table = new Table({
    head: [
      "architecture",
      "hidden layers",
      "that grow",
      ...methods.map((method) => `by ${method}`),
    ],
    colAligns: ["left", ...Array<"right">(2 + methods.length).fill("right")],
    style: { head: [], border: [] },
  });
  for (const { name, hidden, grows, by } of rows) {
    table.push([name, hidden, grows, ...methods.map((method) => by.get(method) ?? 0)]);
  }
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  table.push([
    "all",
    sum(rows.map(({ hidden }) => hidden)),
    sum(rows.map(({ grows }) => grows)),
    ...methods.map((method) => sum(rows.map(({ by }) => by.get(method) ?? 0))),
  ]);
  return [table.toString(), ...refusals].join("\n");
}
