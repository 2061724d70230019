/** svd on LAPACK's types, on matrices that break SVD codes, at every scale, and its contract. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { jacobi, svd, type Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, hard, shapes, slatb4 } from "../support/matrices.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import * as made from "../support/spectra.ts";
import { suite } from "../support/suite.ts";
import { absoluteError, GATE, SvdFamilies } from "../support/svdRatios.ts";
import { refused } from "../support/thrown.ts";

const some = shapes("1x1 1x9 9x1 2x2 9x4 4x9 33x33 50x17 17x50 65x64");
const types = { ...slatb4, ...hard, ...made.sdrvbd, ...made.spectra };
const others = { integers: made.integers, vandermonde: made.vandermonde };
const both = precisions.flatMap((precision) =>
  [undefined, jacobi].map((method) => [precision, method] as const),
);
/** LAPACK gives up at 30. */
const SWEEPS = 15;

suite("linalg/svd", (test) => {
  for (const [precision, method] of both) {
    const { array, max, safmin, tiny } = precision;
    const single = precision.dtype === "float32";
    const name = method?.name ?? "divide-and-conquer";
    const dtype = `${precision.dtype}, ${name}`;
    const family = new SvdFamilies(`svd types ${dtype}`);
    const full = (a: Matrix, mode?: "complete") => svd(a, { method, mode });
    const values = (a: Matrix, mode?: "complete") => svd(a, { vectors: false, method, mode });

    const verify = (a: Matrix, what: string) => {
      const k = Math.min(a.rows, a.cols);
      const reduced = full(a);
      const complete = full(a, "complete");
      const { s, info } = values(a);
      assert.equal([reduced.u.rows, reduced.u.cols], [a.rows, k], what);
      assert.equal([reduced.v.rows, reduced.v.cols], [a.cols, k], what);
      assert.equal([complete.u.rows, complete.u.cols], [a.rows, a.rows], what);
      assert.equal([complete.v.rows, complete.v.cols], [a.cols, a.cols], what);
      assert.is(reduced.s.length, k, what);
      family.check(a, reduced, what);
      family.check(a, complete, `${what}, complete`);
      assert.equal(complete.s, reduced.s, what);
      const apart = absoluteError(s, reduced.s, precision);
      assert.ok(apart <= GATE, `values only are ${apart} n u apart, ${what}`);
      for (const { sweeps, rank } of [info, reduced.info]) {
        assert.ok(sweeps <= (method === jacobi ? SWEEPS : 0), `${sweeps} sweeps, ${what}`);
        assert.is(rank, reduced.s.filter((x: number) => x > 0).length, `rank ${rank}, ${what}`);
      }
      assert.is(reduced.info.method, name);
      return reduced;
    };

    for (const [type, make] of Object.entries({ ...types, ...others }))
      test(`${dtype}: ${type}`, () => {
        for (const [m, n] of some) verify(make(m, n, precision), `${type} ${m} x ${n}`);
      });

    test(`${dtype}: small and special`, () => {
      for (let n = 4; n <= 12; n++) verify(hard.hilbert(n, n, precision), `Hilbert ${n}`);
      for (const n of [5, 16, 32, 64, 100]) verify(made.kahan(n, precision), `Kahan ${n}`);
      for (const n of [3, 8, 20])
        for (let digits = 2; digits <= 7; digits++)
          verify(made.lauchli(n, precision, 10 ** -digits), `Läuchli ${n}, 1e-${digits}`);
      for (const decades of [0, 6, 12, 30])
        verify(made.bidiagonal(40, precision, decades), `bidiagonal, ${decades} decades`);
      // Beside a large row, rotations of entries whose squares are subnormal in double precision.
      for (const [a, b] of [
        [1e-78, 1e-156],
        [1e-156, 1e-156],
        [1e-300, 1e-310],
      ])
        verify(
          made.fromRows([[7 * a, -18 * a, -11 * a], [-25 * b, -20 * b, -28 * b], [-17, 8, 2]], precision), // prettier-ignore
          `rows of ${a} and ${b}`,
        );
      for (const [name, rows] of Object.entries(made.killers))
        verify(made.fromRows(rows, precision), name);
    });

    test(`${dtype}: L so ill-conditioned that V is not had by a solve alone`, () => {
      for (const n of [120, 140, 200]) verify(made.kahan(n, precision), `Kahan ${n}`);
      for (const [n, θ] of [
        [25, 0.15],
        [37, 0.2279],
        [60, 0.3],
        [92, 1.196],
      ])
        // prettier-ignore
        verify(made.perturbedKahan(n, precision, θ), `Kahan ${n}, perturbed, θ = ${θ}`);
    });

    test(`${dtype}: integers of a lower rank, 24 x 24`, () => {
      const a = made.integers(24, 24, precision);
      const { s } = verify(a, "integers 24 x 24");
      for (const zero of s.subarray(12))
        assert.ok(zero <= GATE * 24 * precision.u * s[0], `${zero} should be 0`);
    });

    test(`${dtype}: all 6561 matrices 2 x 2 of nine values`, () => {
      const faint = 2 ** (single ? -100 : -740);
      const entries = [0, 1, -1, 512 * tiny, -512 * tiny, tiny, -tiny, faint, -faint];
      for (let index = 0; index < 9 ** 4; index++) {
        const at = (place: number) => entries[Math.floor(index / 9 ** place) % 9];
        const a = build(2, 2, precision, (i, j) => at(2 * i + j));
        family.check(a, full(a), `[${a.data}]`);
      }
    });

    test(`${dtype}: whatever the scale, the same vectors and scaled values`, () => {
      const a = gaussian(20, 12, precision);
      const plain = full(a);
      for (const power of single ? [-110, 60, 118] : [-950, 600, 1000]) {
        const factor = 2 ** power;
        const { u, s, v } = full({ ...a, data: a.data.map((x: number) => factor * x) } as Matrix);
        assert.equal([u, v], [plain.u, plain.v], `2^${power}`);
        assert.equal(
          s,
          plain.s.map((x: number) => factor * x),
          `2^${power}`,
        );
      }
      for (const top of [safmin, 1e4 * tiny, max / 64])
        for (const [m, n] of shapes("2x2 9x4 17x50 33x33")) {
          const b = gaussian(m, n, precision);
          const scaled = { ...b, data: array.from(b.data.map((x: number) => (x / 5) * top)) };
          verify(scaled, `${m} x ${n} of ${top}`);
        }
    });

    test(`${dtype}: any shape, any scale, any rank`, () => {
      const size = fc.integer({ min: 0, max: 40 });
      const decades = single ? 30 : 290;
      const scale = fc.integer({ min: -decades, max: decades });
      const property = fc.property(
        size,
        size,
        size,
        scale,
        fc.nat(),
        (m, n, rank, decade, seed) => {
          const [x, y] = [
            gaussian(m, rank, precision, seed),
            gaussian(rank, n, precision, seed + 1),
          ];
          const a = build(m, n, precision, (i, j) => {
            let sum = 0;
            for (let l = 0; l < rank; l++) sum += x.data[i * rank + l] * y.data[l * n + j];
            return sum * 10 ** decade;
          });
          verify(a, `${m} x ${n} of rank ${rank}, 1e${decade}, seed ${seed}`);
        },
      );
      fc.assert(property, { seed: 1, numRuns: 100 });
    });

    test(`${dtype}: equal components: the first of them is positive`, () => {
      for (const [m, n] of shapes("2x2 4x4 4x9 9x4 16x16 3x20"))
        for (let shift = 0; shift < 4; shift++) {
          const sign = (i: number, j: number) => ((i * (j + shift)) % 3 === 1 ? -1 : 1);
          verify(
            build(m, n, precision, (i, j) => sign(i, j)),
            `signs ${m} x ${n}`,
          );
        }
    });

    test(`${dtype}: nothing to do`, () => {
      for (const [m, n] of shapes("0x0 0x3 3x0 5000x0 0x5000")) {
        const empty = build(m, n, precision, () => 0);
        const { u, s, v } = full(empty);
        assert.equal([u.rows, u.cols, s.length, v.rows, v.cols], [m, 0, 0, n, 0]);
        for (const mode of [undefined, "complete"] as const)
          assert.equal([...values(empty, mode).s], [], `${m} x ${n} ${mode}`);
        if (Math.max(m, n) > 3) continue;
        verify(empty, `${m} x ${n}`);
      }
    });

    test(`${dtype}: a NaN or an infinity anywhere is refused`, () => {
      const options = [
        { method },
        { method, mode: "complete" },
        { method, vectors: false as const },
      ] as const;
      for (const bad of [NaN, Infinity, -Infinity]) {
        for (let at = 0; at < 35; at++)
          for (const [m, n] of shapes("7x5 5x7")) {
            const a = build(m, n, precision, (i, j) => (n * i + j === at ? bad : 1));
            refused("a", () => svd(a, options[at % 3] as object));
          }
        // LAPACK 1409: dgesdd did not return from ones with one infinity. Eigen 791: all NaN.
        for (const n of [1, 2, 3, 4, 64, 500]) {
          refused("a", () => full(build(n, n, precision, () => bad)));
          refused("a", () => full(build(n, n, precision, (i, j) => (i + j === n - 1 ? bad : 1))));
        }
      }
    });

    test(`${dtype}: the largest number is one like any other`, () => {
      const top = build(2, 2, precision, (i, j) => (i !== j ? 0 : i ? 1 : precision.max));
      for (const find of [full, values]) assert.is(find(top).s[0], precision.max);
    });

    test(`${dtype}: values beyond the largest number are refused`, () => {
      const huge = build(20, 20, precision, () => max / 2);
      for (const find of [full, values]) refused("a", () => find(huge));
      verify(
        build(8, 8, precision, (i, j) => ((i * j) % 3 === 1 ? -max : max) / 8),
        "max / 8",
      );
    });

    test(`${dtype}: the input is not changed, the result is the caller's own`, () => {
      for (const [m, n] of shapes("20x12 12x20")) {
        const a = gaussian(m, n, precision);
        const copy = a.data.slice();
        const first = full(a);
        assert.equal(a.data, copy);
        const kept = structuredClone(first);
        full(gaussian(m, n, precision, 9));
        assert.equal(first, kept);
        for (const data of [first.u.data, first.s, first.v.data])
          assert.is(precisionOf(data), precision);
        assert.equal(full(a), first, "the same bits every time");
      }
    });

    test.after(() => family.note());
  }

  test("malformed arguments", () => {
    const a = gaussian(3, 2, precisions[0]);
    refused("a", () => svd(null as never));
    refused("a.rows", () => svd({ ...a, rows: -1 }));
    refused("a.data", () => svd({ ...a, rows: 4 }));
    refused("a.data", () => svd({ ...a, data: [1, 2, 3, 4, 5, 6] as never }));
    refused("mode", () => svd(a, { mode: "full" as never }));
    refused("vectors", () => svd(a, { vectors: 1 as never }));
    refused("method", () => svd(a, { method: "gesvd" as never }));
  });
});
