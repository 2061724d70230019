import * as assert from "uvu/assert";
import type { Data, Frame } from "../../src/wasm/memory.ts";
import type { Precision } from "./precisions.ts";

const GUARD = 8;

/**
 * Allocates room for `count` results between two guards. Everything is filled with `fill`, or the room with `content`.
 * `take` checks that the guards are unchanged and returns what the kernel wrote.
 */
export function guarded(
  f: Frame,
  { array, bytes }: Precision,
  count: number,
  fill = 7,
  content?: ArrayLike<number>,
) {
  const all = new Float64Array(count + 2 * GUARD).fill(fill);
  if (content) all.set(content, GUARD);
  const room = f.put(all);
  const take = (): Data => {
    const all = f.take(room, count + 2 * GUARD, new array(count + 2 * GUARD));
    for (const x of [...all.slice(0, GUARD), ...all.slice(GUARD + count)])
      assert.ok(Object.is(x, fill), "the kernel wrote outside its result");
    return all.slice(GUARD, GUARD + count);
  };
  return { address: room + GUARD * bytes, take };
}
