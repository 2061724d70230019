/** Systems of equations by LAPACK in WebAssembly (emlapack) and by JavaScript (ml-matrix, mathjs). */
import {
  CholeskyDecomposition,
  EigenvalueDecomposition,
  Matrix as MlMatrix,
  LuDecomposition,
  determinant,
  inverse,
  solve,
} from "ml-matrix";
import * as mathjs from "mathjs";
import { transpose } from "../accuracy.ts";
import { type Contender, job } from "../harness.ts";
import type { Dtype, Matrix } from "../../src/linalg/index.ts";
import { loadOrAbsent, reserve } from "./emlapack.ts";

export type What = "cholesky" | "lu" | "solve" | "posdef" | "inverse" | "det" | "eig" | "expm" | "sqrtm" | "logm" | "ridge"; // prettier-ignore

/** The matrix, and right-hand sides where there are any. */
export type Input = () => { a: Matrix; b: Matrix };

type Routine = (...pointers: number[]) => void;

/** Column-major input and output are not turned: that is not part of the time. */
export function emlapack(what: What, input: Input, dtype: Dtype, bar?: number): Contender {
  const letter = dtype === "float64" ? "d" : "s";
  return {
    name: `emlapack ${dtype === "float64" ? "f64" : "f32"}`,
    bar,
    async start() {
      const em = await loadOrAbsent();
      const routine = (name: string) =>
        (em as unknown as Record<string, Routine>)[`_${letter}${name}_`]!;
      const { a, b } = input();
      const [n, p] = [a.rows, b.cols];
      const [columns, rights] = [transpose(a).data, transpose(b).data];
      const words = dtype === "float64" ? 2 : 1;
      const lwork = 64 * n;
      const lengths = [1, 1, 1, 1, 1, n * n * words, Math.max(n * p, 2 * n) * words, n, lwork * words, n * n * words]; // prettier-ignore
      const pointers = reserve(em, lengths);
      const [letterP, nP, pP, lworkP, info, aP, bP, pivots, work, vP] = pointers as number[] as [
        number, number, number, number, number, number, number, number, number, number,
      ]; // prettier-ignore
      em.HEAP32[letterP >> 2] = (what === "eig" ? "N" : "L").charCodeAt(0);
      em.HEAP32[pP >> 2] = p;
      em.HEAP32[nP >> 2] = n;
      em.HEAP32[lworkP >> 2] = lwork;
      const heap = dtype === "float64" ? em.HEAPF64 : em.HEAPF32;
      const shift = dtype === "float64" ? 3 : 2;
      const take = (at: number, length: number) => heap.slice(at >> shift, (at >> shift) + length);
      const V = reserve(em, [1]);
      em.HEAP32[V[0]! >> 2] = "V".charCodeAt(0);
      const run = () => {
        heap.set(columns, aP >> shift);
        if (what === "cholesky") routine("potrf")(letterP, nP, aP, nP, info);
        if (what === "lu" || what === "inverse" || what === "det") {
          routine("getrf")(nP, nP, aP, nP, pivots, info);
        }
        if (what === "inverse") routine("getri")(nP, aP, nP, pivots, work, lworkP, info);
        if (what === "solve" || what === "posdef") {
          heap.set(rights, bP >> shift);
          if (what === "solve") routine("gesv")(nP, pP, aP, nP, pivots, bP, nP, info);
          else routine("posv")(letterP, nP, pP, aP, nP, bP, nP, info);
          return take(bP, n * p);
        }
        if (what === "eig") {
          const im = bP + ((n * words) << 2);
          routine("geev")(letterP, V[0]!, nP, aP, nP, bP, im, vP, nP, vP, nP, work, lworkP, info);
          return take(vP, n * n);
        }
        if (em.HEAP32[info >> 2] !== 0) throw new Error(`${what}: info ${em.HEAP32[info >> 2]}`);
        return take(aP, n * n);
      };
      return {
        ...job(run),
        stop: () => [...pointers, ...V].forEach((pointer) => em._free(pointer)),
      };
    },
  };
}

export function mlMatrix(what: What, input: Input, bar?: number): Contender {
  return {
    name: "ml-matrix f64",
    bar,
    start() {
      const [a, b] = [input().a, input().b].map(({ rows, cols, data }) =>
        MlMatrix.from1DArray(rows, cols, [...data]),
      ) as [MlMatrix, MlMatrix];
      const runs: Partial<Record<What, () => unknown>> = {
        cholesky: () => new CholeskyDecomposition(a).lowerTriangularMatrix,
        lu: () => {
          const { lowerTriangularMatrix, upperTriangularMatrix } = new LuDecomposition(a);
          return [lowerTriangularMatrix, upperTriangularMatrix];
        },
        solve: () => solve(a, b),
        posdef: () => new CholeskyDecomposition(a).solve(b),
        inverse: () => inverse(a),
        det: () => determinant(a),
        eig: () => new EigenvalueDecomposition(a, { assumeSymmetric: false }),
      };
      return job(runs[what]!);
    },
  };
}

export function math(what: What, input: Input, bar?: number): Contender {
  return {
    name: "mathjs f64",
    slow: true,
    bar,
    start() {
      const [a, b] = [input().a, input().b].map(({ cols, rows, data }) =>
        Array.from({ length: rows }, (_, i) => [...data.subarray(i * cols, (i + 1) * cols)]),
      ) as [number[][], number[][]];
      const runs: Partial<Record<What, () => unknown>> = {
        lu: () => mathjs.lup(a as never),
        solve: () => mathjs.lusolve(a as never, b as never),
        inverse: () => mathjs.inv(a),
        det: () => mathjs.det(a),
        expm: () => mathjs.expm(a as never),
        sqrtm: () => mathjs.sqrtm(a as never) as unknown,
      };
      return job(runs[what]!);
    },
  };
}
