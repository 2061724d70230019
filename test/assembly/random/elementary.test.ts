/**
 * log, sin and cos as the normals show them: every normal against Box–Muller in f64 on the same random
 * words, in units of its last place. Each function has an error of at most 2 of them, the square root
 * halves that of log, and roundings add one or two.
 */
import * as assert from "uvu/assert";
import { frame } from "../../../src/wasm/memory.ts";
import { precisions, type Precision } from "../../support/precisions.ts";
import { Family } from "../../support/ratios.ts";
import { suite } from "../../support/suite.ts";
import { normals as twin } from "../../twins/normal.ts";

/**
 * Counters of seed 0 whose words stand at an end of a range (found by trying 8e9 of them). A word is
 * the high one of f64's pair when it is the second or the fourth.
 */
const extremes = {
  "u = 2^-32, the smallest f32": [3230741590, 5045761891, 5145262111, 6964179209],
  "u = 1 in f32": [281247292, 363256242, 410702502, 654844015],
  "u < 2^-32 in f64": [6144536686],
  "u > 1 - 2^-32 in f64": [1538303059, 2589576016, 3896677850, 4299710281],
  "f = 0 in f32, |f| < 2^-29 in f64": [417012996, 486562257, 648093868, 884402963],
  "f = -π/4": [920737347, 2476089868, 2623993270, 4534870560],
  "f = π/4": [280174877, 513177176, 825722763, 832814368],
};

const larnv = ({ dtype, array }: Precision, count: number, seed: number, first = 0n) =>
  frame(dtype, (f) => {
    const [x, work] = [f.alloc(count), f.alloc(32)];
    f.kernels.larnv(count, seed, 0, first, x, work);
    return f.take(x, count, new array(count));
  });

suite("assembly/random/elementary", (test) => {
  for (const precision of precisions) {
    const { dtype, group, u } = precision;
    // Measured over 4 million: 2.99 (float32), 3 (float64, where the twin errs as well).
    const family = new Family(`normals ${dtype}, units in the last place`, 4);

    const compare = (count: number, seed: number, first: bigint, what: string) => {
      const [got, expected] = [
        larnv(precision, count, seed, first),
        twin(precision, count, seed, first),
      ];
      got.forEach((z: number, i: number) => {
        const exact = expected[i];
        if (exact === 0) return assert.is(Math.abs(z), 0);
        const ulp = 2 * u * 2 ** Math.floor(Math.log2(Math.abs(exact)));
        family.check(Math.abs(z - exact) / ulp, `${what}: ${z}, not ${exact}`);
      });
      return got;
    };

    for (const seed of [0, 1, 2 ** 32 - 1])
      test(`${dtype}: 2^16 normals of seed ${seed}`, () => {
        compare(2 ** 16, seed, 0n, `seed ${seed}`);
      });

    for (const [what, counters] of Object.entries(extremes))
      test(`${dtype}: ${what}`, () => {
        for (const counter of counters) {
          const first = BigInt(Math.floor(counter / 8));
          const largest =
            dtype === "float32" ? Math.sqrt(64 * Math.LN2) : Math.sqrt(106 * Math.LN2);
          for (const z of compare(group, 0, first, what)) assert.ok(Math.abs(z) < largest + 8 * u);
        }
      });

    test.after(() => family.note());
  }

  test("the extreme words are met: ±6.66 and ±0 in f32", () => {
    const [single] = precisions;
    const piece = (counter: number) => [...larnv(single, 32, 0, BigInt(Math.floor(counter / 8)))];
    // u = 2^-32 has radius sqrt(64 ln 2), which its two normals share.
    for (const counter of extremes["u = 2^-32, the smallest f32"]) {
      const z = piece(counter);
      const radii = z.map((x, i) => Math.hypot(x, z[i + 4]));
      assert.ok(radii.some((r) => Math.abs(r - Math.sqrt(64 * Math.LN2)) < 1e-5));
    }
    for (const counter of extremes["u = 1 in f32"])
      assert.is(piece(counter).filter((x) => x === 0).length, 2);
  });
});
