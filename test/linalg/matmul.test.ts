import fc from "fast-check";
import * as assert from "uvu/assert";
import { matmul, type Matrix } from "../../src/linalg/index.ts";
import { frame } from "../../src/wasm/rooms/products.ts";
import { build, shapes, uniform } from "../support/matrices.ts";
import { precisions } from "../support/precisions.ts";
import { transpose } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { gemm } from "../twins/gemm.ts";

const flags = [false, true];

suite("linalg/matmul", (test) => {
  for (const precision of precisions) {
    const { dtype, array, u } = precision;

    /** op(a)·op(b) within (k + 2) u |a||b| of the definition, entry by entry. */
    const verify = (a: Matrix, b: Matrix) => {
      const { value, magnitude } = gemm(a, b);
      const results = flags.flatMap((transposeA) =>
        flags.map((transposeB) =>
          matmul(transposeA ? transpose(a) : a, transposeB ? transpose(b) : b, {
            transposeA,
            transposeB,
          }),
        ),
      );
      for (const c of results) {
        assert.equal([c.rows, c.cols, c.data.length], [a.rows, b.cols, a.rows * b.cols]);
        assert.instance(c.data, array);
        c.data.forEach((x: number, at: number) => {
          const bound = (a.cols + 2) * u * magnitude[at];
          assert.ok(Math.abs(x - value[at]) <= bound, `${a.rows} ${a.cols} ${b.cols}, ${at}: ${x}`);
        });
        // Transposes change the packing only, not one addition.
        assert.equal(c, results[0]);
      }
    };

    test(`${dtype}: any shape, all transposes`, () => {
      const size = fc.integer({ min: 0, max: 45 });
      const property = fc.property(size, size, size, fc.nat(), (m, k, n, seed) =>
        verify(uniform(m, k, precision, seed), uniform(k, n, precision, seed + 1)),
      );
      fc.assert(property, { seed: 1, numRuns: 200 });
    });

    test(`${dtype}: around the blocks`, () => {
      for (const [m, k, n] of shapes("127x257x31 131x255x65 1x1031x1 1x1x1033 521x1x3"))
        verify(uniform(m, k, precision), uniform(k, n, precision, 2));
    });

    test(`${dtype}: large operands come in strips, to the same bits`, () => {
      const large = "129x513x129 128x512x257 5x257x601 1x3x50000 50001x2x3 1031x131x2 2x1025x130";
      for (const [m, k, n] of shapes(large)) {
        const [a, b] = [uniform(m, k, precision), uniform(k, n, precision, 2)];
        verify(a, b);
        const atOnce = frame(dtype, (f) => {
          const c = f.alloc(m * n);
          f.kernels.gemm(0, 0, m, n, k, 1, f.put(a.data), k, f.put(b.data), n, 0, c, n);
          return f.take(c, m * n, new array(m * n));
        });
        assert.equal(matmul(a, b).data, atOnce);
      }
    });

    test(`${dtype}: no inner size, no terms: zero`, () => {
      assert.equal(
        matmul(
          build(3, 0, precision, () => 0),
          build(0, 2, precision, () => 0),
        ),
        {
          rows: 3,
          cols: 2,
          data: new array(6),
        },
      );
    });

    test(`${dtype}: NaN and infinities take part as IEEE has it`, () => {
      const a = build(9, 9, precision, (i, j) => (i === 4 && j === 5 ? Infinity : 1));
      const b = build(9, 9, precision, (i, j) =>
        i === 5 && j === 7 ? 0 : i === 8 && j === 8 ? NaN : 1,
      );
      const { data } = matmul(a, b);
      for (let i = 0; i < 9; i++)
        for (let j = 0; j < 9; j++) {
          const expected =
            j === 8 || (i === 4 && j === 7) ? NaN : i === 4 ? Infinity : j === 7 ? 8 : 9;
          assert.ok(Object.is(data[i * 9 + j], expected), `(${i}, ${j})`);
        }
    });

    test(`${dtype}: the inputs are not changed`, () => {
      const [a, b] = [uniform(5, 6, precision), uniform(6, 7, precision)];
      const copies = [a.data.slice(), b.data.slice()];
      matmul(a, b);
      assert.equal([a.data, b.data], copies);
    });
  }
});
