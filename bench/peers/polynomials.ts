/** Other root finders: iterations on the polynomial, and eigenvalues of the companion matrix. All use f64. */
import { createRequire } from "node:module";
import { eigs, matrix } from "mathjs";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Complex } from "../../src/linalg/index.ts";
import { Absent, type Contender, job } from "../harness.ts";
import { rootError } from "../accuracy.ts";
import { eigenvalues } from "./emlapack.ts";
import { numpy } from "./numpy.ts";

const require = createRequire(import.meta.url);

/** Computes roots from ascending coefficients. */
type Finder = (c: number[]) => Complex;

const finders: Record<string, (c: number[]) => Finder | Promise<Finder>> = {
  "emlapack dgeev, companion": (c) => eigenvalues(companion(c)),
  "poly-roots (Jenkins–Traub)"() {
    const find = require("poly-roots") as (c: number[]) => [number[], number[]];
    return (c) => parts(find([...c].reverse()));
  },
  "durand-kerner"() {
    const find = require("durand-kerner") as (c: number[]) => [number[], number[]];
    return (c) => parts(find(c));
  },
  "ml-matrix, companion": () => (c) => {
    const found = new EigenvalueDecomposition(new Matrix(companion(c)), { assumeSymmetric: false });
    return { re: found.realEigenvalues, im: found.imaginaryEigenvalues };
  },
  "mathjs eigs, companion": () => (c) => {
    const { values } = eigs(matrix(companion(c)), { eigenvectors: false });
    const list = values.valueOf() as (number | { re: number; im: number })[];
    const complex = list.map((z) => (typeof z === "number" ? { re: z, im: 0 } : z));
    return { re: complex.map(({ re }) => re), im: complex.map(({ im }) => im) };
  },
};

const parts = ([re, im]: [ArrayLike<number>, ArrayLike<number>]): Complex => ({ re, im });

/** The companion matrix as rows; its eigenvalues are the roots. */
export function companion(c: number[]): number[][] {
  const n = c.length - 1;
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (j === n - 1 ? -c[i] / c[n] : Number(i === j + 1))),
  );
}

/** All root finders. Those whose roots are wrong get no bar, because it would prove nothing. */
export function rivals(c: number[], truth: Complex, bar: number): Contender[] {
  const pairs = Array.from(truth.re, (re, j) => [re, truth.im[j]]);
  return [
    ...Object.entries(finders).map(([name, finder]): Contender => ({
      name,
      bar,
      async start() {
        const find = await finder(c);
        try {
          find(c);
        } catch (error) {
          throw new Absent(`fails: ${error}`.slice(0, 60));
        }
        return job(
          () => find(c),
          (found) => ({ residual: rootError(found, truth) }),
        );
      },
    })),
    numpy(["roots", JSON.stringify([...c].reverse()), JSON.stringify(pairs)], bar),
  ].map((rival) => ({
    ...rival,
    async start() {
      const started = await rival.start();
      const error = (await started.accuracy!()).residual!;
      if (error < WRONG) return started;
      return { ...started, unfit: `wrong by ${(error * 2 ** -53).toExponential(0)}` };
    },
  }));
}

/** Error, in u, above which roots count as wrong: half of the digits. */
const WRONG = 2 ** 53 * 1e-8;
