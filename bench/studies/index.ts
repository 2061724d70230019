/** All studies, in the order of the report, and their files. */
import type { Study } from "../study.ts";
import cost from "./cost.ts";
import growing from "./growing.ts";
import schemes from "./schemes.ts";
import student from "./student.ts";

const all: Record<string, Study> = { cost, schemes, student, growing };

export const studies: readonly Study[] = Object.values(all);
/** From the id of a study to its file, whose `experiment` decides the results. */
export const files: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(all).map(([name, { id }]) => [
    id,
    new URL(`${name}.ts`, import.meta.url).pathname,
  ]),
);
