import * as assert from "uvu/assert";
import { gram } from "../../src/linalg/gram.ts";
import { matmul, normal, type Matrix } from "../../src/linalg/index.ts";
import { suite } from "../support/suite.ts";

suite("linalg/gram", (test) => {
  for (const dtype of ["float32", "float64"] as const)
    test(`${dtype}: aᵀa at the edges of tiles and stripes, symmetric to the bit`, () => {
      const u = dtype === "float32" ? 2 ** -24 : 2 ** -53;
      const sizes = [[0, 3], [3, 0], [1, 1], [5, 127], [7, 128], [300, 129], [33, 261]]; // prettier-ignore
      for (const [m, n] of sizes) {
        const a: Matrix = normal(m, n, { seed: m + n, dtype });
        const { rows, cols, data } = gram(a);
        assert.equal([rows, cols], [n, n]);
        const wanted = matmul(a, a, { transposeA: true }).data;
        data.forEach((value, at) => {
          assert.is(value, data[(at % n) * n + Math.floor(at / n)]);
          assert.ok(Math.abs(value - wanted[at]) <= 8 * (m + 1) * u * 16, `${m} x ${n}`);
        });
      }
    });
});
