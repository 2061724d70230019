/** The stream of normals: which number stands where, whatever piece of the stream is asked for. */
import * as assert from "uvu/assert";
import { frame, type Data } from "../../../src/wasm/memory.ts";
import { precisions, type Precision } from "../../support/precisions.ts";
import { suite } from "../../support/suite.ts";
import { guarded } from "../../support/guarded.ts";

/** `count` normals from group `first` on, which are all that is written. */
function larnv(precision: Precision, count: number, seed: number, first = 0n): Data {
  return frame(precision.dtype, (f) => {
    const x = guarded(f, precision, count);
    const [seed0, seed1] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
    f.kernels.larnv(count, seed0, seed1, first, x.address, f.alloc(32));
    return x.take();
  });
}

suite("assembly/random/larnv", (test) => {
  for (const precision of precisions) {
    const { dtype, array, group } = precision;

    test(`${dtype}: n numbers are the first n of the stream, and not one more is written`, () => {
      const stream = larnv(precision, 6 * group, 1);
      for (let n = 0; n <= 5 * group; n++)
        assert.equal(larnv(precision, n, 1), stream.slice(0, n), `n = ${n}`);
    });

    test(`${dtype}: group g is the same wherever it is made`, () => {
      const stream = larnv(precision, 20 * group, 2);
      for (const g of [1, 2, 7, 19])
        assert.equal(
          larnv(precision, group, 2, BigInt(g)),
          stream.slice(g * group, (g + 1) * group),
          `group ${g}`,
        );
    });

    test(`${dtype}: the counter carries into its second word, and no further`, () => {
      // Counter 8 g passes 2^32 at g = 2^29.
      const start = 2n ** 29n - 2n;
      const across = larnv(precision, 4 * group, 3, start);
      for (let g = 0; g < 4; g++)
        assert.equal(
          larnv(precision, group, 3, start + BigInt(g)),
          across.slice(g * group, (g + 1) * group),
        );
      assert.not.equal(larnv(precision, group, 3, 2n ** 29n), larnv(precision, group, 3, 0n));
      assert.not.equal(larnv(precision, group, 3, 2n ** 60n), larnv(precision, group, 3, 0n));
    });

    test(`${dtype}: both words of the seed count`, () => {
      const seeds = [0, 1, 2, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
      const seen = seeds.map((seed) => larnv(precision, group, seed).join());
      assert.is(new Set(seen).size, seeds.length);
    });

    test(`${dtype}: no number comes twice`, () => {
      const count = 2 ** 12;
      const distinct = new Set([0, 1, 2].flatMap((seed) => [...larnv(precision, count, seed)]));
      // Chance alone makes 12288 draws of 24 bits meet some dozen times.
      assert.ok(distinct.size > 3 * count - (array === Float32Array ? 40 : 1), `${distinct.size}`);
    });
  }
});
