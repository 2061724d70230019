/**
 * Singular values against plain one-sided Jacobi in f64: to u σ₁ for every matrix, and to their own
 * rounding where they are so well determined: the reason for Jacobi. And the vectors of large matrices.
 */
import * as assert from "uvu/assert";
import { svd, type Matrix } from "../../src/linalg/index.ts";
import { gaussian, hard, shapes } from "../matrices.ts";
import { precisions } from "../precisions.ts";
import { Family } from "../ratios.ts";
import * as made from "../spectra.ts";
import { suite } from "../suite.ts";
import { absoluteError, GATE, relativeError, SvdFamilies } from "../svdRatios.ts";
import { singularValues } from "../twins/svd.ts";

suite("linalg/svd accuracy", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const absolute = new Family(`svd ${dtype} σ against the twin, in n u σ₁`, GATE);
    const relative = new Family(`svd ${dtype} every σ against the twin, in n u σ`, 20);
    const vectors = new SvdFamilies(`svd ${dtype} graded and large`);

    /** Both ways to the values, each value against its own size. */
    const verify = (a: Matrix, what: string) => {
      const exact = singularValues(a);
      const full = svd(a);
      vectors.check(a, full, what);
      relative.check(relativeError(full.s, exact, precision), what);
      relative.check(
        relativeError(svd(a, { vectors: false }).s, exact, precision),
        `${what}, values only`,
      );
    };

    test(`${dtype}: all types, to the rounding of the largest value`, () => {
      for (const [type, make] of Object.entries({ ...hard, ...made.sdrvbd, ...made.spectra }))
        for (const [m, n] of shapes("3x3 17x17 9x33 50x17")) {
          const a = make(m, n, precision);
          absolute.check(
            absoluteError(svd(a).s, singularValues(a), precision),
            `${type} ${m} x ${n}`,
          );
        }
      for (const n of [4, 8, 12]) {
        const a = hard.hilbert(n, n, precision);
        absolute.check(absoluteError(svd(a).s, singularValues(a), precision), `Hilbert ${n}`);
      }
    });

    test(`${dtype}: B D over 12 and 30 decades, tall or square`, () => {
      for (const decades of [12, 30])
        for (const [m, n] of shapes("2x2 4x4 9x4 16x16 33x17 32x32 64x64 100x50"))
          verify(made.scaled(m, n, precision, "right", decades), `B D ${m} x ${n}, ${decades}`);
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
      svd(a).s.forEach((x: number, i: number) => {
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
        const full = svd(a);
        vectors.check(a, full, what);
        assert.ok(full.info.sweeps <= 12, `${full.info.sweeps} sweeps, ${what}`);
      }
    });

    test.after(() => {
      for (const one of [absolute, relative, vectors]) one.note();
    });
  }
});
