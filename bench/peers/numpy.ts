/** Native NumPy and SciPy, one thread, in a child process that times itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Accuracy } from "../accuracy.ts";
import { Absent, type Contender } from "../harness.ts";

type Answer = Record<string, unknown>;

interface Python {
  child: ChildProcess;
  ask(request: object): Promise<Answer>;
  version: string;
  /** Whether the BLAS is tuned: bars against the reference BLAS prove nothing. */
  tuned: boolean;
}

const SCRIPT = fileURLToPath(new URL("native.py", import.meta.url));
let python: Promise<Python | undefined> | undefined;

/** Finds the first Python whose NumPy has a tuned BLAS, or else the first with any NumPy. */
async function find(): Promise<Python | undefined> {
  const found: Python[] = [];
  for (const command of ["python3", "/usr/bin/python3"]) {
    const candidate = await start(command);
    if (candidate) found.push(candidate);
    if (candidate?.tuned) break;
  }
  const best = found.find(({ tuned }) => tuned) ?? found[0];
  for (const other of found) if (other !== best) other.child.kill();
  return best;
}

/** Environment for one thread, and for the kernels that the BLAS itself chooses for this CPU. */
function environment(): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !/^(OPENBLAS|OMP|MKL)_/.test(name));
  const threads = ["OPENBLAS", "OMP", "MKL"].map((library) => [`${library}_NUM_THREADS`, "1"]);
  return Object.fromEntries([...rest, ...threads]) as NodeJS.ProcessEnv;
}

async function start(command: string): Promise<Python | undefined> {
  const child = spawn(command, ["-u", SCRIPT], {
    stdio: ["pipe", "pipe", "ignore"],
    env: environment(),
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Absent("NumPy's process ended");
    return JSON.parse(value) as Answer;
  };
  try {
    await once(child, "spawn");
    const { versions, blas } = (await answer()) as { versions: string; blas: string };
    return {
      child,
      ask(request) {
        child.stdin.write(JSON.stringify(request) + "\n");
        return answer();
      },
      version: `${versions} (${blas})`,
      tuned: !/reference|unknown/.test(blas),
    };
  } catch {
    return undefined;
  }
}

export async function version(): Promise<string> {
  return (await python)?.version ?? "absent";
}

export async function stop(): Promise<void> {
  (await python)?.child.kill();
}

/** A job of native.py with its arguments. */
export function numpy(job: [name: string, ...unknown[]], bar?: number): Contender {
  return {
    name: job.includes("scipy") ? "native SciPy" : "native NumPy",
    bar,
    async start() {
      const found = await (python ??= find());
      if (!found) throw new Absent("no python3 with NumPy");
      const time = async (reps: number) => {
        const { ms, absent } = await found.ask({ job, reps });
        if (absent) throw new Absent(absent as string);
        return ms as number;
      };
      await time(1);
      return {
        time,
        accuracy: () => found.ask({ job }) as Promise<Accuracy>,
        unfit: found.tuned ? undefined : "NumPy has no tuned BLAS",
      };
    },
  };
}
