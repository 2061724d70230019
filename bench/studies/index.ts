/** All studies, in the order of the report, and their files. */
import type { Study } from "../study.ts";
import cost from "./cost.ts";
import dataTime from "./dataTime.ts";
import diversity from "./diversity.ts";
import fewshot from "./fewshot.ts";
import fromData from "./fromData.ts";
import growing from "./growing.ts";
import likeness from "./likeness.ts";
import lpsDeaths from "./lpsDeaths.ts";
import lpsLine from "./lpsLine.ts";
import lpsTraining from "./lpsTraining.ts";
import regression from "./regression.ts";
import schemes from "./schemes.ts";
import student from "./student.ts";

const all: Record<string, Study> = {
  cost,
  schemes,
  student,
  growing,
  lpsDeaths,
  lpsLine,
  lpsTraining,
  diversity,
  likeness,
  fromData,
  regression,
  dataTime,
  fewshot,
};

export const studies: readonly Study[] = Object.values(all);
/** From the id of a study to its file, whose `experiment` decides the results. */
export const files: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(all).map(([name, { id }]) => [
    id,
    new URL(`${name}.ts`, import.meta.url).pathname,
  ]),
);
