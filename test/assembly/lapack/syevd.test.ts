/** syevd through the ABI: every order around the edges of panels, blocks and leaves, with forced block sizes. */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/rooms/symmetric.ts";
import { EighFamilies, GATE, valuesError } from "../../support/eighRatios.ts";
import { build } from "../../support/matrices.ts";
import { precisionOf, precisions } from "../../support/precisions.ts";
import { suite } from "../../support/suite.ts";
import { random, types } from "../../support/symmetric.ts";
import { guarded } from "../../support/guarded.ts";

function syevd(a: Matrix, { nb = 0, vectors = true } = {}) {
  const n = a.rows;
  const precision = precisionOf(a.data);
  return frame(precision.dtype, (f) => {
    const input = f.put(a.data);
    const w = guarded(f, precision, n);
    const z = guarded(f, precision, vectors ? n * n : 0);
    const top = f.kernels.mark();
    const info = f.kernels.syevd(n, Number(vectors), nb, input, w.address, z.address);
    assert.is(f.kernels.mark(), top, "left something on the arena");
    return { info, values: w.take(), vectors: { rows: n, cols: n, data: z.take() } };
  });
}

const blockSizes = [0, 8, 16, 32];
const orders = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 18, 31, 32, 33, 34, 40, 47, 48, 49, 63, 64, 65, 66, 96, 97]; // prettier-ignore

suite("assembly/lapack/syevd", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const family = new EighFamilies(`syevd ${dtype}`);

    test(`${dtype}: all orders around the edges, whatever the block size`, () => {
      for (const n of orders) {
        const a = random(n, precision, n + 1);
        const { values } = syevd(a);
        for (const nb of blockSizes) {
          const what = `${n}, blocks of ${nb || "its own choice"}`;
          const full = syevd(a, { nb });
          assert.is(full.info, Info.OK, what);
          family.check(a, full, what);
          if (n > 0) {
            const apart = valuesError(full.values, values, precision);
            assert.ok(apart <= GATE, `${what}: values ${apart} apart`);
          }
          assert.equal(syevd(a, { nb, vectors: false }).values, full.values, what);
        }
      }
    });

    test(`${dtype}: matrices that deflate much or wholly`, () => {
      for (const nb of blockSizes)
        for (const n of [9, 33, 64, 71])
          for (const name of [
            "zero",
            "identity",
            "ones",
            "clustered",
            "equal blocks",
            "glued Wilkinson",
          ]) {
            const a = types[name](n, precision);
            const full = syevd(a, { nb });
            assert.is(full.info, Info.OK, name);
            family.check(a, full, `${name} ${n}, blocks of ${nb}`);
          }
    });

    test(`${dtype}: off-diagonal entries whose squares underflow`, () => {
      const powers = dtype === "float32" ? [-60, -75, -130] : [-500, -530, -540, -600, -1040];
      for (const power of powers)
        for (const n of [5, 17, 40]) {
          const { data } = random(n, precision);
          const a = build(n, n, precision, (i, j) => (i === j ? 1 + (i % 3) : 2 ** power * data[n * i + j]!)); // prettier-ignore
          const full = syevd(a);
          assert.is(full.info, Info.OK);
          family.check(a, full, `${n}, 2^${power}`);
        }
    });

    test(`${dtype}: only the lower triangle is read`, () => {
      const a = random(45, precision);
      const spoiled = build(45, 45, precision, (i, j) => (i < j ? 0.5 : a.data[45 * i + j]));
      assert.equal(syevd(spoiled), syevd(a));
    });

    test(`${dtype}: codes`, () => {
      for (const vectors of [true, false])
        for (const bad of [NaN, Infinity, -Infinity])
          for (let at = 0; at < 25; at++) {
            const a = build(5, 5, precision, (i, j) => (5 * i + j === at ? bad : 1));
            assert.is(syevd(a, { vectors }).info, Info.NONFINITE);
          }
      assert.is(syevd(build(20, 20, precision, () => precision.max / 2)).info, Info.OVERFLOW);
    });

    test.after(() => family.note());
  }
});
