/**
 * Measures how many times faster one job is than another, on a machine that is never quiet.
 *
 * A case compares our code with a unit (usually one tf.matMul of the same size) and with peers. All of them run in
 * turn, round after round, in one process. A ratio of times is the median over the rounds of the ratios within a
 * round, so that whatever slows the machine for a while slows both sides. Only ratios have bars: a time in
 * milliseconds says more about the machine than about the code.
 */
import { interquartileRange, median } from "simple-statistics";
import type { Accuracy } from "./accuracy.ts";

/** Something to time, ready to run. */
export interface Job {
  /** Milliseconds per call, over `reps` calls in a row. */
  time(reps: number): number | Promise<number>;
  accuracy?(): Accuracy | Promise<Accuracy>;
  stop?(): void;
  /** Why a bar against this job would prove nothing here. */
  unfit?: string;
}

export interface Contender {
  name: string;
  /** Prepares inputs, code and child processes, which is not timed. Throws `Absent` if the job cannot run here. */
  start(): Job | Promise<Job>;
  /** Number of operations, if it is not that of the case. */
  flops?: number;
  /** Whether the job takes seconds, so that quick runs leave it out. */
  slow?: boolean;
  /** The least acceptable ratio of its time to the time of ours. */
  bar?: number;
}

export interface Case {
  name: string;
  /** Number of operations of the standard algorithm. */
  flops?: number;
  /** Prepares our job. */
  start: Contender["start"];
  unit: Contender;
  /** The largest acceptable time, in units. */
  bar?: number;
  peers?: Contender[];
}

export interface Row {
  case: string;
  by: string;
  absent?: string;
  rounds?: number;
  /** Median and interquartile range, in milliseconds. */
  time?: number;
  spread?: number;
  gflops?: number;
  /** Time in units of the case, and as a multiple of the time of ours. */
  perUnit?: number;
  perOurs?: number;
  accuracy?: Accuracy;
  /** The bar as text; without `ok` it could not be judged. */
  bar?: string;
  ok?: boolean;
}

export class Absent extends Error {}

/** Least length of a sample in ms: shorter ones drown in the noise of timer and interrupts. */
const SAMPLE = 10;
/** Time in ms for V8 to replace its baseline code, and for caches and branch predictors to settle. */
const WARM_UP = 200;
/** A call that takes longer than this, in ms, is not repeated for the sake of statistics. */
const LONG = 400;

/** A job that runs in this process; `release` frees results that garbage collection does not free. */
export function job<R>(
  run: () => R,
  accuracy?: (result: R) => Accuracy,
  release: (result: R) => void = () => {},
): Job {
  return {
    time(reps) {
      const start = performance.now();
      for (let i = 0; i < reps; i++) release(run());
      return (performance.now() - start) / reps;
    },
    accuracy:
      accuracy &&
      (() => {
        const result = run();
        const found = accuracy(result);
        release(result);
        return found;
      }),
  };
}

interface Runner {
  contender: Contender;
  job: Job;
  /** Number of calls in one sample, and number of rounds in which it takes part. */
  reps: number;
  turns: number;
  /** Time of one sample, in milliseconds. */
  cost: number;
  samples: number[];
}

export async function measure(c: Case, quick: boolean): Promise<Row[]> {
  const ours: Contender = { name: "tfjs-initializers", start: c.start };
  const rows: Row[] = [];
  const runners: Runner[] = [];
  for (const contender of [ours, c.unit, ...(c.peers ?? [])]) {
    if (quick && contender.slow) continue;
    try {
      runners.push(await warmUp(contender, await contender.start()));
    } catch (error) {
      if (!(error instanceof Absent)) throw error;
      const bar = contender.bar && `≥ ${contender.bar} ours`;
      rows.push({ case: c.name, by: contender.name, absent: error.message, bar: bar || undefined });
    }
  }

  const cost = runners.reduce((sum, r) => sum + (r.turns < Infinity ? 0 : r.cost), 0);
  const rounds = quick ? clamp(1000 / cost, 3, 9) : clamp(6000 / cost, 7, 31);
  for (let round = 0; round < rounds; round++) {
    // The garbage of one contender must not be collected in the time of another.
    globalThis.gc?.();
    for (const r of round % 2 ? [...runners].reverse() : runners) {
      if (r.samples.length <= round && round < r.turns) r.samples.push(await r.job.time(r.reps));
    }
  }

  const [us, unit] = runners as [Runner, Runner];
  for (const r of runners) {
    const { contender, samples, job } = r;
    const time = median(samples);
    const flops = contender.flops ?? c.flops;
    const row: Row = {
      case: c.name,
      by: contender.name,
      rounds: samples.length,
      time,
      spread: interquartileRange(samples),
      gflops: flops && flops / time / 1e6,
      perUnit: ratio(r, unit),
      perOurs: ratio(r, us),
      accuracy: await job.accuracy?.(),
    };
    if (r === us && c.bar) judge(row, `≤ ${+c.bar.toFixed(3)} units`, row.perUnit! <= c.bar);
    else if (contender.bar && job.unfit) row.bar = `none: ${job.unfit}`;
    else if (contender.bar) judge(row, `≥ ${contender.bar} ours`, row.perOurs! >= contender.bar);
    job.stop?.();
    rows.push(row);
  }
  // Ours and the unit come first, absent contenders last.
  return rows.sort((a, b) => Number(!!a.absent) - Number(!!b.absent));
}

function judge(row: Row, bar: string, ok: boolean): void {
  row.bar = bar;
  row.ok = ok;
}

/** Measures the time of a call while warming up; a call of over a second is already a sample. */
async function warmUp(contender: Contender, job: Job): Promise<Runner> {
  const first = await job.time(1);
  if (first > 1000) {
    const turns = 1 + Math.floor(3000 / first);
    return { contender, job, reps: 1, turns, cost: first, samples: [first] };
  }
  let [time, reps] = [first, 1];
  // Browsers round their clocks to a millisecond, so that a short call may seem to take none.
  const lasting = (ms: number) => Math.ceil(Math.min(ms / time, 10 * reps));
  for (let spent = 0; spent < WARM_UP;) {
    reps = lasting(WARM_UP / 10);
    time = await job.time(reps);
    spent += Math.max(reps * time, 1);
  }
  // Optimised code is compiled in the background and may not be ready yet.
  await new Promise((done) => setTimeout(done, 20));
  reps = lasting(SAMPLE);
  time = await job.time(reps);
  reps = lasting(SAMPLE);
  const turns = time > LONG ? Math.ceil(3000 / time) : Infinity;
  return { contender, job, reps, turns, cost: reps * time, samples: [] };
}

/** Median over the rounds of the ratio of two times within a round. */
function ratio(a: Runner, b: Runner): number {
  const rounds = Math.min(a.samples.length, b.samples.length);
  return median(a.samples.slice(0, rounds).map((time, i) => time / b.samples[i]));
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.floor(x)));
}
