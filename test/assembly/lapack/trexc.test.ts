/**
 * trexc through the ABI, and lanv2 by way of 2 x 2 Schur forms: what LAPACK's TESTING/EIG/dget33, dget34 and
 * dget36 ask of them.
 */
import * as assert from "uvu/assert";
import { schur, type Matrix } from "../../../src/linalg/index.ts";
import { frame } from "../../../src/wasm/rooms/nonsymmetric.ts";
import { build, uniform } from "../../support/matrices.ts";
import { precisions, type Precision } from "../../support/precisions.ts";
import { transpose } from "../../support/ratios.ts";
import { SchurFamilies, standard } from "../../support/schurRatios.ts";
import { suite } from "../../support/suite.ts";

/** Three matrices of order 4 in f64 are the work space. */
const WORK = 3 * 128 + 256;

function trexc(t: Matrix, precision: Precision, from: number, to: number) {
  const n = t.rows;
  return frame(precision.dtype, (f) => {
    const address = f.put(t.data);
    const v = f.put(build(n, n, precision, (i, j) => Number(i === j)).data);
    const work = f.alloc(WORK / 4);
    const done = f.kernels.trexc(n, address, n, v, n, from, to, work);
    const take = (at: number) => f.take(at, n * n, new precision.array(n * n));
    const moved = { rows: n, cols: n, data: take(address) };
    return { done, t: moved, z: transpose({ rows: n, cols: n, data: take(v) }) };
  });
}

/** A quasi-triangular T with these block sizes; eigenvalues of neighbours are `gap` apart. */
function blocks(sizes: number[], precision: Precision, gap: number, seed = 1): Matrix {
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const { data } = uniform(n, n, precision, seed);
  const first = sizes.flatMap((size, b) => Array.from({ length: size }, (_, k) => [b, k, size]));
  return build(n, n, precision, (i, j) => {
    const [b, k, size] = first[i]!;
    if (i === j) return 0.5 + gap * b;
    if (size === 2 && k === 0 && j === i + 1) return 0.75 + gap * b;
    if (size === 2 && k === 1 && j === i - 1) return -0.5;
    return i < j ? data[i * n + j]! : 0;
  });
}

suite("assembly/lapack/trexc", (test) => {
  for (const precision of precisions) {
    const { dtype, u, safmin } = precision;
    const families = new SchurFamilies("trexc", precision);
    const pair = new SchurFamilies("lanv2", precision);

    test(`${dtype}: neighbours of every size, near and far`, () => {
      for (const gap of [1, 1e-2, Math.sqrt(u), 8 * u, 0])
        for (const sizes of [
          [1, 1],
          [1, 2],
          [2, 1],
          [2, 2],
          [1, 2, 2, 1],
          [2, 1, 1, 2],
        ])
          for (let seed = 1; seed <= 20; seed++) {
            const t = blocks(sizes, precision, gap, seed);
            const from = t.rows - sizes.at(-1)!;
            const moved = trexc(t, precision, from, 0);
            const what = `${sizes}, gap ${gap}, seed ${seed}`;
            // Whether it went or stayed, it is a similarity, and T is as it should be.
            families.verify(t, moved, what);
            if (gap >= 1e-2) assert.is(moved.done, 1, what);
          }
    });

    test(`${dtype}: blocks far from normal, near each other: swapped well, or not at all`, () => {
      for (const skew of [1, 1e2, 1e4])
        for (const above of [1, 1e3])
          for (const gap of [0, u, 8 * u, Math.sqrt(u), 1e-2])
            for (let seed = 1; seed <= 10; seed++) {
              const { data } = uniform(4, 4, precision, seed);
              // Pairs d ± i, with off-diagonal entries of ratio skew².
              const t = build(4, 4, precision, (i, j) => {
                const d = i < 2 ? 1 : 1 + gap;
                if (i >> 1 === j >> 1) return i === j ? d : i < j ? skew : -1 / skew;
                return i < j ? above * data[4 * i + j]! : 0;
              });
              families.verify(t, trexc(t, precision, 2, 0), `skew ${skew}, ${above}, gap ${gap}`);
            }
    });

    test(`${dtype}: a single eigenvalue moves to the bit, a pair to rounding`, () => {
      const sizes = [2, 1, 2, 1, 1, 2];
      const t = blocks(sizes, precision, 1);
      const n = t.rows;
      let row = 0;
      for (const size of sizes) {
        const { t: moved, done } = trexc(t, precision, row, 0);
        assert.is(done, 1);
        const d = t.data[row * (n + 1)]!;
        if (size === 1) assert.is(moved.data[0], d);
        else {
          const product = -moved.data[1]! * moved.data[n]!;
          const exact = -t.data[row * n + row + 1]! * t.data[(row + 1) * n + row]!;
          assert.ok(Math.abs(moved.data[0]! - d) < 50 * n * u, `real part, row ${row}`);
          assert.ok(Math.abs(product - exact) < 200 * n * u, `imaginary part, row ${row}`);
        }
        row += size;
      }
    });

    test(`${dtype}: neighbours that differ by next to nothing beside a large entry change places`, () => {
      for (let x = u; x >= safmin; x *= u) {
        const t = build(2, 2, precision, (i, j) => [x, 1, 0, 1.5 * x][2 * i + j]!);
        const moved = trexc(t, precision, 1, 0);
        families.verify(t, moved, `${x}`);
        assert.equal([moved.done, moved.t.data[0], moved.t.data[3]], [1, 1.5 * x, x]);
      }
    });

    test(`${dtype}: equal blocks with nothing between them can stay`, () => {
      const t = build(4, 4, precision, (i, j) => [1, 2, 0, 0, -2, 1, 0, 0, 0, 0, 1, 2, 0, 0, -2, 1][4 * i + j]!); // prettier-ignore
      const moved = trexc(t, precision, 2, 0);
      families.verify(t, moved, "equal blocks");
    });

    // Where they count as equal, they come from an entry that has cancelled, and lose as many digits as that.
    test(`${dtype}: two real eigenvalues near each other, to the last digits`, () => {
      for (let delta = 2 ** -6; delta ** 2 >= 64 * u; delta /= 2) {
        const a = build(2, 2, precision, (i, j) => [2, 2, (delta ** 2 - 1) / 2, 0][2 * i + j]!);
        const found = schur(a);
        pair.verify(a, found, `${delta}`);
        const [high, low] = [found.t.data[0]!, found.t.data[3]!].sort((x, y) => y - x);
        const error = Math.max(Math.abs(high! - (1 + delta)), Math.abs(low! - (1 - delta)));
        assert.ok(error <= 4 * u, `1 ± ${delta}: ${error / u} u`);
      }
    });

    test(`${dtype}: every 2 x 2 matrix of extreme entries`, () => {
      const sizes = [1, 1 + 4 * u, 0.5, u, Math.sqrt(u), Math.sqrt(safmin), safmin / u];
      const values = [0, ...sizes, ...sizes.map((x) => -x)];
      for (const a of values)
        for (const b of values)
          for (const c of values)
            for (const d of values) {
              const x = build(2, 2, precision, (i, j) => [a, b, c, d][2 * i + j]!);
              pair.verify(x, schur(x), `${[a, b, c, d]}`);
            }
    });

    // Scaled as the whole is, the difference on the diagonal comes to be the smallest number there is.
    test(`${dtype}: a pair whose diagonal differs by next to nothing`, () => {
      const end = Math.log2(precision.max);
      for (const top of [0, end / 2, end - 24].map((e) => 2 ** Math.floor(e)))
        for (let small = precision.tiny; small < u; small *= 2)
          for (const x of [small, 3 * small])
            for (const entries of [
              [x, top, -top, 0],
              [0, -top, top, -x],
            ]) {
              // prettier-ignore
              const a = build(2, 2, precision, (i, j) => entries[2 * i + j]!);
              pair.verify(a, schur(a), `${entries}`);
            }
    });

    test(`${dtype}: scaled to the ends of the range`, () => {
      const values = [0, 1, -1, 0.3, -0.7];
      for (const scale of [precision.max / 4, safmin, 64 * precision.tiny])
        for (let code = 0; code < 5 ** 4; code++) {
          const x = build(2, 2, precision, (i, j) => scale * values[Math.floor(code / 5 ** (2 * i + j)) % 5]!); // prettier-ignore
          const found = schur(x);
          standard(found.t, `${x.data}`);
          pair.verify(x, found, `${x.data}`);
        }
    });

    test.after(() => [families, pair].forEach((family) => family.note()));
  }
});
