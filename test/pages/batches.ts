/** The bits of what linalg.ts does not reach: batches by SIMD lanes, filter gradients, and kernels that tests alone call. */
import { choleskyBatch, determinants, inverseBatch, solveBatch } from "../../src/linalg/batches.ts";
import { axisOf } from "../../src/linalg/conv/axis.ts";
import { filterGradient } from "../../src/linalg/conv/filterGradient.ts";
import { jacobi, matmul, normal, schur, svdBatch, type Data } from "../../src/linalg/index.ts";
import { matmulBatch } from "../../src/linalg/matmulBatch.ts";
import * as nonsymmetric from "../../src/wasm/rooms/nonsymmetric.ts";
import * as orthogonal from "../../src/wasm/rooms/orthogonal.ts";
import { hashes, type Cases } from "../support/hash.ts";

const row = (data: Data) => ({ rows: 1, cols: data.length, data });
const single = (count: number, seed: number) => normal(1, count, { seed }).data as Float32Array;

const cases: Cases = {};
for (const dtype of ["float32", "float64"] as const) {
  const draw = (count: number, rows: number, cols: number, seed: number) => {
    return { count, rows, cols, data: normal(count, rows * cols, { seed, dtype }).data };
  };
  for (const [rows, cols] of [
    [1, 1],
    [4, 4],
    [7, 3],
    [3, 8],
    [16, 16],
  ] as const)
    // prettier-ignore
    for (const [name, method] of [["", undefined], [" jacobi", jacobi]] as const) // prettier-ignore
      cases[`svdBatch 9 of ${rows}x${cols} ${dtype}${name}`] = () =>
        Object.values(svdBatch(draw(9, rows, cols, 1), { method })).map(row);
  for (const n of [1, 3, 8, 20]) {
    const what = `9 of ${n} ${dtype}`;
    const a = () => draw(9, n, n, 1);
    const posdef = () => {
      const batch = a();
      for (let i = 0; i < batch.count; i++) {
        const one = batch.data.subarray(i * n * n, (i + 1) * n * n);
        const matrix = { rows: n, cols: n, data: one };
        one.set(matmul(matrix, matrix, { transposeA: true }).data);
      }
      return batch;
    };
    cases[`choleskyBatch ${what}`] = () => [row(choleskyBatch(posdef()))];
    for (const assume of ["general", "posdef"] as const)
      cases[`solveBatch ${assume} ${what}`] = () => [
        row(solveBatch(assume === "posdef" ? posdef() : a(), draw(9, n, 2, 2), { assume })),
      ];
    cases[`inverseBatch ${what}`] = () => [row(inverseBatch(a()))];
    cases[`determinants ${what}`] = () => Object.values(determinants(a())).map(row);
  }

  cases[`philox ${dtype}`] = () =>
    orthogonal.frame(dtype, ({ kernels }) => {
      const block = kernels.alloc(128n);
      const words = new Uint32Array(kernels.memory.buffer, block, 32);
      words.set(words.map((_, i) => i));
      kernels.philox(block, 1, 2);
      return [row(Float64Array.from(new Uint32Array(kernels.memory.buffer, block, 32)))];
    });
  cases[`trexc 12 ${dtype}`] = () => {
    const n = 12;
    const { t, z } = schur({ rows: n, cols: n, data: draw(1, n, n, 1).data });
    return nonsymmetric.frame(dtype, (f) => {
      const [tAt, zAt] = [f.put(t.data), f.put(z.data)];
      // Three f64 matrices of order 4, and room to align them.
      const work = f.alloc(160);
      const last = n - 1 - Number(t.data[(n - 1) * n + n - 2] !== 0);
      f.kernels.trexc(n, tAt, n, zAt, n, last, 0, work);
      return [tAt, zAt].map((at) => row(f.take(at, n * n, t.data.slice())));
    });
  };
}

for (const [m, n, k] of [
  [1, 5, 3],
  [9, 17, 8],
  [65, 40, 33],
] as const)
  // prettier-ignore
  for (const transposeA of [false, true])
    for (const transposeB of [false, true])
      cases[`matmulBatch 3 of ${m}x${n}x${k} ${transposeA} ${transposeB}`] = () => {
        const c = new Float32Array(3 * m * n);
        const shape = { count: 3, m, n, k, transposeA, transposeB };
        matmulBatch(shape, single(3 * m * k, 1), single(3 * k * n, 2), c);
        return [row(c)];
      };

const point = axisOf(1, 1, 1, 1, "valid");
for (const depthwise of [false, true])
  for (const [kernel, stride, dilation, padding] of [[3, 1, 1, "same"], [2, 2, 1, "valid"], [3, 1, 2, "same"]] as const) // prettier-ignore
    for (const [channels, filters] of [[3, 6], [9, 18], [16, 16]] as const) // prettier-ignore
      cases[`filterGradient ${depthwise ? "depthwise " : ""}${channels} to ${filters}, ${kernel}/${stride}, dilated ${dilation}`] = () => {
        const [rows, cols] = [13, 12].map((size) => axisOf(size, kernel, stride, dilation, padding));
        const shape = { images: 2, channels, filters, depth: point, rows, cols };
        const x = single(2 * 13 * 12 * channels, 1);
        const dy = single(2 * rows.output * cols.output * filters, 2);
        return [row(filterGradient(shape, x, dy, depthwise))];
      }; // prettier-ignore

export const report = () => hashes(cases);
