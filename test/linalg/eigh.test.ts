/** eigh on LAPACK's types, on clusters, at every scale, against a twin and known answers, and its contract. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { eigh, matmul, svd, type Matrix } from "../../src/linalg/index.ts";
import { EighFamilies, GATE, valuesError } from "../support/eighRatios.ts";
import { build, gaussian } from "../support/matrices.ts";
import { precisionOf, precisions } from "../support/precisions.ts";
import { Family } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { gram, random, symmetric, types, withValues } from "../support/symmetric.ts";
import { refused } from "../support/thrown.ts";
import { eigenvalues } from "../twins/eigh.ts";

suite("linalg/eigh", (test) => {
  for (const precision of precisions) {
    const { array, dtype, max, safmin, tiny, u } = precision;
    const family = new EighFamilies(`eigh ${dtype}`);
    const values = new Family(`eigh ${dtype} values, in n u ‖a‖`, GATE);

    const verify = (a: Matrix, what: string) => {
      const full = eigh(a);
      family.check(a, full, what);
      assert.equal(eigh(a, { vectors: false }), { values: full.values }, `${what}, values only`);
      return full;
    };

    for (const [type, make] of Object.entries(types))
      test(`${dtype}: ${type}`, () => {
        for (const n of [1, 2, 3, 5, 21, 33, 42, 65]) {
          const a = make(n, precision);
          const full = verify(a, `${type} ${n}`);
          values.check(
            valuesError(full.values, eigenvalues(a), precision),
            `${type} ${n}, against the twin`,
          );
        }
        verify(make(131, precision), `${type} 131`);
      });

    test(`${dtype}: every order up to three leaves, and around larger divisions`, () => {
      for (let n = 0; n <= 100; n++) verify(random(n, precision, n + 1), `random ${n}`);
      for (const n of [127, 128, 129, 130, 136, 192, 200, 255, 256, 257])
        verify(random(n, precision), `random ${n}`);
    });

    test(`${dtype}: 1 2 1 has the values 2 − 2 cos(kπ / (n + 1))`, () => {
      for (const n of [1, 2, 10, 64, 100, 257]) {
        const exact = Float64Array.from(
          { length: n },
          (_, k) => 4 * Math.sin(((k + 1) * Math.PI) / (2 * (n + 1))) ** 2,
        );
        const found = eigh(symmetric(n, precision, (i, j) => (i === j ? 2 : i === j + 1 ? -1 : 0)));
        values.check(valuesError(found.values, exact, precision), `1 2 1 ${n}`);
      }
    });

    test(`${dtype}: of a Gram matrix, the singular values`, () => {
      for (const [n, rank] of [
        [9, 9],
        [40, 40],
        [65, 30],
        [100, 7],
      ]) {
        const a = gram(n, precision, rank);
        const s = svd(a).s.slice().reverse();
        const full = verify(a, `gram ${n} of rank ${rank}`);
        values.check(valuesError(full.values.map(Math.abs).sort(), s, precision), `gram ${n}`);
        for (const zero of full.values.subarray(0, n - rank))
          assert.ok(Math.abs(zero) <= GATE * n * u * s[n - 1], `${zero} should be 0`);
      }
    });

    test(`${dtype}: clusters at every distance keep orthogonal vectors`, () => {
      for (let bits = 4; bits <= 60; bits += 4)
        for (const n of [40, 72]) {
          const gap = 2 ** -bits;
          verify(
            withValues(n, precision, (i) => (i >> 3) + (i & 7) * gap),
            `clusters 2^-${bits}, ${n}`,
          );
          const e = (i: number) => (i % 10 === 9 ? gap : 1);
          const chain = symmetric(n, precision, (i, j) => (i === j ? 0 : i === j + 1 ? e(j) : 0));
          verify(chain, `equal chains coupled by 2^-${bits}, ${n}`);
        }
    });

    test(`${dtype}: whatever the scale, the same vectors and scaled values`, () => {
      const a = random(50, precision);
      const plain = eigh(a);
      for (const power of dtype === "float32" ? [-100, 60, 118] : [-900, 600, 1000]) {
        const factor = 2 ** power;
        const { values, vectors } = eigh({
          ...a,
          data: a.data.map((x: number) => factor * x),
        } as Matrix);
        assert.equal(vectors, plain.vectors, `2^${power}`);
        assert.equal(values, plain.values.map((x: number) => factor * x), `2^${power}`); // prettier-ignore
      }
      for (const top of [safmin, 1e4 * tiny, max / 256])
        for (const n of [2, 9, 40]) {
          const b = random(n, precision);
          verify(
            { ...b, data: array.from(b.data.map((x: number) => (x / 5) * top)) },
            `${n}, ${top}`,
          );
        }
    });

    test(`${dtype}: any order, any scale, any rank`, () => {
      const size = fc.integer({ min: 0, max: 80 });
      const decades = dtype === "float32" ? 30 : 290;
      const scale = fc.integer({ min: -decades, max: decades });
      const property = fc.property(size, size, scale, fc.nat(), (n, rank, decade, seed) => {
        const x = gaussian(n, rank, precision, seed);
        const a = symmetric(n, precision, (i, j) => {
          let sum = 0;
          for (let l = 0; l < rank; l++)
            sum += (l % 2 ? -1 : 1) * x.data[i * rank + l] * x.data[j * rank + l];
          return sum * 10 ** decade;
        });
        verify(a, `${n} of rank ${rank}, 1e${decade}, seed ${seed}`);
      });
      fc.assert(property, { seed: 1, numRuns: 60 });
    });

    test(`${dtype}: symmetric up to rounding is enough, and the lower triangle counts`, () => {
      const g = gaussian(40, 40, precision);
      const product = matmul(
        matmul(
          g,
          build(40, 40, precision, (i, j) => (i === j ? i : 0)),
        ),
        g,
        {
          transposeB: true,
        },
      );
      const mirrored = symmetric(40, precision, (i, j) => product.data[40 * i + j]);
      assert.not.equal(mirrored, product);
      assert.equal(eigh(product), eigh(mirrored));
      const a = random(9, precision);
      const spoiled = (factor: number) => {
        const b = build(
          9,
          9,
          precision,
          (i, j) => a.data[9 * i + j] + (j === 8 && i === 2 ? factor : 0),
        );
        return () => eigh(b);
      };
      refused("a", spoiled(0.1));
      refused("a", spoiled(100 * u * 9));
      // The tolerance is n units of rounding of the largest entry, which is itself no error.
      const apart = (by: number) =>
        build(2, 2, precision, (i, j) => (i < j ? 1 - by : Number(i > j)));
      eigh(apart(2 * u));
      refused("a", () => eigh(apart(4 * u)));
      refused("a", () => eigh(gaussian(5, 5, precision)));
      refused("a", () => eigh(build(2, 2, precision, (i, j) => Number(i < j))));
      refused("a", () => eigh(build(2, 2, precision, (i, j) => Number(i > j))));
    });

    test(`${dtype}: a NaN or an infinity anywhere is refused`, () => {
      for (const bad of [NaN, Infinity, -Infinity])
        for (const n of [1, 2, 7, 40])
          for (let at = 0; at < n * n; at += n > 7 ? 37 : 1)
            for (const vectors of [true, false] as never[]) {
              refused("a", () =>
                eigh(
                  build(n, n, precision, (i, j) => (n * i + j === at ? bad : 1)),
                  { vectors },
                ),
              );
              refused("a", () =>
                eigh(
                  build(n, n, precision, () => bad),
                  { vectors },
                ),
              );
            }
    });

    test(`${dtype}: the largest number is one like any other`, () => {
      const { values } = eigh(
        build(2, 2, precision, (i, j) => (i !== j ? 0 : i ? 1 : precision.max)),
      );
      assert.equal(Array.from(values), [1, precision.max]);
    });

    test(`${dtype}: values beyond the largest number are refused`, () => {
      const huge = build(20, 20, precision, () => max / 2);
      refused("a", () => eigh(huge));
      refused("a", () => eigh(huge, { vectors: false }));
      verify(
        build(8, 8, precision, (i, j) => ((i * j) % 3 === 1 ? -max : max) / 8),
        "max / 8",
      );
    });

    test(`${dtype}: the input is not changed, the result is the caller's own`, () => {
      const a = random(70, precision);
      const copy = a.data.slice();
      const first = eigh(a);
      assert.equal(a.data, copy);
      const kept = structuredClone(first);
      eigh(random(70, precision, 9));
      assert.equal(first, kept);
      assert.is(precisionOf(first.values), precision);
      assert.is(precisionOf(first.vectors.data), precision);
      assert.equal(eigh(a), first, "the same bits every time");
    });

    test.after(() => {
      family.note();
      values.note();
    });
  }

  test("malformed arguments", () => {
    const a = random(3, precisions[0]);
    refused("a", () => eigh(null as never));
    refused("a", () => eigh(gaussian(3, 2, precisions[0])));
    refused("a.rows", () => eigh({ ...a, rows: -1 }));
    refused("a.data", () => eigh({ ...a, rows: 4 }));
    refused("vectors", () => eigh(a, { vectors: 1 as never }));
  });
});
