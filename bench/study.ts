/**
 * What a method is good for, beside what it costs: an experiment run many times for each of several
 * methods, all of them on the same draws, and compared by the mean of what comes out.
 */
import { mean, sampleStandardDeviation } from "simple-statistics";

export interface Study {
  name: string;
  /** A run is one of these numbers: it stands for all that is drawn, whichever the method. */
  runs: number;
  quickRuns: number;
  /** The best first; `below` names another whose mean it must stay below. */
  methods: { name: string; below?: string }[];
  /** Less is better. */
  run(method: string, run: number): Promise<number>;
}

export interface StudyRow {
  case: string;
  by: string;
  runs: number;
  mean: number;
  /** Standard deviation over the runs, and that of the mean. */
  deviation: number;
  standardError: number;
  /** Share of the runs in which it is below the one of its bar. */
  wins?: number;
  bar?: string;
  /** Quick runs are too few to judge. */
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
