import fc from "fast-check";
import * as assert from "uvu/assert";
import { frame } from "../../../src/wasm/memory.ts";
import { precisions } from "../../support/precisions.ts";
import { suite } from "../../support/suite.ts";
import { philox as twin, type Counter } from "../../twins/philox.ts";

/** Known answers of Random123 1.14 (tests/kat_vectors, "philox4x32 10"): counter, key, result. */
const known: [Counter, [number, number], Counter][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

suite("assembly/random/philox", (test) => {
  for (const { dtype } of precisions) {
    /** The kernel on eight counters; word w of counter 4 s + l lies at 16 s + 4 w + l. */
    const kernel = (counters: Counter[], [key0, key1]: number[]): Counter[] =>
      frame(dtype, ({ kernels }) => {
        const block = kernels.alloc(128n);
        const words = new Uint32Array(kernels.memory.buffer, block, 32);
        const at = (i: number, w: number) => 16 * (i >> 2) + 4 * w + (i & 3);
        counters.forEach((counter, i) => counter.forEach((x, w) => (words[at(i, w)] = x)));
        kernels.philox(block, key0, key1);
        return counters.map((_, i) => [0, 1, 2, 3].map((w) => words[at(i, w)]) as Counter);
      });

    test(`${dtype}: the published answers, in every lane of both sets`, () => {
      for (const [counter, key, answer] of known) {
        const alone = Array.from({ length: 8 }, () => counter);
        assert.equal(kernel(alone, key), new Array(8).fill(answer));
      }
    });

    test(`${dtype}: lanes do not touch one another`, () => {
      const word = fc.integer({ min: 0, max: 0xffffffff });
      const counter = fc.tuple(word, word, word, word);
      const property = fc.property(
        fc.array(counter, { minLength: 8, maxLength: 8 }),
        fc.tuple(word, word),
        (counters, key) =>
          assert.equal(
            kernel(counters, key),
            counters.map((one) => twin(one, ...key)),
          ),
      );
      fc.assert(property, { seed: 1, numRuns: 200 });
    });
  }

  test("the twin knows the published answers", () => {
    for (const [counter, key, answer] of known) assert.equal(twin(counter, ...key), answer);
  });
});
