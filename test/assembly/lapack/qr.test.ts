/** qr through the ABI: every shape around the edges of panels and blocks, with forced block sizes. */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/rooms/orthogonal.ts";
import { build, conditioned, gaussian, shapes } from "../../support/matrices.ts";
import { precisions, precisionOf, type Precision } from "../../support/precisions.ts";
import { distance, Family, orthogonality, residual } from "../../support/ratios.ts";
import { suite } from "../../support/suite.ts";
import { qr as twin } from "../../twins/qr.ts";
import { guarded } from "../../support/guarded.ts";

interface Options {
  nb?: number;
  complete?: boolean;
  positive?: boolean;
}

/** r as the kernel leaves it, min(m, n) x n. */
function qr(a: Matrix, { nb = 0, complete = false, positive = false }: Options) {
  const { rows: m, cols: n } = a;
  const precision = precisionOf(a.data);
  const k = Math.min(m, n);
  const cols = complete ? m : k;
  return frame(precision.dtype, (f) => {
    const input = f.put(a.data);
    const [q, r] = [guarded(f, precision, m * cols), guarded(f, precision, k * n)];
    const top = f.kernels.mark();
    const info = f.kernels.qr(m, n, cols, Number(positive), nb, input, q.address, r.address);
    assert.is(f.kernels.mark(), top, "left something on the arena");
    return {
      info,
      q: { rows: m, cols, data: q.take() },
      r: { rows: k, cols: n, data: r.take() },
    };
  });
}

/** R of the complete factorisation has m rows. */
const extend = (r: Matrix, m: number, { array }: Precision): Matrix => {
  const data = new array(m * r.cols);
  data.set(r.data);
  return { ...r, rows: m, data };
};

const edges = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33];
const large = [50, 64, 100, 257];
const blockSizes = [0, 8, 16, 32, 64];
const flags = [false, true];

suite("assembly/lapack/qr", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const family = {
      orthogonality: new Family(`qr ${dtype} ‖I − QᵀQ‖`),
      residual: new Family(`qr ${dtype} ‖A − QR‖`),
      agreement: new Family(`qr ${dtype} against unblocked QR, in n u`, 30),
    };

    const verify = (a: Matrix, options: Options) => {
      const what = `${a.rows} x ${a.cols} ${JSON.stringify(options)}`;
      const { info, q, r } = qr(a, options);
      assert.is(info, Info.OK, what);
      family.orthogonality.check(orthogonality(q), what);
      const whole = options.complete ? extend(r, a.rows, precision) : r;
      family.residual.check(residual(a, q, whole), what);
      for (let i = 0; i < r.rows; i++) {
        for (let j = 0; j < i; j++)
          assert.ok(r.data[i * r.cols + j] === 0, `R(${i}, ${j}) ${what}`);
        if (options.positive) assert.ok(r.data[i * r.cols + i] >= 0, `R(${i}, ${i}) ${what}`);
      }
    };

    test(`${dtype}: the block size of its own choice, which decides the bits`, () => {
      for (const [n, nb] of [
        [64, 8],
        [65, 16],
        [256, 16],
        [257, 32],
      ]) {
        // prettier-ignore
        const a = gaussian(n!, n!, precision);
        assert.equal(qr(a, {}).r.data, qr(a, { nb }).r.data, `${n}`);
      }
    });

    for (const nb of blockSizes)
      test(`${dtype}: all shapes around the edges, blocks of ${nb || "its own choice"}`, () => {
        for (const m of edges)
          for (const n of edges)
            for (const complete of flags)
              for (const positive of flags)
                verify(gaussian(m, n, precision), { nb, complete, positive });
      });

    test(`${dtype}: larger shapes`, () => {
      // Every block size meets every size and every mode, though not every combination.
      let turn = 0;
      for (const m of large)
        for (const n of [5, 33, ...large])
          for (const tall of flags) {
            const [rows, cols] = tall ? [m, n] : [n, m];
            const [nb, complete] = [blockSizes[turn % 5], turn % 2 === 0];
            verify(gaussian(rows, cols, precision), { nb, complete, positive: turn++ % 3 === 0 });
          }
    });

    test(`${dtype}: long and thin, short and wide`, () => {
      for (const nb of [0, 8]) {
        verify(gaussian(2000, 16, precision), { nb });
        verify(gaussian(16, 2000, precision), { nb, complete: true });
      }
      // Around the rows that larfb takes at a time.
      for (const m of [511, 512, 513, 520, 521])
        verify(gaussian(m, 17, precision), { positive: true });
      verify(gaussian(521, 3, precision), { complete: true });
    });

    test(`${dtype}: equals unblocked Householder QR, signs and all`, () => {
      for (const [m, n] of shapes("5x5 9x3 17x33 50x50 100x64 64x100 257x257")) {
        const a = conditioned(m, n, precision, 2);
        for (const positive of flags) {
          const exact = twin(a, { positive });
          for (const nb of blockSizes) {
            const { q, r } = qr(a, { nb, positive });
            const apart = Math.max(distance(q.data, exact.q.data), distance(r.data, exact.r.data));
            family.agreement.check(apart / (Math.max(m, n) * u), `${m} x ${n}, nb ${nb}`);
          }
        }
      }
    });

    test(`${dtype}: codes`, () => {
      for (let at = 0; at < 35; at++)
        for (const bad of [NaN, Infinity, -Infinity]) {
          const a = build(7, 5, precision, (i, j) => (5 * i + j === at ? bad : 1));
          assert.is(qr(a, {}).info, Info.NONFINITE);
        }
      const column = build(17, 1, precision, () => precision.max / 4);
      assert.is(qr(column, {}).info, Info.OVERFLOW);
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});
