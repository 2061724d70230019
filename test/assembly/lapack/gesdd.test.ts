/**
 * gesdd through the ABI: every shape around the edges of panels, blocks and leaves, with forced block sizes; and bidiagonal
 * matrices made to deflate, split or couple their pieces in every way.
 */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import { jacobi, svd, type Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/rooms/symmetric.ts";
import { build, gaussian, hard, uniform } from "../../support/matrices.ts";
import { precisionOf, precisions, type Precision } from "../../support/precisions.ts";
import { Family, transpose } from "../../support/ratios.ts";
import { integers, kahan, modes, withSpectrum } from "../../support/spectra.ts";
import { suite } from "../../support/suite.ts";
import { absoluteError, GATE, SvdFamilies } from "../../support/svdRatios.ts";
import { singularValues } from "../../twins/svd.ts";
import { guarded } from "../../support/guarded.ts";

interface Options {
  nb?: number;
  complete?: boolean;
  vectors?: boolean;
}

/** As the kernel has it: a wide matrix goes in as it is, and u and v come back exchanged. */
function gesdd(a: Matrix, { nb = 0, complete = false, vectors = true }: Options = {}) {
  const wide = a.rows < a.cols;
  const [m, n] = wide ? [a.cols, a.rows] : [a.rows, a.cols];
  const cols = complete ? m : n;
  const precision = precisionOf(a.data);
  return frame(precision.dtype, (f) => {
    const input = f.put(a.data);
    const s = guarded(f, precision, n);
    const [u, v] = [m * cols, n * n].map((count) => guarded(f, precision, vectors ? count : 0));
    const top = f.kernels.mark();
    // prettier-ignore
    const info = f.kernels.gesdd(
      Number(wide), m, n, cols, Number(vectors), nb, input, u.address, s.address, v.address,
    );
    assert.is(f.kernels.mark(), top, "left something on the arena");
    const tall = { rows: m, cols, data: u.take() };
    const small = { rows: n, cols: n, data: v.take() };
    return { info, s: s.take(), ...(wide ? { u: small, v: tall } : { u: tall, v: small }) };
  });
}

const edges = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];
const large = [41, 64, 100];
const blockSizes = [0, 8, 16, 32];
const flags = [false, true];

/** Upper bidiagonal, by its two diagonals. */
const bidiagonal = (
  n: number,
  precision: Precision,
  d: (i: number) => number,
  e: (i: number) => number,
) => build(n, n, precision, (i, j) => (i === j ? d(i) : j === i + 1 ? e(i) : 0));

/** What divides, deflates and is solved is a bidiagonal matrix; these are their own. */
function bidiagonals(n: number, precision: Precision): Record<string, Matrix> {
  const make = (d: (i: number) => number, e: (i: number) => number) =>
    bidiagonal(n, precision, d, e);
  const noise = uniform(2, n, precision, n).data;
  const { u, safmin } = precision;
  return {
    identity: make(() => 1, () => 0),
    "equal, coupled": make(() => 1, () => 1),
    "all 2 and -1": make(() => 2, () => -1),
    "zero diagonal": make(() => 0, () => 1),
    "zeros on the diagonal": make((i) => (i % 5 === 3 ? 0 : 1), () => 1),
    "first and last zero": make((i) => (i === 0 || i === n - 1 ? 0 : 2), () => 1),
    "pieces apart": make((i) => 1 + (i % 3), (i) => (i % 8 === 7 ? 0 : 1)),
    "pieces nearly apart": make((i) => 1 + (i % 3), (i) => (i % 8 === 7 ? 4 * u : 1)),
    "rows that couple nothing": make((i) => (i % 8 === 7 ? 0 : 1), (i) => (i % 8 === 7 ? 0 : 0.5)),
    "rows that nearly couple nothing": make((i) => (i % 8 === 7 ? u : 1), (i) => (i % 8 === 7 ? u : 0.5)), // prettier-ignore
    "equal blocks, glued": make((i) => 1 + (i % 16) / 4, (i) => (i % 16 === 15 ? 64 * u : 1)),
    "clustered": make((i) => 1 + 8 * u * (i % 7), (i) => 8 * u * (i % 3)),
    "graded downwards": make((i) => 2 ** (-i / 2), (i) => 2 ** (-i / 2)),
    "graded upwards": make((i) => 2 ** ((i - n) / 2), (i) => 2 ** ((i - n) / 2)),
    "graded beyond rounding": make((i) => 2 ** (-3 * i), (i) => 2 ** (-3 * i - 1)),
    "tiny among ones": make((i) => (i % 2 ? 1 : 1e3 * safmin), () => 0.25),
    "random": make((i) => noise[i]!, (i) => noise[n + i]!),
  }; // prettier-ignore
}

suite("assembly/lapack/gesdd", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const family = new SvdFamilies(`gesdd ${dtype}`);
    const values = new Family(`gesdd ${dtype} σ against the twin, in n u σ₁`, GATE);

    const verify = (a: Matrix, options: Options, name = "") => {
      const what = `${name} ${a.rows} x ${a.cols} ${JSON.stringify(options)}`;
      const full = gesdd(a, options);
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
        for (const m of [4, 9, 17, 33, 50])
          for (const n of [4, 9, 17, 33, 50])
            for (const make of [hard.zero, hard.ones, hard["rank 1"], hard["half rank"], integers])
              verify(make(m, n, precision), { nb, complete: true });
    });

    // The row's reflector is one of numbers with few bits, but of a product with it nothing may be lost.
    test(`${dtype}: next to nothing beside the first entry`, () => {
      for (const n of [5, 9, 20]) {
        const { data } = gaussian(n, n, precision);
        const entry = (i: number, j: number) => (i > 0 ? data[i * n + j]! : precision.tiny * Math.round(99 * data[j]!)); // prettier-ignore
        const a = build(n, n, precision, (i, j) => (j === 0 ? Number(i === 0) : entry(i, j)));
        for (const nb of blockSizes) verify(a, { nb }, "next to nothing");
      }
    });

    test(`${dtype}: larger shapes, on both sides of the QR factorization first`, () => {
      let turn = 0;
      for (const m of large)
        for (const n of [5, 33, ...large])
          for (const tall of flags) {
            const [rows, cols] = tall ? [m, n] : [n, m];
            const [nb, complete] = [blockSizes[turn % 4], turn++ % 2 === 0];
            verify(gaussian(rows, cols, precision), { nb, complete });
          }
      for (const m of [108, 109, 110, 111, 112]) verify(gaussian(m, 60, precision), {});
      for (const nb of [0, 8]) {
        verify(gaussian(2000, 16, precision), { nb });
        verify(gaussian(16, 2000, precision), { nb });
        verify(gaussian(257, 257, precision), { nb });
      }
      // The last piece is itself of two, and ends with a panel.
      verify(gaussian(80, 80, precision), {});
      // Around the rows that larfb takes at a time.
      for (const m of [511, 512, 513, 521]) verify(gaussian(m, 17, precision), {});
    });

    test(`${dtype}: bidiagonal matrices, from one leaf to a tree of them`, () => {
      for (const n of [1, 2, 7, 33, 40, 65, 100])
        for (const [name, a] of Object.entries(bidiagonals(n, precision))) {
          const { s } = verify(a, {}, name);
          verify(transpose(a), { nb: 8 }, `${name}, transposed`);
          // What the twin would take minutes for is left to Jacobi, which has been held against it.
          const exact = n <= 40 ? singularValues(a) : svd(a, { method: jacobi, vectors: false }).s;
          values.check(absoluteError(s, exact, precision), `${name} ${n}`);
        }
    });

    test(`${dtype}: zeros that are exact stay zeros`, () => {
      for (const n of [5, 8, 33, 70, 72]) {
        const a = build(n, n, precision, (i, j) => (i === j && i % 3 > 0 ? 3 : 0));
        const { s } = verify(a, {}, "diagonal");
        const rank = n - Math.ceil(n / 3);
        s.forEach((x: number, i: number) => {
          if (i >= rank) assert.is(x, 0, `${n}: s[${i}]`);
          else assert.ok(Math.abs(x / 3 - 1) <= GATE * precision.u, `${n}: s[${i}] = ${x}`);
        });
      }
    });

    test(`${dtype}: values alone are the same bits; others are as good`, () => {
      for (const m of [3, 9, 17, 33, 100])
        for (const n of [3, 8, 33, 70]) {
          const a = gaussian(m, n, precision, 3);
          const exact = n <= 33 ? singularValues(a) : svd(a, { method: jacobi, vectors: false }).s;
          for (const nb of blockSizes)
            for (const b of [a, transpose(a)]) {
              const { s } = gesdd(b, { nb });
              assert.equal(gesdd(b, { nb, vectors: false }).s, s);
              assert.equal(gesdd(b, { nb, complete: true }).s, s);
              values.check(absoluteError(s, exact, precision), `${m} x ${n}, nb ${nb}`);
            }
        }
      for (const n of [64, 130])
        for (const [mode, spectrum] of Object.entries(modes)) {
          const a = withSpectrum(n, n, precision, spectrum(1e4));
          const { s } = verify(a, {}, mode);
          const exact = svd(a, { method: jacobi, vectors: false }).s;
          values.check(absoluteError(s, exact, precision), `${mode} ${n}`);
        }
      verify(kahan(150, precision), {}, "Kahan");
    });

    test(`${dtype}: a wide matrix is the transpose of a tall one, to the bit`, () => {
      // A largest component of its own in every column, so that signs cannot differ either.
      for (const [m, n] of [[33, 17], [40, 36]]) {
        const a = gaussian(m!, n!, precision);
        const [tall, wide] = [gesdd(a), gesdd(transpose(a))];
        assert.equal(tall.s, wide.s);
        const same = (x: Matrix, y: Matrix) =>
          assert.equal(x.data.map(Math.abs), y.data.map(Math.abs));
        same(tall.u, wide.v);
        same(tall.v, wide.u);
      } // prettier-ignore
    });

    test(`${dtype}: codes`, () => {
      for (const vectors of flags)
        for (let at = 0; at < 35; at++)
          for (const bad of [NaN, Infinity, -Infinity]) {
            const a = build(7, 5, precision, (i, j) => (5 * i + j === at ? bad : 1));
            assert.is(gesdd(a, { vectors }).info, Info.NONFINITE);
          }
      const large = build(20, 20, precision, () => precision.max / 2);
      assert.is(gesdd(large).info, Info.OVERFLOW);
    });

    test.after(() => {
      family.note();
      values.note();
    });
  }
});
