/**
 * Writes golden.json: `npm run golden`. The bits of a seed are a promise; commit a changed file only
 * with the reason in CHANGELOG.md.
 */
import { writeFileSync } from "node:fs";
import { goldenFile, pages } from "./pages/index.ts";

const reports: Record<string, unknown> = {};
for (const [name, { report }] of Object.entries(pages)) reports[name] = await report();
writeFileSync(goldenFile, `${JSON.stringify(reports, null, 2)}\n`);
