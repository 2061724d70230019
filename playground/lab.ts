/** The page's way to the worker. */
import { wrap, type Remote } from "comlink";
import type { Lab } from "./lab/worker.ts";

export const lab: Remote<Lab> = wrap(
  new Worker(new URL("./lab/worker.ts", import.meta.url), { type: "module" }),
);
