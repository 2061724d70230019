/** The streams of initial weights: which number stands where, whatever piece of a stream is asked for. */
import * as assert from "uvu/assert";
import { frame } from "../../../src/wasm/rooms/random.ts";
import { guarded } from "../../support/guarded.ts";
import { single } from "../../support/precisions.ts";
import { suite } from "../../support/suite.ts";

const kinds = [0, 1, 2];
const { group } = single;

/** `count` numbers from group `first` on; room for whole vectors is all that is written. */
function draw(
  kind: number,
  count: number,
  first = 0n,
  [shift, scale] = [0, 1],
  [low, high] = [-Infinity, Infinity],
) {
  // prettier-ignore
  return frame("float32", (f) => {
    const x = guarded(f, single, 4 * Math.ceil(count / 4));
    f.kernels.draw(kind, count, 1, 2, first, shift, scale, low, high, x.address, f.alloc(32));
    return x.take().slice(0, count);
  });
}

suite("assembly/random/draw", (test) => {
  for (const kind of kinds) {
    test(`kind ${kind}: n numbers are the first n of the stream, and nothing else is written`, () => {
      const stream = draw(kind, 5 * group);
      for (let n = 0; n <= 5 * group; n++) assert.equal(draw(kind, n), stream.slice(0, n));
    });

    test(`kind ${kind}: group g is the same wherever it is made, also where the counter carries`, () => {
      for (const start of [0n, 2n ** 29n - 2n, 2n ** 56n]) {
        const across = draw(kind, 4 * group, start);
        for (let g = 0; g < 4; g++)
          assert.equal(draw(kind, group, start + BigInt(g)), across.slice(g * group, (g + 1) * group)); // prettier-ignore
      }
      const streams = [0n, 1n, 2n, 8n, 9n, 10n].map((stream) => String(draw(kind, group, stream << 56n))); // prettier-ignore
      assert.is(new Set(streams).size, 6);
    });

    test(`kind ${kind}: shift, scale and bounds`, () => {
      const z = draw(kind, 1000);
      const { fround } = Math;
      assert.equal(draw(kind, 1000, 0n, [3, 2]), z.map((x) => fround(3 + fround(2 * x)))); // prettier-ignore
      const held = draw(kind, 1000, 0n, [0, 1], [-0.25, 0.5]);
      assert.equal(held, z.map((x) => Math.min(0.5, Math.max(-0.25, x)))); // prettier-ignore
      assert.ok(held.includes(0.5) && held.includes(-0.25));
    });
  }
});
