/** Charts of the examples: a Vega-Lite description in, an SVG file out. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { View, parse } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Draws `spec` into `file` and says where it is. */
export async function plot(file: string, spec: TopLevelSpec): Promise<void> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await view.toSVG());
  view.finalize();
  console.log(`Plot: ${file}`);
}
