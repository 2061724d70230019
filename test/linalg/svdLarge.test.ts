/**
 * Both methods. At n = 1024 a Jacobi method that accumulates V in f32 lets it drift (2.8e-4 was seen elsewhere); LAPACK
 * keeps 2e-6. The debug kernels, thirty times slower, do with 160.
 */
import * as assert from "uvu/assert";
import { jacobi, matmul, normal, svd, type Matrix } from "../../src/linalg/index.ts";
import { hard } from "../support/matrices.ts";
import { precisions } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { SvdFamilies } from "../support/svdRatios.ts";

const methods = [undefined, jacobi];
const n = process.env["KERNELS"] === "debug" ? 160 : 1024;

/** max |I − QᵀQ|, in f64. */
function drift({ rows, cols, data }: Matrix): number {
  const q = { rows, cols, data: Float64Array.from(data) };
  const gram = matmul(q, q, { transposeA: true }).data;
  return gram.reduce((worst, x, at) => Math.max(worst, Math.abs(x - +(at % (cols + 1) === 0))), 0);
}

suite("linalg/svd, large", (test) => {
  for (const method of methods) {
    const name = method?.name ?? "by default";
    for (const precision of precisions)
      test(`ones, whose rounding errors are all alike, ${precision.dtype}, ${name}`, () => {
        const families = new SvdFamilies(`ones ${precision.dtype} ${name}`);
        for (const size of [n / 4, n / 2]) {
          const a = hard.ones!(size, size, precision);
          families.check(a, svd(a, { method }), `${size} ones`);
        }
        families.note();
      });

    test(`u and v stay orthonormal at ${n}, ${name}`, () => {
      const a = normal(n, n, { seed: 1 });
      const { u, s, v, info } = svd(a, { method });
      assert.ok(drift(u) <= 4e-6, `u: ${drift(u)}`);
      assert.ok(drift(v) <= 4e-6, `v: ${drift(v)}`);
      assert.ok(info.sweeps <= 15);
      const scaled = { ...u, data: u.data.map((x, at) => x * s[at % n]!) };
      const back = matmul(scaled, v, { transposeB: true }).data;
      const residual = back.reduce((worst, x, at) => Math.max(worst, Math.abs(x - a.data[at]!)), 0);
      assert.ok(residual <= 1e-6 * s[0]!, `residual: ${residual / s[0]!} s₁`);
      const drifts = [u, v].map((x) => drift(x).toExponential(1));
      console.log(
        `note: svd ${n}, ${info.method}: u ${drifts[0]}, v ${drifts[1]}, ${info.sweeps} sweeps`,
      );
    });
  }
});
