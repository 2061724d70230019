/**
 * Compares methods by the quality of their results, not by their cost: an experiment is run many times for each
 * method, all methods get the same random draws, and the means of the results are compared.
 */
import { mean, sampleStandardDeviation } from "simple-statistics";

export interface Study {
  name: string;
  /** Number of runs. The index of a run seeds all its random draws, which are the same for every method. */
  runs: number;
  quickRuns: number;
  /** The methods, best first; `below` names another method whose mean is the bar. */
  methods: { name: string; below?: string }[];
  /** Returns the result of a run; less is better. */
  run(method: string, run: number): Promise<number>;
}

export interface StudyRow {
  case: string;
  by: string;
  runs: number;
  mean: number;
  /** Standard deviation of the results, and standard error of their mean. */
  deviation: number;
  standardError: number;
  /** Share of the runs in which the method is below the method of its bar. */
  wins?: number;
  bar?: string;
  /** Whether the bar was met; absent in quick runs, which are too few to judge. */
  ok?: boolean;
}

export async function measureStudy(study: Study, quick: boolean): Promise<StudyRow[]> {
  const runs = quick ? study.quickRuns : study.runs;
  const found = new Map(study.methods.map(({ name }) => [name, [] as number[]]));
  for (let run = 0; run < runs; run++) {
    for (const [name, results] of found) results.push(await study.run(name, run));
  }
  return study.methods.map(({ name, below }) => {
    const results = found.get(name)!;
    const deviation = sampleStandardDeviation(results);
    const row: StudyRow = {
      case: study.name,
      by: name,
      runs,
      mean: mean(results),
      deviation,
      standardError: deviation / Math.sqrt(runs),
    };
    if (below === undefined) return row;
    const other = found.get(below)!;
    const wins = results.filter((result, run) => result < other[run]).length / runs;
    const ok = quick ? undefined : row.mean < mean(other);
    return { ...row, wins, bar: `< ${below}`, ok };
  });
}
