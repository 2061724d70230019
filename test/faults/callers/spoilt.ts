/** Datasets that stop being one in the middle. */
import type { Dataset } from "../../../src/tfjs/data/source.ts";
import { data } from "./calls.ts";

export type Iterator = Awaited<ReturnType<Dataset["iterator"]>>;

/** A Dataset whose walk number `walk` does something else at the element number `at`. */
export function spoilt(walk: number, at: number, next: (good: Iterator) => unknown): Dataset {
  const good = data();
  let walks = 0;
  return {
    async iterator() {
      const iterator = await good.iterator();
      if (walks++ !== walk) return iterator;
      let count = 0;
      return { next: async () => (count++ !== at ? iterator.next() : next(iterator)) as never };
    },
  };
}
