import { normal, roots, type Complex } from "../../src/linalg/index.ts";
import { big, number, refined, truth as exact } from "../../test/twins/polynomial.ts";
import { rootError } from "../accuracy.ts";
import { type Case, job } from "../harness.ts";
import { rivals } from "../peers/polynomials.ts";
import { matMul } from "../peers/tfjs.ts";

/** Polynomials with normal coefficients (Kac); roots of ours and of every peer are judged by roots in 400 bits. */
function degree(n: number, bar: number, polish = true): Case {
  const c = Array.from(normal(1, n + 1, { seed: 1, dtype: "float64" }).data);
  return {
    name: `roots ${n}${polish ? "" : " unpolished"}`,
    unit: matMul(n, n, n),
    start: () =>
      job(
        () => roots(c, { polish }),
        (found) => ({ residual: rootError(found, truth(c)) }),
      ),
    peers: rivals(c, truth(c), bar),
  };
}

function truth(c: number[]): Complex {
  const p = exact(c);
  const { re, im } = roots(c);
  const found = Array.from(re, (x, j) => refined(p, big(x, im[j])));
  return { re: found.map((z) => number(z.re, z.e)), im: found.map((z) => number(z.im, z.e)) };
}

// All cases include the discs. A bar against the fastest peer is a bar against all of them.
export default [degree(20, 0.667, false), degree(20, 0.334), degree(50, 1), degree(100, 1)];
