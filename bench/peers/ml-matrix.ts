/** ml-matrix: the most used linear algebra package in JavaScript; f64, no SIMD. */
import {
  EigenvalueDecomposition,
  Matrix as MlMatrix,
  QrDecomposition,
  SingularValueDecomposition,
} from "ml-matrix";
import { eigen, orthogonality, residual, singular, spectral } from "../accuracy.ts";
import { type Contender, job } from "../harness.ts";
import { type Matrix, normal } from "../../src/linalg/index.ts";
import { symmetric } from "../matrices.ts";

const matrix = (a: MlMatrix): Matrix => ({
  rows: a.rows,
  cols: a.columns,
  data: Float64Array.from(a.to1DArray()),
});

export function qr(rows: number, cols: number): Contender {
  return {
    name: "ml-matrix f64",
    slow: rows * cols > 256 * 256,
    start() {
      const a = MlMatrix.from1DArray(
        rows,
        cols,
        normal(rows, cols, { seed: 1, dtype: "float64" }).data,
      );
      return job(
        () => {
          const { orthogonalMatrix, upperTriangularMatrix } = new QrDecomposition(a);
          return [orthogonalMatrix, upperTriangularMatrix].map(matrix) as [Matrix, Matrix];
        },
        ([q, r]) => ({ orthogonality: orthogonality(q), residual: residual(matrix(a), q, r) }),
      );
    },
  };
}

/** Reduced SVD, rows >= cols. */
export function svd(rows: number, cols: number, bar?: number): Contender {
  return {
    name: "ml-matrix f64",
    slow: rows * cols > 256 * 256,
    bar,
    start() {
      const { data } = normal(rows, cols, { seed: 1, dtype: "float64" });
      const a = MlMatrix.from1DArray(rows, cols, data);
      return job(
        () => {
          const found = new SingularValueDecomposition(a);
          return {
            u: matrix(found.leftSingularVectors),
            s: found.diagonal,
            v: matrix(found.rightSingularVectors),
          };
        },
        (found) => singular(matrix(a), found),
      );
    },
  };
}

export function eigh(n: number): Contender {
  return {
    name: "ml-matrix f64",
    slow: n > 256,
    start() {
      const a = symmetric(n, "float64");
      const input = MlMatrix.from1DArray(n, n, a.data);
      return job(
        () => new EigenvalueDecomposition(input, { assumeSymmetric: true }),
        (found) =>
          eigen(a, { values: found.realEigenvalues, vectors: matrix(found.eigenvectorMatrix) }),
      );
    },
  };
}

export function eigenvalues(n: number): Contender {
  return {
    name: "ml-matrix f64 with vectors",
    slow: n > 128,
    start() {
      const normals = normal(n, n, { seed: 1, dtype: "float64" });
      const a = MlMatrix.from1DArray(n, n, normals.data);
      return job(
        () => new EigenvalueDecomposition(a, { assumeSymmetric: false }),
        (found) => spectral(normals, found.realEigenvalues, found.imaginaryEigenvalues),
      );
    },
  };
}
