/** Solves equations on the calling thread or in a worker, with the same bits. */
import { ArgumentError, show } from "../../errors.ts";
import { encode, type Encoding, type Equation } from "../../init/data/encode.ts";
import { isReply, PROTOCOL, rebuilt } from "./messages.ts";
import type { Thread } from "./threads.ts";
import { unless } from "./unless.ts";
import { listenTo, type Wire } from "./wire.ts";

export interface Solver {
  solve(equation: Equation): Promise<Encoding>;
  close(): void;
}

/**
 * Makes the solver that the option `worker` asks for.
 *
 * @param worker false to solve on the calling thread; true for a worker that is started at the first equation and ended
 *   by `close`; or a worker of the user's that runs "tfjs-initializers/worker"
 * @param signal its abort rejects a pending solution at once
 */
export function solver(worker: boolean | Worker | Thread, signal: AbortSignal | undefined): Solver {
  if (worker === false) return { solve: async (equation) => encode(equation), close: () => {} };
  let line: Promise<Line> | undefined;
  return {
    async solve(equation) {
      line ??= worker === true ? own() : given(worker);
      return (await unless(signal, line)).ask(equation, signal);
    },
    close() {
      line?.then((open) => open.close()).catch(() => {}); // `solve` has reported the error
    },
  };
}

const EXPECTED = 'a Worker that runs "tfjs-initializers/worker"';

async function own(): Promise<Line> {
  const expected = `${EXPECTED}, where a bundler or the page's policy keeps our own from its file`;
  try {
    const { spawn } = await import("./spawn.ts");
    return new Line(spawn(), `a worker that can be loaded; or ${expected}`);
  } catch (error) {
    throw new ArgumentError("worker", expected, `true, and: ${(error as Error).message}`);
  }
}

/** The lines to workers of the user's. All runs that use the same worker share its line. */
const lines = new WeakMap<object, Line>();

async function given(worker: Worker | Thread): Promise<Line> {
  const line = lines.get(worker) ?? new Line(listenTo(worker), EXPECTED);
  lines.set(worker, line);
  return line;
}

/** Number of questions sent to any worker so far, which gives each question its id. */
let asked = 0;

/**
 * Seconds of silence after which a worker that has not begun to solve counts as failed. Its file of 60 KB loads in two
 * seconds on the slowest connections.
 */
const PATIENCE = 10;

interface Waiting {
  resolve(encoding: Encoding): void;
  reject(error: Error): void;
}

/** Sends questions to a worker and matches the answers to them by id. */
class Line {
  private readonly waiting = new Map<number, Waiting>();
  /** Ids of questions that no caller waits for any more, whose answers may still arrive. */
  private readonly dropped = new Set<number>();
  /** The reason why no more answers will arrive. */
  private failure: Error | undefined;
  private hangUp: (() => void) | undefined;
  private clock: ReturnType<typeof setInterval> | undefined;
  private silence = 0;
  private busy = false;

  constructor(
    private readonly wire: Wire,
    private readonly expected: string,
  ) {
    this.listen();
  }

  async ask(equation: Equation, signal: AbortSignal | undefined): Promise<Encoding> {
    this.listen();
    if (this.failure) throw this.failure;
    const id = asked++;
    this.wire.send({ protocol: PROTOCOL, id, equation });
    const answer = new Promise<Encoding>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    this.silence = 0;
    // A timer, because seconds in which the page is blocked must not count.
    this.clock ??= setInterval(() => this.tick(), 1000);
    try {
      return await unless(signal, answer);
    } finally {
      if (this.waiting.delete(id)) this.dropped.add(id);
      this.rest();
    }
  }

  close(): void {
    this.wire.close();
  }

  private listen(): void {
    this.hangUp ??= this.wire.listen(
      (message) => this.hear(message),
      (why) => (this.failure = this.fail(why)),
    );
  }

  private hear(message: unknown): void {
    if (!isReply(message)) return void this.fail(`one that answers ${show(message)}`);
    const { id } = message;
    const found = this.waiting.get(id);
    if (!found && !this.dropped.has(id)) return void this.fail("one that answers unasked");
    this.silence = 0;
    this.busy = "begun" in message;
    if ("begun" in message) return;
    this.waiting.delete(id);
    this.dropped.delete(id);
    if ("error" in message) found?.reject(rebuilt(message.error));
    else found?.resolve(message.encoding);
    this.rest();
  }

  private tick(): void {
    if (this.busy || ++this.silence < PATIENCE) return;
    this.fail(`one that is silent for ${PATIENCE} seconds`);
    this.rest();
  }

  /** Rejects all pending questions. */
  private fail(why: string): Error {
    const error = new ArgumentError("worker", this.expected, why);
    this.waiting.forEach(({ reject }, id) => {
      this.dropped.add(id);
      reject(error);
    });
    this.waiting.clear();
    return error;
  }

  /** Stops the timer when no caller waits, and stops listening to a user's worker when no answer is outstanding. */
  private rest(): void {
    if (this.waiting.size > 0) return;
    clearInterval(this.clock);
    this.clock = undefined;
    if (this.wire.own || this.dropped.size > 0) return;
    this.hangUp?.();
    this.hangUp = undefined;
    this.failure = undefined;
  }
}
