/** trsyl through the ABI: LAPACK's 27,648 cases, every place of a block in a tile, growth and pivots. */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/rooms/nonsymmetric.ts";
import { build, gaussian } from "../../support/matrices.ts";
import { double, precisionOf, precisions } from "../../support/precisions.ts";
import { dget35, quasi } from "../../support/quasi.ts";
import { distance, Family, largest, transpose } from "../../support/ratios.ts";
import { suite } from "../../support/suite.ts";
import { gemm } from "../../twins/gemm.ts";
import { sylvester as twin } from "../../twins/sylvester.ts";
import { guarded } from "../../support/guarded.ts";

interface Form {
  transA?: boolean;
  transB?: boolean;
  minus?: boolean;
}

function trsyl(a: Matrix, b: Matrix, c: Matrix, { transA, transB, minus }: Form = {}) {
  const precision = precisionOf(a.data);
  const [m, n] = [c.rows, c.cols];
  return frame(precision.dtype, (f) => {
    const [pa, pb] = [f.put(a.data), f.put(b.data)];
    const x = guarded(f, precision, m * n, 7, c.data);
    const status = guarded(f, precision, 2);
    const flags = [transA, transB, minus].map(Number) as [number, number, number];
    const top = f.kernels.mark();
    const info = f.kernels.trsyl(...flags, m, n, pa, pb, x.address, status.address);
    assert.is(f.kernels.mark(), top, "left something on the arena");
    for (const [address, { data }] of [
      [pa, a],
      [pb, b],
    ] as const)
      // prettier-ignore
      assert.ok(f.take(address, data.length, data.slice()).every((v, i) => Object.is(v, data[i])));
    const [exponent, replaced] = status.take();
    return { info, x: { rows: m, cols: n, data: x.take() }, exponent, replaced };
  });
}

const flags = [false, true];
const forms: Required<Form>[] = flags.flatMap((transA) =>
  flags.flatMap((transB) => flags.map((minus) => ({ transA, transB, minus }))),
);

/**
 * LAPACK's ratio (dget35): max |op(A) X ± X op(B) − s C| over max(|A|, |B|) |X| eps, the smallest numbers
 * that count kept in mind; `factor` keeps the products below overflow.
 */
function ratio(a: Matrix, b: Matrix, c: Matrix, x: Matrix, s: number, form: Form): number {
  const { u, safmin } = precisionOf(a.data);
  const smlnum = (4 * safmin) / (2 * u);
  const [normAB, normX] = [Math.max(norm(a), norm(b)), norm(x)];
  const risky = normX > 1 && normAB > 1 && normX > 1 / smlnum / normAB;
  const factor = risky ? 1 / Math.max(normX, normAB) : 1;
  const small = { ...x, data: Float64Array.from(x.data, (value) => value * factor) };
  const left = gemm(form.transA ? transpose(a) : a, small).value;
  const right = gemm(small, form.transB ? transpose(b) : b).value;
  const error = largest(
    left.map((value, at) => value + (form.minus ? -1 : 1) * right[at] - c.data[at] * s * factor),
  );
  return error / Math.max(smlnum, smlnum * normX, factor * normAB * 2 * u * normX);
}

const norm = ({ data }: Matrix) => largest(Float64Array.from(data));

/** What LAPACK accepts (sec.in) is 20. */
const GATE = 10;

suite("assembly/lapack/trsyl", (test) => {
  for (const precision of precisions) {
    const { dtype, u, safmin } = precision;
    const family = {
      dget35: new Family(`trsyl ${dtype} dget35`, GATE),
      random: new Family(`trsyl ${dtype} random`, GATE),
      twin: new Family(`trsyl ${dtype} against Gauss elimination, in n u cond`, 0.2),
    };

    const verify = (a: Matrix, b: Matrix, c: Matrix, form: Form, of: Family, what: string) => {
      const { info, x, exponent, replaced } = trsyl(a, b, c, form);
      assert.is(info, Info.OK, what);
      assert.ok(exponent <= 0 && 2 ** exponent > 0, `${what}: scale 2^${exponent}`);
      of.check(ratio(a, b, c, x, 2 ** exponent, form), what);
      return { x, exponent, replaced };
    };

    test(`${dtype}: the 27,648 cases of dget35`, () => {
      const scales = [Math.sqrt((4 * safmin) / (2 * u)), 1, Math.sqrt((2 * u) / (4 * safmin))];
      const counts = { cases: 0, scaled: 0, replaced: 0 };
      const matrix = (rows: number[][], near: number, far: number) =>
        build(rows.length, rows.length, precision, (i, j) => {
          return rows[i][j] * (Math.abs(i - j) <= 1 ? near : far);
        });
      for (const form of forms)
        for (const rowsA of dget35)
          for (const nearA of scales)
            for (const off of [1, 1 + 2 * u, 2])
              for (const far of scales.slice(0, 2))
                for (const rowsB of dget35)
                  for (const nearB of scales) {
                    const a = matrix(rowsA, nearA * off, far);
                    const b = matrix(rowsB, nearB, far);
                    const c = build(a.rows, b.rows, precision, (i, j) => Math.sin((i + 1) * (j + 1))); // prettier-ignore
                    const what = `case ${counts.cases++} ${JSON.stringify(form)}`;
                    const { exponent, replaced } = verify(a, b, c, form, family.dget35, what);
                    counts.scaled += Number(exponent < 0);
                    counts.replaced += Number(replaced > 0);
                  }
      assert.is(counts.cases, 27648);
      assert.ok(counts.replaced > 1000, `${counts.replaced} cases with replaced pivots`);
      console.log(`\nnote: trsyl ${dtype} dget35: ${JSON.stringify(counts)}`);
    });

    /** Apart enough for a stable answer: eigenvalues near 3 and, on the other side of the sum, near 3. */
    const pair = (m: number, n: number, minus: boolean, seed: number, pairs = 7) => ({
      a: quasi(m, precision, { seed, pairs, shift: 5 }),
      b: quasi(n, precision, { seed: seed + 50, pairs, shift: minus ? -5 : 5 }),
    });

    test(`${dtype}: every shape around the edges of tiles, blocks at every place`, () => {
      for (const m of [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 17, 33])
        for (const n of [1, 2, 3, 5, 8, 9, 15, 16, 17, 31, 32, 33, 70])
          for (const [at, form] of forms.entries()) {
            const { a, b } = pair(m, n, form.minus, 1 + ((m * n) % 7), [0, 3, 7, 10][at % 4]);
            const what = `${m} x ${n} ${JSON.stringify(form)}`;
            const c = gaussian(m, n, precision, 3);
            const { exponent, replaced } = verify(a, b, c, form, family.random, what);
            assert.equal([exponent, replaced], [0, 0], what);
          }
    });

    test(`${dtype}: large, tall and wide`, () => {
      for (const [m, n] of [
        [101, 32],
        [32, 101],
        [257, 130],
        [3, 400],
        [400, 3],
      ] as const)
        // prettier-ignore
        for (const form of [forms[0], forms[7]]) {
          const { a, b } = pair(m, n, form.minus, 2);
          verify(a, b, gaussian(m, n, precision), form, family.random, `${m} x ${n}`);
        }
    });

    test(`${dtype}: agrees with Gauss elimination on all equations at once`, () => {
      for (const m of [1, 2, 4, 5, 9])
        for (const n of [1, 3, 4, 8, 9])
          for (const form of forms) {
            const { a, b } = pair(m, n, form.minus, m + n);
            const c = gaussian(m, n, precision, 5);
            const { x } = trsyl(a, b, c, form);
            const sign = form.minus ? -1 : 1;
            const right = { ...b, data: b.data.map((value) => sign * value) } as Matrix;
            const exact = twin(
              form.transA ? transpose(a) : a,
              form.transB ? transpose(right) : right,
              c,
            );
            const bound = (m + n) * u * largest(exact) * (norm(a) + norm(b));
            family.twin.check(distance(x.data, exact) / bound, `${m} x ${n}`);
          }
    });

    test(`${dtype}: near and common eigenvalues are counted, all others not`, () => {
      const one = (x: number) => build(1, 1, precision, () => x);
      const apart = (delta: number) => trsyl(one(1), one(-1 + delta), one(1)).replaced;
      // eps max(|A|, |B|) is 2u here, which counts, too.
      assert.equal([0, u, 2 * u, 4 * u, Math.sqrt(u)].map(apart), [1, 1, 1, 0, 0]);
      assert.equal([...trsyl(one(1), one(-1), one(1)).x.data], [1 / (2 * u)]);
      // Blocks: [1 1; -1 1] on both sides, eigenvalues 1 ± i and -1 ± i, of which two pairs cancel.
      const block = (d: number) => build(2, 2, precision, (i, j) => (i === j ? d : i < j ? 1 : -1));
      const c = gaussian(2, 2, precision);
      assert.is(trsyl(block(1), block(-1), c).replaced, 2);
      assert.is(trsyl(block(1), block(1), c, { minus: true }).replaced, 2);
      assert.is(trsyl(block(1), block(-1.5), c).replaced, 0);
      assert.is(trsyl(block(1), one(-1), gaussian(2, 1, precision)).replaced, 0);
      const nothing = trsyl(one(0), one(0), one(1));
      assert.equal([nothing.replaced, nothing.exponent, ...nothing.x.data], [1, 0, u / precision.safmin]); // prettier-ignore
      // The largest number is no overflow.
      const most = trsyl(one(precision.max), one(0), one(precision.max));
      assert.equal([most.info, ...most.x.data], [Info.OK, 1]);
    });

    test(`${dtype}: growth beyond the largest number is scaled away`, () => {
      // x_i = (c − x_{i+1}) / δ up the rows: grows by 1/δ each time.
      for (const [n, delta] of [
        [9, 2 ** -20],
        [40, 2 ** -20],
        [150, 2 ** -10],
      ] as const) {
        const a = build(n, n, precision, (i, j) => (i === j ? delta : i === j - 1 ? 1 : 0));
        // Nothing on the diagonal: columns depend on those before them, and add no growth of their own.
        const b = build(20, 20, precision, (i, j) => (i < j ? delta / (1 + i + j) : 0));
        const c = build(n, 20, precision, (i, j) => 1 + i + j);
        for (const transA of flags) {
          const { info, x, exponent } = trsyl(a, b, c, { transA });
          assert.is(info, Info.OK);
          assert.ok(x.data.every(Number.isFinite) && norm(x) > 1, `${n}`);
          const steps = n * -Math.log2(delta);
          const room = Math.log2(precision.max);
          assert.ok(Math.abs(steps + exponent - room) < 60 || exponent === 0, `${exponent}`);
          assert.ok(exponent === 0 || steps > room - 60);
          if (2 ** exponent > 0) family.random.check(ratio(a, b, c, x, 2 ** exponent, { transA }), `growth ${n}`); // prettier-ignore
        }
      }
    });

    test(`${dtype}: sums of many large entries overflow nowhere, however near to the end they are`, () => {
      // A ladder of `rungs` up to 2^top; many rows that are as large as its end; one that adds them all up.
      const many = 600;
      const end = Math.log2(precision.max);
      for (let top = end - 32; top < end + 8; top += 1.5) {
        const rungs = Math.ceil(top / 20);
        const delta = 2 ** (-top / rungs);
        const n = 1 + many + rungs;
        const foot = n - rungs;
        const a = build(n, n, precision, (i, j) =>
          i === 0
            ? Number(j === 0 || j < foot)
            : i === j
              ? i < foot ? 1 : delta
              : Number(i < foot ? j === foot : j === i + 1)); // prettier-ignore
        const zero = build(1, 1, precision, () => 0);
        const c = build(n, 1, precision, (i) => Number(i === n - 1));
        const { info, x, exponent } = trsyl(a, zero, c);
        assert.is(info, Info.OK);
        const what = `2^${top}`;
        // Row 0 adds up what the others are: many times the end of the ladder.
        const wanted = top + Math.log2(many);
        const found = Math.log2(Math.abs(x.data[0]!)) - exponent;
        assert.ok(Math.abs(found - wanted) < 1e-3, `${what}: 2^${found} instead of 2^${wanted}`);
        assert.ok(x.data.every(Number.isFinite), what);
      }
    });

    if (precision === double)
      test("growth along rows and columns: as much as in exact arithmetic", () => {
        // log2 of the largest entry, by back substitution in 4,000 bits.
        for (const [n, delta, exact] of [
          [40, 2 ** -20, 1159.3],
          [150, 2 ** -10, 1703.6],
        ]) {
          // prettier-ignore
          const a = build(n, n, double, (i, j) => (i === j ? delta : i === j - 1 ? 1 : 0));
          const b = build(20, 20, double, (i, j) => (i < j ? 1 / (1 + i + j) : 0));
          const c = build(n, 20, double, (i, j) => 1 + i + j);
          const { x, exponent } = trsyl(a, b, c);
          assert.ok(Math.abs(Math.log2(norm(x)) - exponent - exact) < 0.1, `${n}`);
        }
      });

    test(`${dtype}: scales of A, B and C at both ends of the range`, () => {
      const { a, b } = pair(9, 6, false, 4);
      const c = gaussian(9, 6, precision);
      const plain = trsyl(a, b, c).x;
      const scaled = (of: Matrix, factor: number) =>
        ({ ...of, data: of.data.map((x) => x * factor) }) as Matrix;
      const far = 2 ** Math.floor(0.45 * Math.log2(precision.max));
      for (const f of [far, 1 / far])
        for (const g of [far, 1, 1 / far]) {
          const { x, exponent } = trsyl(scaled(a, f), scaled(b, f), scaled(c, g));
          assert.is(exponent, 0);
          // Powers of two: the same bits.
          assert.equal(x.data, scaled(plain, g / f).data);
        }
      // A right-hand side of subnormal numbers, of which the solution is none.
      const few = build(9, 6, precision, (i, j) => Math.round(99 * c.data[6 * i + j]!));
      const small = 2 ** -Math.floor(0.7 * Math.log2(precision.max));
      const above = trsyl(scaled(a, small), scaled(b, small), scaled(few, precision.tiny)).x;
      assert.equal(above.data, scaled(trsyl(a, b, few).x, precision.tiny / small).data);
      const { x, exponent } = trsyl(scaled(a, 1 / far), scaled(b, 1 / far), scaled(c, far ** 2));
      assert.ok(exponent < 0 && x.data.every(Number.isFinite));
      assert.ok(norm(x) >= precision.max / 8);
    });

    test(`${dtype}: codes and empty shapes`, () => {
      const { a, b } = pair(5, 6, false, 1);
      const c = gaussian(5, 6, precision);
      for (const bad of [NaN, Infinity, -Infinity])
        for (const which of [0, 1, 2]) {
          const all = [a, b, c].map((of, i) =>
            i === which ? ({ ...of, data: of.data.slice().fill(bad, 1, 2) } as Matrix) : of,
          );
          assert.is(trsyl(all[0], all[1], all[2]).info, Info.NONFINITE);
        }
      const of = (value: number) => build(1, 1, precision, () => value);
      const top = trsyl(of(precision.max), of(0), of(precision.max));
      assert.equal([top.info, ...top.x.data, top.exponent], [Info.OK, 1, 0]);
      const zero = trsyl(
        a,
        b,
        build(5, 6, precision, () => 0),
      );
      assert.ok(zero.info === Info.OK && zero.x.data.every((x) => x === 0));
      for (const [m, n] of [[0, 0], [0, 6], [5, 0]] as const) // prettier-ignore
        assert.is(trsyl(m ? a : gaussian(0, 0, precision), n ? b : gaussian(0, 0, precision), gaussian(m, n, precision)).info, Info.OK); // prettier-ignore
    });

    test.after(() => Object.values(family).forEach((one) => one.note()));
  }
});
