/** spread through the ABI: every shape around the edges of tiles, panels and chunks, both layouts. */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/memory.ts";
import { build, gaussian } from "../../support/matrices.ts";
import { precisionOf, precisions } from "../../support/precisions.ts";
import { Family, transpose } from "../../support/ratios.ts";
import { suite } from "../../support/suite.ts";
import { spread as twin } from "../../twins/spread.ts";
import { guarded } from "../../support/guarded.ts";

/** Units are rows; `columns` has the kernel work on the transpose. */
function spread(w: Matrix, step: number, columns: boolean): { info: Info; w: Matrix } {
  const { rows, cols, data } = columns ? transpose(w) : w;
  const precision = precisionOf(data);
  return frame(precision.dtype, (f) => {
    // The kernel works in place: between two guards.
    const [before, at, after] = [guarded(f, precision, 0), f.put(data), guarded(f, precision, 0)];
    const top = f.kernels.mark();
    const info = f.kernels.spread(Number(!columns), w.rows, w.cols, step, at);
    assert.is(f.kernels.mark(), top, "left something on the arena");
    for (const guard of [before, after]) guard.take();
    const found = { rows, cols, data: f.take(at, rows * cols, new precision.array(rows * cols)) };
    return { info, w: columns ? transpose(found) : found };
  });
}

const edges = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 33];
// A chunk has 512 rows.
const large = [[511, 5], [512, 9], [513, 4], [1030, 3], [5, 513], [9, 1030], [100, 129]]; // prettier-ignore

suite("assembly/lapack/spread", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const family = new Family(`spread ${dtype} against its formula, in (m + n) u lengths`, 2);

    const verify = (w: Matrix, step: number) => {
      const { rows: m, cols: n } = w;
      const exact = twin(w, step);
      for (const columns of [false, true]) {
        const found = spread(w, step, columns);
        assert.is(found.info, Info.OK);
        const what = `${m} x ${n}, ${columns ? "columns" : "rows"}`;
        for (let i = 0; i < m; i++) {
          const row = exact.data.subarray(i * n, (i + 1) * n);
          const length = Math.hypot(...row);
          row.forEach((x, k) => {
            const error = Math.abs(found.w.data[i * n + k] - x);
            family.check(error === 0 ? 0 : error / ((m + n) * u * length), what);
          });
        }
      }
    };

    test(`${dtype}: every edge`, () => {
      for (const m of edges) for (const n of edges) verify(gaussian(m, n, precision, m), 0.5);
    });

    test(`${dtype}: chunks`, () => {
      for (const [m, n] of large) verify(gaussian(m, n, precision), 0.25);
    });

    test(`${dtype}: zero units stay, and push nothing`, () => {
      const w = build(9, 6, precision, (i, j) => (i % 4 === 1 ? 0 : Math.sin(7 * i + j)));
      verify(w, 0.75);
      verify(build(5, 5, precision, () => 0), 0.5); // prettier-ignore
    });

    test(`${dtype}: opposite pairs, and units that are all the same`, () => {
      verify(
        build(6, 5, precision, (i, j) => (i % 2 ? 1 : -1) * (j + 1)),
        0.5,
      );
      verify(
        build(6, 5, precision, (i, j) => (i + 1) * (j + 1)),
        0.5,
      );
    });

    test(`${dtype}: lengths from tiny to huge`, () => {
      const top = precision.max / 8;
      const lengths = [precision.tiny * 64, precision.safmin, 1, top];
      const w = build(4, 3, precision, (i, j) => lengths[i] * [0.5, 0.25, -0.5][(i + j) % 3]);
      const found = spread(w, 0.5, false);
      assert.is(found.info, Info.OK);
      for (let i = 1; i < 4; i++) {
        const of = ({ data }: Matrix) => {
          const scaled = Array.from(data.subarray(3 * i, 3 * i + 3), (x) => x / lengths[i]);
          return Math.hypot(...scaled);
        };
        assert.ok(Math.abs(of(found.w) / of(w) - 1) < 100 * u, `row ${i}`);
      }
    });

    test(`${dtype}: NaN and infinities are refused, nothing is empty's result`, () => {
      for (const bad of [NaN, Infinity, -Infinity])
        for (let at = 0; at < 12; at++) {
          const w = gaussian(4, 3, precision);
          w.data[at] = bad;
          assert.is(spread(w, 0.5, false).info, Info.NONFINITE);
        }
      for (const [m, n] of [[0, 0], [0, 3], [3, 0]]) assert.is(spread(gaussian(m, n, precision), 0.5, true).info, Info.OK); // prettier-ignore
    });

    test(`${dtype}: a length that passes the largest number`, () => {
      const w = build(2, 2, precision, (i, j) => (i === j || i === 0 ? precision.max : 0));
      assert.is(spread(w, 0.5, false).info, Info.OVERFLOW);
    });

    test.after(() => family.note());
  }
});
