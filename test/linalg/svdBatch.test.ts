/** Small matrices by SIMD lanes: as accurate as one by one, and each for itself. */
import * as assert from "uvu/assert";
import { ArgumentError, jacobi, normal, svd, svdBatch, type Data } from "../../src/linalg/index.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

const GATE = 10; // in max(rows, cols) · u
const HARD = 50;
const arrays = { float32: Float32Array, float64: Float64Array };
const u = { float32: 2 ** -24, float64: 2 ** -53 };

/** Largest deviation of the batch from a = u·diag(s)·vᵀ and from orthonormality, in max(rows, cols)·u. */
function defect(count: number, rows: number, cols: number, a: Data, eps: number): number {
  const batch = { count, rows, cols, data: a };
  const found = svdBatch(batch);
  const k = Math.min(rows, cols);
  let worst = 0;
  for (let b = 0; b < count; b++) {
    const s = found.s.subarray(b * k, (b + 1) * k);
    const at = (x: Data, size: number) => x.subarray(b * size * k, (b + 1) * size * k);
    const [left, right] = [at(found.u, rows), at(found.v, cols)];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        let sum = -a[(b * rows + i) * cols + j]!;
        for (let l = 0; l < k; l++) sum += left[i * k + l]! * s[l]! * right[j * k + l]!;
        worst = Math.max(worst, s[0] === 0 ? 0 : Math.abs(sum) / s[0]!);
      }
    }
    for (const [x, size] of [
      [left, rows],
      [right, cols],
    ] as const)
      // prettier-ignore
      for (let i = 0; i < k; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = i === j ? -1 : 0;
          for (let l = 0; l < size; l++) sum += x[l * k + i]! * x[l * k + j]!;
          worst = Math.max(worst, Math.abs(sum));
        }
      }
    for (let i = 1; i < k; i++) assert.ok(s[i - 1]! >= s[i]! && s[i]! >= 0, "descending");
    for (let j = 0; j < k; j++) {
      const column = Array.from({ length: rows }, (_, i) => left[i * k + j]!);
      const size = Math.max(...column.map(Math.abs));
      if (size > 0) assert.ok(column.find((x) => Math.abs(x) === size)! > 0, "sign");
    }
  }
  return worst / (Math.max(rows, cols) * eps);
}

for (const dtype of ["float32", "float64"] as const)
  suite(`linalg/svdBatch ${dtype}`, (test) => {
    const eps = u[dtype];
    let worst = 0;
    const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17];
    for (const rows of sizes)
      test(`${rows} rows`, () => {
        for (const cols of sizes) {
          for (const count of [1, 2, 3, 4, 5, 9]) {
            const { data } = normal(count * rows, cols, { seed: rows * 100 + cols, dtype });
            const found = defect(count, rows, cols, data, eps);
            worst = Math.max(worst, found);
            assert.ok(found <= GATE, `${count} of ${rows} x ${cols}: ${found} of ${HARD}`);
          }
        }
      });
    test.after(() => console.log(`note: svdBatch ${dtype}: worst ${worst.toFixed(1)} of ${GATE}`));

    test("of components that are equally large the first is positive", () => {
      // Vectors (1, ±1) / √2, of matrices that are tall and wide.
      for (const [rows, cols, one] of [
        [2, 1, [-1, 1]],
        [2, 2, [2, 1, 1, 2]],
        [3, 2, [2, 1, 1, 2, 0, 0]],
        [2, 3, [2, 1, 0, 1, 2, 0]],
      ] as const)
        assert.ok(defect(1, rows, cols, arrays[dtype].from(one), eps) <= GATE);
    });

    test("singular values as by svd, and alone as in company", () => {
      const [count, rows, cols] = [7, 6, 4];
      const { data } = normal(count * rows, cols, { seed: 3, dtype });
      const all = svdBatch({ count, rows, cols, data });
      assert.equal(svdBatch({ count, rows, cols, data }, { vectors: false }).s, all.s);
      for (let i = 0; i < count; i++) {
        const one = data.slice(i * rows * cols, (i + 1) * rows * cols) as Float32Array;
        const alone = svdBatch({ count: 1, rows, cols, data: one });
        assert.equal(Array.from(alone.u), Array.from(all.u.slice(i * rows * cols, (i + 1) * rows * cols))); // prettier-ignore
        const { s } = svd({ rows, cols, data: one });
        s.forEach((value, j) =>
          assert.ok(Math.abs(value - all.s[i * cols + j]!) <= GATE * rows * eps * s[0]!),
        );
      }
    });

    test("what the lanes cannot carry goes one by one, in between the others", () => {
      const size = 9;
      const tiny = dtype === "float32" ? 1e-18 : 1e-130;
      const list = [
        [1, 2, 3, 4, 5, 6, 7, 8, 10],
        new Array(size).fill(0),
        [1, 0, 0, 0, tiny, 0, 0, 0, tiny * tiny * 10],
        new Array(size).fill(1),
        [0, 0, 3, 0, 2, 0, 1, 0, 0],
        [1, 2, 3, 2, 4, 6, 3, 6, 9].map((x) => x * tiny),
      ];
      const data = arrays[dtype].from(list.flat()) as Float32Array;
      assert.ok(defect(list.length, 3, 3, data, eps) <= GATE);
      const { s } = svdBatch({ count: list.length, rows: 3, cols: 3, data });
      assert.equal(Array.from(s.slice(3, 6)), [0, 0, 0]);
      // Digits of the small ones, as svd has them by the same method.
      const graded = { count: list.length, rows: 3, cols: 3, data };
      assert.ok(Math.abs(svdBatch(graded, { method: jacobi }).s[7]! / tiny - 1) <= 4 * eps);
    });

    // Columns so short against the longest that the products of two of them leave the range.
    test("small columns: graded, of low rank, covariances", () => {
      // Around where products of lengths leave the range, closely.
      const ends = dtype === "float32" ? [6, 14, 15, 16, 17, 30] : [16, 70, 140, 146, 148, 155, 300]; // prettier-ignore
      for (let n = 2; n <= 16; n++) {
        const count = 40;
        const draw = (rows: number, seed: number) => normal(count * rows, n, { seed: 100 * seed + n, dtype }).data; // prettier-ignore
        const [x, y, square] = [draw(1, 1), draw(1, 2), draw(n, 3)];
        const families: Record<string, (b: number, i: number, j: number) => number> = {
          "outer product": (b, i, j) => x[b * n + i]! * y[b * n + j]!,
          // Of two samples: their difference times itself, halved.
          covariance: (b, i, j) => ((x[b * n + i]! - y[b * n + i]!) * (x[b * n + j]! - y[b * n + j]!)) / 2, // prettier-ignore
        };
        for (const end of ends) {
          const level = (b: number, i: number) => 10 ** ((-end * ((7 * i + b) % n)) / (n - 1));
          const entry = (b: number, i: number, j: number) => square[(b * n + i) * n + j]!;
          families[`columns to 1e-${end}`] = (b, i, j) => entry(b, i, j) * level(b, j);
          families[`rows to 1e-${end}`] = (b, i, j) => entry(b, i, j) * level(b, i);
          families[`one large, the others 1e-${end}`] = (b, i, j) => entry(b, i, j) * (j === b % n ? 1 : 10 ** -end); // prettier-ignore
        }
        for (const [name, of] of Object.entries(families)) {
          const data = new arrays[dtype](count * n * n).map((_, at) =>
            of(Math.floor(at / n / n), Math.floor(at / n) % n, at % n),
          ) as Float32Array;
          const found = defect(count, n, n, data, eps);
          worst = Math.max(worst, found);
          assert.ok(found <= GATE, `${name}, ${n}: ${found} of ${HARD}`);
        }
      }
    });

    test("a small block beside a large entry", () => {
      const tiny = dtype === "float32" ? 1e-12 : 1e-100;
      const data = arrays[dtype].from([1, 0, 0, 0, 3 * tiny, 2 * tiny, 0, 2 * tiny, 4 * tiny]) as Float32Array; // prettier-ignore
      assert.ok(defect(1, 3, 3, data, eps) <= GATE);
      const { s } = svdBatch({ count: 1, rows: 3, cols: 3, data });
      const [mean, apart] = [3.5, Math.sqrt(17) / 2]; // of the eigenvalues of [3 2; 2 4]
      for (const [i, value] of [mean + apart, mean - apart].entries())
        assert.ok(Math.abs(s[i + 1]! / tiny / value - 1) <= 10 * eps, `${s}`);
    });

    test("an overflow is refused, also where its neighbours are fine", () => {
      const top = dtype === "float32" ? 3e38 : 1.7e308;
      const data = arrays[dtype].from([1, 2, 3, 4, top, top, top, -0.9 * top, top, 0, 0, top / 2]) as Float32Array; // prettier-ignore
      const batch = (first: number, count: number) => ({ count, rows: 2, cols: 2, data: data.subarray(4 * first, 4 * (first + count)) as Float32Array }); // prettier-ignore
      for (const vectors of [true, false])
        assert.throws(() => svdBatch(batch(0, 3), { vectors }), (error: unknown) => error instanceof ArgumentError); // prettier-ignore
      const { s } = svdBatch(batch(2, 1));
      assert.ok(Math.abs(s[0]! / top - 1) <= 4 * eps && Math.abs((2 * s[1]!) / top - 1) <= 4 * eps);
    });

    test("the largest number is no overflow", () => {
      const max = dtype === "float32" ? (2 - 2 ** -23) * 2 ** 127 : Number.MAX_VALUE;
      const data = new arrays[dtype](5).fill(max);
      assert.equal(svdBatch({ count: 5, rows: 1, cols: 1, data }).s, data);
    });

    test("nothing, and what is refused", () => {
      const none = svdBatch({ count: 0, rows: 3, cols: 2, data: new arrays[dtype](0) });
      assert.equal([none.u.length, none.s.length, none.v.length], [0, 0, 0]);
      for (const count of [2, 2 ** 31, 2 ** 53 - 1])
        for (const [rows, cols] of [
          [0, 2],
          [2, 0],
          [0, 0],
          [0, 2 ** 53 - 1],
        ] as const)
          // prettier-ignore
          for (const vectors of [true, false]) {
            const start = performance.now();
            const empty = svdBatch({ count, rows, cols, data: new arrays[dtype](0) }, { vectors });
            assert.equal([empty.u.length, empty.s.length, empty.v.length], [0, 0, 0]);
            assert.ok(performance.now() - start < 1000, `${count} of ${rows} x ${cols}`);
          }
      const data = new arrays[dtype](18).fill(1);
      data[17] = NaN;
      assert.throws(() => svdBatch({ count: 2, rows: 3, cols: 3, data }), (error: unknown) => error instanceof ArgumentError); // prettier-ignore
      data[17] = 2;
      assert.ok(defect(2, 3, 3, data, eps) <= GATE);
    });

    test("a malformed batch is refused by name", () => {
      const good = { count: 2, rows: 3, cols: 1, data: new arrays[dtype](6).fill(1) };
      for (const options of [{ method: "jacobi" }, { vectors: 1 }])
        refused(Object.keys(options)[0]!, () => svdBatch(good, options as never));
      for (const [bad, argument] of [
        [{ ...good, count: 1.5 }, "a.count"],
        [{ ...good, rows: -3 }, "a.rows"],
        [{ ...good, cols: 2 }, "a.data"],
        [{ ...good, data: [1, 1, 1, 1, 1, 1] }, "a.data"],
        [null, "a"],
      ] as const) {
        try {
          svdBatch(bad as never);
          assert.unreachable();
        } catch (error) {
          assert.instance(error, ArgumentError);
          assert.is((error as ArgumentError).argument, argument);
        }
      }
      svdBatch(good);
    });
  });
