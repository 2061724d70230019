import * as assert from "uvu/assert";
import { schur, type Matrix } from "../../src/linalg/index.ts";
import { build, gaussian } from "../support/matrices.ts";
import { dchkhs, stubborn } from "../support/nonsymmetric.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import { SchurFamilies } from "../support/schurRatios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

const sizes = [1, 2, 3, 5, 10, 16, 30, 50];

suite("linalg/schur", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const families = new SchurFamilies("schur", precision);
    const verify = (a: Matrix, what: string) => families.verify(a, schur(a), what);

    for (const [type, make] of Object.entries({ ...dchkhs, ...stubborn }))
      test(`${dtype}: ${type}`, () => {
        for (const n of sizes) verify(make(n, precision), `${type}, ${n}`);
      });

    test(`${dtype}: a small block beside a large one keeps its digits`, () => {
      const large = dtype === "float32" ? 2 ** 60 : 2 ** 520;
      const a = build(4, 4, precision, (i, j) => i < 2 !== j < 2 ? 0 : [1, 2, 3, 4][2 * (i % 2) + (j % 2)]! * (i < 2 ? large : 1 / large)); // prettier-ignore
      const { t } = schur(a);
      const determinant = large * t.data[10]! * (large * t.data[15]!);
      assert.ok(Math.abs(determinant / -2 - 1) <= 40 * precision.u, `${determinant}`);
    });

    test(`${dtype}: what is tiny beside the other entries of its rows is split off at once, also under a zero diagonal`, () => {
      const tiny = dtype === "float32" ? 1e-12 : 1e-30;
      for (const entries of [
        [0, 1, 0, 1, 0, 0, 0, tiny, 0],
        [0, 0, 0, tiny, 0, 1, 0, 1, 0],
      ]) {
        const last = entries[7] === tiny;
        const { t, z } = schur(build(3, 3, precision, (i, j) => entries[3 * i + j]!));
        const [own, others] = last ? [8, [2, 5, 6, 7]] : [0, [1, 2, 3, 6]];
        assert.is(Math.abs(z.data[own]!), 1);
        for (const at of others)
          assert.equal([t.data[at], z.data[at]], [0, 0], `${entries}, ${at}`);
      }
    });

    test(`${dtype}: of a lower triangle the rows change places`, () => {
      const { t, z } = schur(build(2, 2, precision, (i, j) => [1, 0, 1, 2][2 * i + j]!));
      assert.equal([...t.data, ...z.data].map(Number), [2, -1, 0, 1, 0, -1, 1, 0]);
    });

    test(`${dtype}: the largest number is one like any other`, () => {
      const { t } = schur(build(2, 2, precision, (i, j) => (i !== j ? 0 : i ? 1 : precision.max)));
      assert.equal(Array.from(t.data), [precision.max, 0, 0, 1]);
    });

    test(`${dtype}: an empty matrix`, () => {
      const { t, z } = schur(build(0, 0, precision, () => 0));
      assert.equal([t.rows, t.data.length, z.cols, z.data.length], [0, 0, 0, 0]);
    });

    test(`${dtype}: larger`, () => {
      for (const n of [74, 75, 76, 77, 100, 150, 257]) {
        verify(gaussian(n, n, precision, n), `gaussian ${n}`);
      }
    });

    test(`${dtype}: a pair whose diagonal entries differ by a subnormal number`, () => {
      for (const tiny of [1, 3, 1000].map((k) => k * precision.tiny))
        for (const [b, d] of [1, -1].flatMap((b) => [[b, tiny], [b, -tiny]])) // prettier-ignore
          verify(build(2, 2, precision, (i, j) => (i !== j ? (i ? -b! : b!) : i ? d! : 0)), `${b} ${d}`); // prettier-ignore
    });

    test(`${dtype}: pairs alike with a weak coupling, skew-symmetric`, () => {
      const skew = (n: number, upper: (i: number, j: number) => number) =>
        build(n, n, precision, (i, j) => (i < j ? upper(i, j) : i > j ? -upper(j, i) : 0));
      for (let k = 0; k < 60; k++)
        for (const coupling of [1, 1.1, 1.3, 1.7].map((x) => x * 2 ** -k)) {
          const pairs = (i: number, j: number) =>
            j === i + 2 ? (i ? 1 : -1) : i + j === 5 ? -coupling : 0;
          verify(skew(4, pairs), `coupling ${coupling}`);
        }
      // A graph: rounding alone couples its equal pairs.
      const edges = [2, 8, -13, 41, 52, 62];
      const graph = (i: number, j: number) => edges.find((e) => Math.abs(e) === 9 * i + j) ?? 0;
      verify(
        skew(9, (i, j) => Math.sign(graph(i, j))),
        "graph",
      );
      for (const size of [1e-6, 1e-10, 1e-14, 1e-17]) {
        const { data } = gaussian(120, 120, precision);
        const upper = (i: number, j: number) =>
          i + 1 === j && j % 2 ? 1 : size * data[i * 120 + j]!;
        verify(skew(120, upper), `clustered, ${size}`);
      }
    });

    test(`${dtype}: a NaN or an infinity anywhere is refused`, () => {
      for (const bad of [NaN, Infinity, -Infinity])
        for (let at = 0; at < 49; at++) {
          const a = gaussian(7, 7, precision);
          a.data[at] = bad;
          assert.is(refused("a", () => schur(a)).expected, "finite entries");
        }
    });

    test(`${dtype}: refused as what they are`, () => {
      refused("a", () => schur(gaussian(3, 4, precision)));
      refused("a", () => schur(null as never));
      refused("a.data", () => schur({ rows: 2, cols: 2, data: new precision.array(3) }));
      // A rotation by 45 degrees takes this beyond the largest number.
      refused("a", () => schur(build(4, 4, precision, () => precision.max)));
    });

    test(`${dtype}: the input is not changed, the result is the caller's own, the same every time`, () => {
      const a = gaussian(30, 30, precision);
      const copy = a.data.slice();
      const first = schur(a);
      assert.equal(a.data, copy);
      const again = schur(a);
      schur(gaussian(30, 30, precision, 2));
      assert.equal(first, again);
      for (const { data } of [first.t, first.z]) assert.is(precisionOf(data), precision);
    });

    test.after(() => families.note());
  }
});
