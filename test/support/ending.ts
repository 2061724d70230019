/**
 * Arenas that end early: the memory of one binary ends at a limit, beyond which `alloc` says that there is none, or
 * traps. An allocation below what was had before cannot fail, because memory never shrinks; therefore limits find every
 * allocation that can: the first limit is the empty arena, each next one is the end that was asked for in vain.
 */
import { names } from "../../src/wasm/binaries/index.ts";
import { useBinary } from "../../src/wasm/engine.ts";
import type { Arena } from "../../src/wasm/memory.ts";
import { isCalm } from "./calm.ts";
import { instrumented, topOf } from "./instrumented.ts";
import { binary } from "./kernels.ts";

/** What each binary is given: the limit, the end first asked for in vain, whether to trap. */
const added = ["limit", "asked", "traps"] as const;
type Added = Record<(typeof added)[number], WebAssembly.Global>;

// prettier-ignore
const prologue = (top: number, [limit, asked, traps]: readonly number[]) => [
  0x23, limit!, 0x04, 0x40, // if (limit != 0)
  0x23, top, 0xad, 0x20, 0, 0x42, 15, 0x7c, 0x42, 0x70, 0x83, 0x7c, // u64(top) + (bytes + 15 & ~15)
  0x23, limit!, 0xad, 0x56, 0x04, 0x40, // > u64(limit)
  0x23, asked!, 0x45, 0x04, 0x40, // if (asked == 0), as it is the first
  0x23, top, 0x20, 0, 0xa7, 0x41, 15, 0x6a, 0x41, 0x70, 0x71, 0x6a, 0x24, asked!, // asked = that sum
  0x0b, // end
  0x23, traps!, 0x04, 0x40, 0x00, 0x0b, // if (traps) unreachable
  0x41, 0, 0x0f, // return 0
  0x0b, 0x0b, // end, end
];

interface Live {
  readonly arena: Arena & Added;
  /** Where the arena begins. */
  readonly start: number;
}

/** The youngest instance of each binary. */
const live = new Map<string, Live>();
/** The binaries whose frames were opened. */
const entered = new Set<string>();
let armed: { name: string; limit: number; traps: boolean } | undefined;

for (const name of names) {
  const bytes = binary(name);
  const top = topOf(bytes);
  useBinary(
    name,
    instrumented(bytes, (variables) => prologue(top, variables), added),
  );
}

const { Instance } = WebAssembly;
WebAssembly.Instance = class {
  readonly exports: WebAssembly.Exports;

  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    const { exports } = new Instance(module, imports!);
    const [section] = WebAssembly.Module.customSections(module, "tfjs-initializers");
    const name = section && new TextDecoder().decode(section).split(/ |\.debug /)[0]!;
    this.exports = name ? watched(exports, name) : exports;
  }
} as unknown as typeof WebAssembly.Instance;

function watched(exports: WebAssembly.Exports, name: string): WebAssembly.Exports {
  const arena = exports as unknown as Arena & Added;
  live.set(name, { arena, start: arena.mark() });
  if (armed?.name === name) arm(arena, armed.limit, armed.traps);
  const mark = () => {
    entered.add(name);
    arena.limit.value = armed?.name === name && !isCalm() ? armed.limit : 0;
    return arena.mark();
  };
  return { ...exports, mark };
}

function arm({ limit, asked, traps }: Added, end: number, trapping: boolean): void {
  [limit.value, asked.value, traps.value] = [end, 0, Number(trapping)];
}

/** The binaries that a job enters. */
export async function roomsOf(job: () => unknown): Promise<string[]> {
  entered.clear();
  await job();
  return [...entered];
}

/**
 * Runs a job again and again, while the memory of one binary ends at one limit after the other, until it suffices.
 *
 * @param traps whether the kernel traps at a limit, by its number from 0; `job` is told, too
 */
export async function ending(
  name: string,
  traps: (count: number) => boolean,
  job: (limit: number, trapping: boolean) => unknown,
): Promise<void> {
  let limit = live.get(name)!.start;
  for (let count = 0; ; count++) {
    const trapping = traps(count);
    armed = { name, limit, traps: trapping };
    arm(live.get(name)!.arena, limit, trapping);
    let asked = 0;
    try {
      await job(limit, trapping);
    } finally {
      armed = undefined;
      const { arena } = live.get(name)!;
      asked = arena.asked.value as number;
      arm(arena, 0, false);
    }
    if (asked === 0) return;
    limit = asked;
  }
}

/** The binaries whose youngest instance has something left on its arena. */
export function unclean(): string[] {
  return [...live].filter(([, { arena, start }]) => arena.mark() !== start).map(([name]) => name);
}
