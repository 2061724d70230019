import { readFileSync } from "node:fs";
import * as batches from "./batches.ts";
import * as decorrelated from "./decorrelated.ts";
import * as initializers from "./initializers.ts";
import * as linalg from "./linalg.ts";
import * as lps from "./lps.ts";
import * as models from "./models.ts";
import * as orthogonal from "./orthogonal.ts";

/**
 * The pages that the browser test opens. Each is a module with `report()`, which computes its cases
 * and returns their hashes; Node calls the same function for comparison.
 */
export const pages = { batches, decorrelated, initializers, linalg, lps, models, orthogonal };

export type Report = Record<string, string>;

/** The bits as they were committed; `npm run golden` writes them anew. */
export const goldenFile = new URL("../golden.json", import.meta.url);
export const golden = (): Record<string, Report> => JSON.parse(readFileSync(goldenFile, "utf8"));
