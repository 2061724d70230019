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

/** Addresses below the arena and the compiler's data: the limit, the end first asked for in vain, whether to trap. */
const [LIMIT, ASKED, TRAPS] = [4, 8, 12];

// prettier-ignore
const prologue = (top: number) => [
  0x41, LIMIT, 0x28, 2, 0, 0x04, 0x40, // if (limit != 0)
  0x23, top, 0xad, 0x20, 0, 0x42, 15, 0x7c, 0x42, 0x70, 0x83, 0x7c, // u64(top) + (bytes + 15 & ~15)
  0x41, LIMIT, 0x28, 2, 0, 0xad, 0x56, 0x04, 0x40, // > u64(limit)
  0x41, ASKED, 0x28, 2, 0, 0x45, 0x04, 0x40, // if (asked == 0), as it is the first
  0x41, ASKED, 0x23, top, 0x20, 0, 0xa7, 0x41, 15, 0x6a, 0x41, 0x70, 0x71, 0x6a, 0x36, 2, 0, // asked = that sum
  0x0b, // end
  0x41, TRAPS, 0x28, 2, 0, 0x04, 0x40, 0x00, 0x0b, // if (traps) unreachable
  0x41, 0, 0x0f, // return 0
  0x0b, 0x0b, // end, end
];

interface Live {
  readonly arena: Arena;
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
  useBinary(name, instrumented(bytes, prologue(topOf(bytes))));
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
  const arena = exports as unknown as Arena;
  live.set(name, { arena, start: arena.mark() });
  if (armed?.name === name) arm(arena, armed.limit, armed.traps);
  const mark = () => {
    entered.add(name);
    const limit = armed?.name === name && !isCalm() ? armed.limit : 0;
    new Uint32Array(arena.memory.buffer, LIMIT, 1)[0] = limit;
    return arena.mark();
  };
  return { ...exports, mark };
}

function arm({ memory }: Arena, limit: number, traps: boolean): void {
  const words = new Uint32Array(memory.buffer, 0, 4);
  [words[LIMIT / 4], words[ASKED / 4], words[TRAPS / 4]] = [limit, 0, Number(traps)];
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
 * @param traps whether the kernel traps where memory ends
 * @returns the number of limits at which memory did not suffice
 */
export async function ending(
  name: string,
  traps: boolean,
  job: (limit: number) => unknown,
): Promise<number> {
  let limit = live.get(name)!.start;
  for (let count = 0; ; count++) {
    armed = { name, limit, traps };
    arm(live.get(name)!.arena, limit, traps);
    let asked = 0;
    try {
      await job(limit);
    } finally {
      armed = undefined;
      const { arena } = live.get(name)!;
      asked = new Uint32Array(arena.memory.buffer, 0, 4)[ASKED / 4]!;
      arm(arena, 0, false);
    }
    if (asked === 0) return count;
    limit = asked;
  }
}

/** The binaries whose youngest instance has something left on its arena. */
export function unclean(): string[] {
  return [...live].filter(([, { arena, start }]) => arena.mark() !== start).map(([name]) => name);
}
