/**
 * Singular values against plain one-sided Jacobi in f64: to u σ₁ for every matrix, and to their own
 * rounding where they are so well determined: the reason for Jacobi. And the vectors of large matrices.
 */
import * as assert from "uvu/assert";
import { jacobi as method, svd, type Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, hard, shapes } from "../support/matrices.ts";
import { double, precisions } from "../support/precisions.ts";
import { Family, transpose } from "../support/ratios.ts";
import * as made from "../support/spectra.ts";
import { suite } from "../support/suite.ts";
import { absoluteError, GATE, relativeError, SvdFamilies } from "../support/svdRatios.ts";
import { qr } from "../twins/qr.ts";
import { singularValues } from "../twins/svd.ts";

const jacobi = { method };

/** Which j has this place? */
const inverse = (n: number, place: (j: number) => number) => {
  const found = new Int32Array(n);
  for (let j = 0; j < n; j++) found[place(j)] = j;
  return found;
};

suite("linalg/svd accuracy", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const absolute = new Family(`svd ${dtype} σ against the twin, in n u σ₁`, GATE);
    const relative = new Family(`svd ${dtype} every σ against the twin, in n u σ`, 20);
    const vectors = new SvdFamilies(`svd ${dtype} graded and large`);

    /** Both ways to the values, each value against its own size. */
    const verify = (a: Matrix, what: string) => {
      const exact = singularValues(a);
      const full = svd(a, jacobi);
      vectors.check(a, full, what);
      relative.check(relativeError(full.s, exact, precision), what);
      relative.check(
        relativeError(svd(a, { ...jacobi, vectors: false }).s, exact, precision),
        `${what}, values only`,
      );
    };

    const bothMethods = (a: Matrix, what: string) => {
      const exact = singularValues(a);
      for (const options of [{}, jacobi]) {
        const { s, info } = svd(a, options);
        absolute.check(absoluteError(s, exact, precision), `${what}, ${info.method}`);
      }
    };

    test(`${dtype}: all types, to the rounding of the largest value`, () => {
      for (const [type, make] of Object.entries({ ...hard, ...made.sdrvbd, ...made.spectra }))
        for (const [m, n] of shapes("3x3 17x17 9x33 50x17")) {
          const a = make(m, n, precision);
          bothMethods(a, `${type} ${m} x ${n}`);
        }
      for (const n of [4, 8, 12]) bothMethods(hard.hilbert(n, n, precision), `Hilbert ${n}`);
    });

    test(`${dtype}: B D over 12 and 30 decades, tall or square`, () => {
      for (const decades of [12, 30])
        for (const [m, n] of shapes("2x2 4x4 9x4 16x16 33x17 32x32 64x64 100x50"))
          verify(made.scaled(m, n, precision, "right", decades), `B D ${m} x ${n}, ${decades}`);
      // Large enough to be preconditioned by eigenvectors of a Gram matrix, which would take 6 to 12 sweeps.
      const large = made.scaled(100, 97, precision, "right", 30);
      verify(large, "B D 100 x 97, 30");
      const { sweeps } = svd(large, jacobi).info;
      assert.ok(sweeps <= 5, `${sweeps} sweeps`);
    });

    test(`${dtype}: D B square, and wide B D: graded rows cost no digits either`, () => {
      for (const decades of [1, 12, 30])
        for (const n of [2, 4, 17, 32]) {
          const a = made.scaled(n, n, precision, "left", decades);
          const exact = singularValues(a, { byRows: true });
          relative.check(relativeError(svd(a, jacobi).s, exact, precision), `D B ${n}, ${decades}`);
        }
      const [x, y] = [
        [2, 3, 1e12],
        [5, -6, 4e12],
      ];
      for (const order of [
        [0, 1, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ]) {
        const a = made.fromRows([x, y].map((row) => order.map((j) => row[j])), precision); // prettier-ignore
        // s₁ s₂ squared is the sum of the squares of the minors, and here s₁ is the norm of all.
        const s1 = Math.hypot(...a.data);
        const s2 = Math.hypot(27, 3e12, 18e12) / s1;
        for (const one of [a, transpose(a)])
          relative.check(
            relativeError(svd(one, jacobi).s, Float64Array.of(s1, s2), precision),
            `${order}`,
          );
      }
    });

    test(`${dtype}: graded over most of the range, by columns and by rows`, () => {
      // In steps so wide that the values are d_i |r_ii|, with b = q r and the columns of b in the order of d. Where d is on
      // the kernel's rows, reflectors hold its quotients, which must be numbers.
      const [first, step] = dtype === "float32" ? [70, 24] : [300, 60];
      for (const [m, n] of shapes(
        dtype === "float32" ? "1x1 2x2 5x5 8x8 9x3 2x5 5x8" : "2x2 17x17 22x22 30x9 3x20",
      )) {
        const b = gaussian(m, n, precision, 7);
        const place = (j: number) => (j * 7 + 3) % n;
        const sorted = build(m, n, double, (i, j) => b.data[i * n + inverse(n, place)[j]]);
        const { r } = qr(sorted);
        const exact = Float64Array.from({ length: r.rows }, (_, i) => r.data[i * n + i] * 2 ** (first - step * i)); // prettier-ignore
        const a = build(
          m,
          n,
          precision,
          (i, j) => b.data[i * n + j] * 2 ** (first - step * place(j)),
        );
        const narrow = m !== n || 2 ** ((1 - n) * step) >= precision.safmin / u;
        for (const one of narrow ? [a, transpose(a)] : [a]) {
          const what = `${one.rows} x ${one.cols}`;
          const full = svd(one, jacobi);
          assert.is(full.info.rank, exact.length, what);
          relative.check(relativeError(full.s, exact, precision), what);
          relative.check(
            relativeError(svd(one, { ...jacobi, vectors: false }).s, exact, precision),
            what,
          );
          vectors.check(one, full, what);
        }
      }
    });

    test(`${dtype}: a small value is kept as long as it is a normal number`, () => {
      for (let x = precision.safmin; x < 1; x *= 1024)
        for (const rows of [
          [
            [1, 0],
            [0, x],
          ],
          [
            [0, 3 * x],
            [2, 0],
          ],
          [
            [1, 1],
            [x, 2 * x],
          ],
          [
            [1, x],
            [1, 2 * x],
          ],
        ]) {
          // prettier-ignore
          const a = made.fromRows(rows, precision);
          const [p, q, r, t] = a.data;
          const s1 = Math.hypot(...a.data);
          const exact = Float64Array.of(s1, Math.abs((p / s1) * t - (q / s1) * r));
          if (exact[1] < precision.safmin || x > precision.u) continue;
          relative.check(relativeError(svd(a, jacobi).s, exact, precision), `${rows}`);
        }
    });

    test(`${dtype}: blocks of every size, each of two columns that are not orthogonal`, () => {
      // Products of two small columns underflow long before the columns do.
      const levels = dtype === "float32" ? [40, -20, -75, -100] : [0, -400, -600, -990];
      const base = [2, 1, 1, 3];
      const exact = levels.flatMap((e) => [(5 + Math.sqrt(5)) / 2, (5 - Math.sqrt(5)) / 2].map((x) => x * 2 ** e)); // prettier-ignore
      for (const order of [
        [0, 1, 2, 3],
        [3, 1, 0, 2],
      ]) {
        const a = build(8, 8, precision, (i, j) =>
          i >> 1 === j >> 1 ? base[2 * (i & 1) + (j & 1)] * 2 ** levels[order[i >> 1]] : 0,
        );
        relative.check(
          relativeError(svd(a, jacobi).s, Float64Array.from(exact), precision),
          `${order}`,
        );
        vectors.check(a, svd(a, jacobi), `blocks ${order}`);
      }
    });

    test(`${dtype}: D B over 12 and 30 decades, wide`, () => {
      for (const decades of [12, 30])
        for (const [m, n] of shapes("2x3 4x9 16x17 17x33 50x100"))
          verify(made.scaled(m, n, precision, "left", decades), `D B ${m} x ${n}, ${decades}`);
    });

    test(`${dtype}: Läuchli, a Gaussian matrix, a little Kahan`, () => {
      for (const n of [3, 8, 20])
        for (let digits = 2; digits <= 6; digits++)
          verify(made.lauchli(n, precision, 10 ** -digits), `Läuchli ${n}, 1e-${digits}`);
      verify(made.kahan(16, precision), "Kahan 16");
      verify(gaussian(60, 20, precision), "Gaussian 60 x 20");
    });

    test(`${dtype}: a spectrum of one decade in u is found`, () => {
      const a = made.withSpectrum(40, 30, precision, made.modes["mode 3"](10));
      svd(a, jacobi).s.forEach((x: number, i: number) => {
        const exact = 10 ** (-i / 29);
        assert.ok(Math.abs(x - exact) <= GATE * 40 * precision.u, `σ${i} = ${x}, not ${exact}`);
      });
    });

    test(`${dtype}: n = 257 and 400, square and tall; few sweeps`, () => {
      const large: Record<string, Matrix> = {
        "Gaussian 257": gaussian(257, 257, precision),
        "Gaussian 400 x 100": gaussian(400, 100, precision),
        "Gaussian 100 x 257": gaussian(100, 257, precision),
        "mode 3, 257": made.withSpectrum(257, 257, precision, made.modes["mode 3"](1e6)),
      };
      for (const [what, a] of Object.entries(large)) {
        const full = svd(a, jacobi);
        vectors.check(a, full, what);
        // Gaussian matrices are not graded, and so preconditioned.
        const most = what.startsWith("Gaussian") ? 4 : 12;
        assert.ok(full.info.sweeps <= most, `${full.info.sweeps} sweeps, ${what}`);
      }
    });

    test.after(() => {
      for (const one of [absolute, relative, vectors]) one.note();
    });
  }
});
