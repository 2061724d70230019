/** gees through the ABI: forced sizes, so that small matrices go through blocks, windows and chains. */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/rooms/nonsymmetric.ts";
import { kernels } from "../../support/kernels.ts";
import { build, gaussian, uniform } from "../../support/matrices.ts";
import { dchkhs, stubborn } from "../../support/nonsymmetric.ts";
import { double, precisionOf, precisions } from "../../support/precisions.ts";
import { distance } from "../../support/ratios.ts";
import { SchurFamilies } from "../../support/schurRatios.ts";
import { suite } from "../../support/suite.ts";
import { guarded } from "../../support/guarded.ts";

/** Block size of the reduction, largest order for lahqr, deflation window, bulges of a chain. */
type Sizes = [nb: number, nmin: number, nw: number, bulges: number];

function gees(a: Matrix, sizes: Sizes, vectors = true) {
  const n = a.rows;
  const precision = precisionOf(a.data);
  return frame(precision.dtype, (f) => {
    const t = guarded(f, precision, n * n);
    f.kernels.mark();
    const input = f.put(a.data);
    // What lies behind A is so large that it shows where it is taken for an entry below the last row.
    const z = guarded(f, precision, vectors ? n * n : 0, precision.max);
    const w = guarded(f, precision, 2 * n);
    const top = f.kernels.mark();
    const info = f.kernels.gees(Number(vectors), 0, n, ...sizes, input, z.address, w.address);
    assert.is(f.kernels.mark(), top, "left something on the arena");
    t.take();
    const square = (data: Matrix["data"]) => ({ rows: n, cols: n, data });
    const values = w.take();
    return {
      info,
      t: square(f.take(input, n * n, new precision.array(n * n))),
      z: square(z.take()),
      re: values.slice(0, n),
      im: values.slice(n),
    };
  });
}

const paths: Sizes[] = [
  [8, 1000, 8, 1], // double shift only
  [8, 3, 2, 1],
  [8, 3, 3, 1],
  [16, 4, 5, 2],
  [8, 6, 8, 4],
  [32, 10, 20, 3],
];
const edges = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 24, 31, 33];

suite("assembly/lapack/gees", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const families = new SchurFamilies("gees", precision);
    const verify = (a: Matrix, sizes: Sizes, what: string) => {
      const result = gees(a, sizes);
      assert.is(result.info, Info.OK, `${what} ${sizes}`);
      families.verify(a, result, `${what} ${sizes}`);
      return result;
    };

    for (const sizes of paths)
      test(`${dtype}: every order, sizes ${sizes}`, () => {
        for (const n of edges)
          for (let seed = 1; seed <= 5; seed++)
            verify(gaussian(n, n, precision, seed), sizes, `gaussian ${n}, seed ${seed}`);
      });

    for (const [type, make] of Object.entries({ ...dchkhs, ...stubborn }))
      test(`${dtype}: ${type}`, () => {
        for (const n of [4, 7, 16, 40])
          for (const sizes of paths) verify(make(n, precision), sizes, `${type}, ${n}`);
      });

    test(`${dtype}: a deflation window of a single row, which leaves a single shift`, () => {
      for (const n of [5, 9, 17])
        for (let seed = 1; seed <= 3; seed++)
          verify(gaussian(n, n, precision, seed), [8, 3, 1, 1], `gaussian ${n}, seed ${seed}`);
    });

    test(`${dtype}: many skew and integer matrices`, () => {
      // Exact zeros, tiny numbers and ties, where iterations die.
      for (let seed = 1; seed <= 12; seed++)
        for (const n of [8, 13, 25]) {
          const { data } = uniform(n, n, double, seed);
          const x = (i: number, j: number) => data[i * n + j]!;
          const skew = build(n, n, precision, (i, j) => (i < j ? x(i, j) : i > j ? -x(j, i) : 0));
          const integer = build(n, n, precision, (i, j) => Math.round(2 * x(i, j)));
          const binary = build(n, n, precision, (i, j) => Number(x(i, j) > 0.6));
          for (const a of [skew, integer, binary])
            for (const sizes of paths) verify(a, sizes, `order ${n}, seed ${seed}`);
        }
    });

    test(`${dtype}: eigenvalues alone, in the order of those of T`, () => {
      for (const sizes of paths)
        for (const n of [5, 12, 33]) {
          const a = stubborn.orthogonal!(n, precision);
          const [whole, alone] = [gees(a, sizes), gees(a, sizes, false)];
          assert.is(alone.info, Info.OK);
          const error = Math.max(distance(whole.re, alone.re), distance(whole.im, alone.im));
          assert.ok(error <= 5 * n * precision.u, `${n} ${sizes}: ${error}`);
        }
    });

    test(`${dtype}: sizes of its own choice around the crossover, which decide the bits`, () => {
      const crossover = dtype === "float32" ? 170 : 230;
      for (const n of [crossover, crossover + 1]) {
        const sizes: Sizes = [0, n > crossover ? 75 : 1000, 36, 12];
        // One whole, and one whose last block is just too large for lahqr.
        const whole = gaussian(n, n, precision);
        const parted = build(n, n, precision, (i, j) => i < n - 76 === j < n - 76 ? whole.data[i * n + j]! : 0); // prettier-ignore
        for (const a of [whole, parted]) {
          const [own, same] = [gees(a, [0, 0, 0, 0], false), gees(a, sizes, false)];
          assert.equal([own.re, own.im], [same.re, same.im], `${n}`);
        }
      }
    });

    if (kernels === "release")
      test(`${dtype}: sizes of its own choice for large orders, which decide the bits`, () => {
        const large = dtype === "float32" ? [[399, 12], [400, 16], [800, 24]] : [[400, 16]]; // prettier-ignore
        for (const [n, bulges] of large) {
          const a = gaussian(n, n, precision);
          const own = gees(a, [0, 0, 0, 0], n === 400);
          assert.is(own.info, Info.OK);
          const same = gees(a, [0, 75, 3 * bulges, bulges], n === 400);
          assert.equal([own.re, own.im], [same.re, same.im], `${n}`);
          if (n === 400) families.verify(a, own, `${n}`);
        }
      });

    test(`${dtype}: other sizes are another way, with roundings of its own`, () => {
      const a = gaussian(33, 33, precision);
      const alike = paths.filter(([nb]) => nb === 8);
      const ways = new Set(alike.map((sizes) => gees(a, sizes).t.data.join()));
      assert.is(ways.size, alike.length);
    });

    test(`${dtype}: codes`, () => {
      const a = build(4, 4, precision, () => precision.max);
      assert.is(gees(a, paths[0]!).info, Info.OVERFLOW);
      a.data[5] = NaN;
      assert.is(gees(a, paths[0]!).info, Info.NONFINITE);
    });

    test.after(() => families.note());
  }
});
