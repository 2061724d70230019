/** haar through the ABI: every shape with forced block sizes, against Stewart's method step by step. */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Matrix } from "../../../src/linalg/index.ts";
import type { Data } from "../../../src/wasm/memory.ts";
import { frame } from "../../../src/wasm/rooms/orthogonal.ts";
import { shapes } from "../../support/matrices.ts";
import { precisions, type Precision } from "../../support/precisions.ts";
import { distance, Family, orthogonality, transpose } from "../../support/ratios.ts";
import { suite } from "../../support/suite.ts";
import { stewart } from "../../twins/haar.ts";
import { guarded } from "../../support/guarded.ts";

interface Options {
  seed?: number;
  nb?: number;
  trans?: boolean;
}

/** n x m with `trans`. */
function haar(precision: Precision, m: number, n: number, options: Options): Matrix {
  const { seed = 1, nb = 0, trans = false } = options;
  return frame(precision.dtype, (f) => {
    const q = guarded(f, precision, m * n);
    const top = f.kernels.mark();
    assert.is(f.kernels.haar(Number(trans), m, n, seed, 0, nb, q.address), Info.OK);
    assert.is(f.kernels.mark(), top, "left something on the arena");
    const [rows, cols] = trans ? [n, m] : [m, n];
    return { rows, cols, data: q.take() };
  });
}

/**
 * The normals that haar draws: panel by panel of columns, each from its first row with a reflector
 * down, row by row, from the next whole group of the stream.
 */
function draws(precision: Precision, m: number, n: number, seed = 1): Matrix {
  const { dtype, array, panel, group } = precision;
  const data: Data = new array(m * n);
  let first = 0n;
  for (let j = 0; j < n; j += panel) {
    const count = panel * (m - j);
    const z = frame(dtype, (f) => {
      const [x, work] = [f.alloc(count), f.alloc(32)];
      f.kernels.larnv(count, seed, 0, first, x, work);
      return f.take(x, count, new array(count));
    });
    first += BigInt(Math.ceil(count / group));
    for (let at = 0; at < count; at++) {
      const [i, c] = [j + Math.floor(at / panel), j + (at % panel)];
      if (c < n) data[i * n + c] = z[at];
    }
  }
  return { rows: m, cols: n, data };
}

const edges = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50, 64, 100];
const blockSizes = [0, 8, 16, 32, 64];

suite("assembly/lapack/haar", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const family = {
      orthogonality: new Family(`haar ${dtype} ‖I − QᵀQ‖`),
      twin: new Family(`haar ${dtype} against Stewart's method, in m u`, 30),
      blocks: new Family(`haar ${dtype} between block sizes, in m u`, 30),
    };

    for (const nb of blockSizes)
      test(`${dtype}: all shapes, blocks of ${nb || "its own choice"}`, () => {
        for (const m of edges)
          for (const n of edges.filter((size) => size <= m)) {
            const what = `${m} x ${n}, nb ${nb}`;
            const q = haar(precision, m, n, { nb });
            family.orthogonality.check(orthogonality(q), what);
            assert.equal(haar(precision, m, n, { nb, trans: true }), transpose(q), what);
          }
      });

    test(`${dtype}: large, long and thin`, () => {
      for (const [m, n] of shapes("257x257 257x100 300x299 513x33 2000x16 2000x1"))
        for (const nb of blockSizes)
          family.orthogonality.check(orthogonality(haar(precision, m, n, { nb })), `${m} x ${n}`);
    });

    test(`${dtype}: Stewart's Q of the same normals`, () => {
      for (const m of [1, 2, 3, 5, 8, 9, 16, 17, 33, 64, 100])
        for (const n of [1, 2, 4, 7, 8, 9, 16, 33, 64, 99, 100].filter((size) => size <= m)) {
          const exact = stewart(draws(precision, m, n));
          for (const nb of blockSizes) {
            const apart = distance(haar(precision, m, n, { nb }).data, exact.data);
            family.twin.check(apart / (m * u), `${m} x ${n}, nb ${nb}`);
          }
        }
    });

    test(`${dtype}: blocks of its own choice, which decide the bits`, () => {
      for (const [n, nb] of [[64, 8], [65, 16], [256, 16], [257, 32]] as const) // prettier-ignore
        assert.equal(haar(precision, n + 3, n, {}).data, haar(precision, n + 3, n, { nb }).data, `${n}`); // prettier-ignore
    });

    test(`${dtype}: the block size changes roundings only`, () => {
      for (const [m, n] of shapes("33x33 100x50 257x257")) {
        const q = haar(precision, m, n, {});
        for (const nb of blockSizes)
          family.blocks.check(
            distance(haar(precision, m, n, { nb }).data, q.data) / (m * u),
            `${m} x ${n}, nb ${nb}`,
          );
      }
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});
