/** gejsv through the ABI: every shape around the edges of panels and blocks, with forced block sizes. */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/rooms/jacobi.ts";
import { frame as lanesFrame } from "../../../src/wasm/rooms/lanes.ts";
import { build, gaussian, hard } from "../../support/matrices.ts";
import { precisionOf, precisions, type Precision } from "../../support/precisions.ts";
import { orthogonality, transpose } from "../../support/ratios.ts";
import { integers, kahan, perturbedKahan } from "../../support/spectra.ts";
import { suite } from "../../support/suite.ts";
import { absoluteError, GATE, SvdFamilies } from "../../support/svdRatios.ts";
import { guarded } from "../../support/guarded.ts";

interface Options {
  nb?: number;
  complete?: boolean;
  vectors?: boolean;
}

/** As the kernel has it: a wide matrix goes in as it is, and u and v come back exchanged. */
function gejsv(a: Matrix, { nb = 0, complete = false, vectors = true }: Options) {
  const wide = a.rows < a.cols;
  const [m, n] = wide ? [a.cols, a.rows] : [a.rows, a.cols];
  const cols = complete ? m : n;
  const precision = precisionOf(a.data);
  return frame(precision.dtype, (f) => {
    const input = f.put(a.data);
    const s = guarded(f, precision, n + 2);
    const [u, v] = [m * cols, n * n].map((count) => guarded(f, precision, vectors ? count : 0));
    const top = f.kernels.mark();
    // prettier-ignore
    const info = f.kernels.gejsv(
      Number(wide), m, n, cols, Number(vectors), nb, input, u.address, s.address, v.address,
    );
    assert.is(f.kernels.mark(), top, "left something on the arena");
    const [sweeps, rank] = s.take().subarray(n);
    const tall = { rows: m, cols, data: u.take() };
    const small = { rows: n, cols: n, data: v.take() };
    const factors = wide ? { u: small, v: tall } : { u: tall, v: small };
    return { info, sweeps, rank, s: s.take().slice(0, n), ...factors };
  });
}

const edges = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];
const large = [50, 64, 100];
const blockSizes = [0, 8, 16, 32];
const flags = [false, true];

suite("assembly/lapack/gejsv", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const family = new SvdFamilies(`gejsv ${dtype}`);

    const verify = (a: Matrix, options: Options) => {
      const what = `${a.rows} x ${a.cols} ${JSON.stringify(options)}`;
      const full = gejsv(a, options);
      assert.is(full.info, Info.OK, what);
      family.check(a, full, what);
      return full;
    };

    for (const nb of blockSizes)
      test(`${dtype}: all shapes around the edges, blocks of ${nb || "its own choice"}`, () => {
        for (const m of edges)
          for (const n of edges) {
            const a = gaussian(m, n, precision);
            for (const complete of flags) verify(a, { nb, complete });
          }
      });

    test(`${dtype}: of a lower rank, whatever the block size`, () => {
      for (const nb of blockSizes)
        for (const m of [4, 9, 16, 17, 33])
          for (const n of [4, 9, 16, 17, 33])
            for (const make of [hard.zero, hard.ones, hard["rank 1"], hard["half rank"], integers])
              verify(make(m, n, precision), { nb, complete: true });
    });

    test(`${dtype}: larger shapes`, () => {
      let turn = 0;
      for (const m of large)
        for (const n of [5, 33, ...large])
          for (const tall of flags) {
            const [rows, cols] = tall ? [m, n] : [n, m];
            const [nb, complete] = [blockSizes[turn % 4], turn++ % 2 === 0];
            verify(gaussian(rows, cols, precision), { nb, complete });
          }
      for (const nb of [0, 8]) {
        verify(gaussian(2000, 16, precision), { nb });
        verify(gaussian(16, 2000, precision), { nb });
        verify(gaussian(257, 257, precision), { nb });
      }
      // Around the rows that larfb takes at a time.
      for (const m of [511, 512, 513, 521]) verify(gaussian(m, 17, precision), {});
    });

    test(`${dtype}: the values do not depend on block size, vectors or orientation`, () => {
      for (const m of [3, 9, 17, 33, 100])
        for (const n of [3, 8, 33]) {
          const a = gaussian(m, n, precision, 3);
          const { s } = gejsv(a, {});
          for (const nb of blockSizes)
            for (const vectors of flags)
              for (const b of [a, transpose(a)]) {
                const other = gejsv(b, { nb, vectors });
                assert.is(other.info, Info.OK);
                const apart = absoluteError(other.s, s, precision);
                assert.ok(apart <= GATE, `${m} x ${n}, nb ${nb}: ${apart}`);
              }
        }
    });

    test(`${dtype}: a wide matrix is the transpose of a tall one, to the bit`, () => {
      // A largest component of its own in every column, so that signs cannot differ either.
      const a = gaussian(33, 17, precision);
      const [tall, wide] = [gejsv(a, {}), gejsv(transpose(a), {})];
      assert.equal(tall.s, wide.s);
      const same = (x: Matrix, y: Matrix) =>
        assert.equal(x.data.map(Math.abs), y.data.map(Math.abs));
      same(tall.u, wide.v);
      same(tall.v, wide.u);
    });

    test(`${dtype}: rank and sweeps`, () => {
      for (const n of [1, 5, 16, 33]) {
        assert.is(gejsv(hard.zero(n, n, precision), {}).rank, 0);
        const diagonal = build(n, n, precision, (i, j) => (i === j ? (i % 3) / 2 : 0));
        const zeros = Math.ceil(n / 3);
        assert.is(gejsv(diagonal, {}).rank, n - zeros);
        assert.is(gejsv(gaussian(n, n, precision), {}).rank, n);
        // At work the last would have lost digits to underflow, and so is nothing.
        const [top, least] = dtype === "float32" ? [2 ** 60, 2 ** -125] : [2 ** 500, 2 ** -900];
        const apart = build(n, n, precision, (i, j) => (i !== j ? 0 : i ? least! : top!));
        assert.is(gejsv(apart, {}).rank, 1);
        const { sweeps } = gejsv(kahan(n, precision), {});
        assert.ok(sweeps >= 1 && sweeps <= 12, `${sweeps} sweeps`);
      }
    });

    test(`${dtype}: no two columns of U are left at more than the tolerance`, () => {
      // Equal values but for a chain of cosines just above it: few rotations a sweep, by large angles, each of which
      // moves the rest of one pair to the next, so that the sweep after a small one still has something to do.
      const n = 90;
      const chain = build(n, n, precision, (i, j) => (i === j ? 1 : j === i + 1 ? n * precision.u : 0)); // prettier-ignore
      const { u } = gejsv(chain, {});
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++) {
          let cos = 0;
          for (let k = 0; k < n; k++) cos += u.data[k * n + i] * u.data[k * n + j];
          const ratio = Math.abs(cos) / (Math.sqrt(n) * precision.u);
          assert.ok(ratio <= 2, `columns ${i} and ${j}: ${ratio} of the tolerance`);
        }
    });

    test(`${dtype}: right vectors are straightened to their rounding, by one correction or by two`, () => {
      // Those of the way that is left where this fails, a product and a QR, have three times as much or more.
      const steep = perturbedKahan(100, precision, dtype === "float32" ? 1.44 : 1.3);
      for (const a of [gaussian(100, 100, precision), steep]) {
        const ratio = orthogonality(gejsv(a, {}).v);
        assert.ok(ratio <= 0.5, `${ratio}`);
      }
    });

    test(`${dtype}: codes`, () => {
      for (const vectors of flags)
        for (let at = 0; at < 35; at++)
          for (const bad of [NaN, Infinity, -Infinity]) {
            const a = build(7, 5, precision, (i, j) => (5 * i + j === at ? bad : 1));
            assert.is(gejsv(a, { vectors }).info, Info.NONFINITE);
          }
      const large = build(20, 20, precision, () => precision.max / 2);
      assert.is(gejsv(large, {}).info, Info.OVERFLOW);
    });

    test.after(() => family.note());
  }
});

/** The singular values of each of so many matrices; -1 stands first where the lanes have left them to gejsv. */
function gesvjb(precision: Precision, m: number, n: number, list: Matrix[], vectors = true) {
  return lanesFrame(precision.dtype, (f) => {
    const a = f.put(list.flatMap(({ data }) => [...data]));
    const [u, s, v] = [m * n, n, n * n].map((size) => guarded(f, precision, list.length * size));
    const top = f.kernels.mark();
    const info = f.kernels.gesvjb(0, list.length, m, n, Number(vectors), a, u!.address, s!.address, v!.address); // prettier-ignore
    assert.is(info, Info.OK);
    assert.is(f.kernels.mark(), top, "left something on the arena");
    for (const out of [u, v]) out!.take();
    const values = s!.take();
    return list.map((_, k) => values.slice(k * n, (k + 1) * n));
  });
}

suite("assembly/lapack/gesvjb", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;

    // What they leave is done one by one, as well but slowly: nobody would see it.
    test(`${dtype}: the lanes carry what is not graded, whatever its shape and the number of matrices`, () => {
      const edges = [[1, 1], [2, 1], [2, 2], [3, 2], [4, 4], [5, 3], [8, 5], [9, 8], [16, 7], [17, 17], [33, 12], [64, 20]]; // prettier-ignore
      for (const [m, n] of edges as [number, number][])
        for (let count = 1; count <= 9; count += 2) {
          const list = Array.from({ length: count }, (_, k) => gaussian(m, n, precision, k + 1));
          for (const vectors of flags)
            for (const s of gesvjb(precision, m, n, list, vectors))
              assert.ok(s.every((x, j) => x > 0 && (j === 0 || x <= s[j - 1]!)), `${m} x ${n}, ${count}: ${s}`); // prettier-ignore
        }
    });

    test(`${dtype}: the lanes leave what is graded too far, has no rank or overflows, and nothing else`, () => {
      const limit = dtype === "float32" ? 1e-12 : 1e-120;
      const diagonal = (...d: number[]) => build(3, d.length, precision, (i, j) => (i === j ? d[i]! : 0)); // prettier-ignore
      const left = [diagonal(1, limit / 2), diagonal(0, 0), diagonal(1, 0), build(3, 2, precision, () => precision.max)]; // prettier-ignore
      const carried = [diagonal(1, 2 * limit), diagonal(2 * limit, 1), diagonal(precision.max, precision.max / 2)]; // prettier-ignore
      const both = left.flatMap((a, k) => [a, carried[k % carried.length]!]);
      gesvjb(precision, 3, 2, both).forEach((s, k) => {
        if (k % 2 === 0) assert.is(s[0], -1, `${k}`);
        else assert.ok(s[0]! > 0, `${k}: ${s}`);
      });
    });
  }
});
