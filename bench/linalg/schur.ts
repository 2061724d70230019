import { create, eigsDependencies } from "mathjs";
import { eigenvalues, normal, schur } from "../../src/linalg/index.ts";
import { similar, spectral } from "../accuracy.ts";
import { Absent, type Case, type Contender, job } from "../harness.ts";
import * as emlapack from "../peers/emlapack.ts";
import * as mlMatrix from "../peers/ml-matrix.ts";
import { numpy } from "../peers/numpy.ts";
import { matMul } from "../peers/tfjs.ts";

type Dtype = "float32" | "float64";

interface Options {
  dtype?: Dtype;
  bar?: number;
  peers?: Contender[];
}

/** T and Z of a matrix of normals, 25 n³ flops (Golub and Van Loan, 7.5.6). */
function form(n: number, { dtype = "float64", bar, peers = [] }: Options = {}): Case {
  return {
    name: `schur ${n}${dtype === "float64" ? " f64" : ""}`,
    flops: 25 * n ** 3,
    unit: matMul(n, n, n),
    start() {
      const a = normal(n, n, { seed: 1, dtype });
      return job(
        () => schur(a),
        (found) => similar(a, found),
      );
    },
    bar,
    peers: [...peers, numpy(["schur", n, dtype, "scipy"])],
  };
}

/** Eigenvalues alone, 10 n³ flops. */
function values(n: number, { dtype = "float64", bar, peers = [] }: Options = {}): Case {
  return {
    name: `eigenvalues ${n}${dtype === "float64" ? " f64" : ""}`,
    flops: 10 * n ** 3,
    unit: matMul(n, n, n),
    start() {
      const a = normal(n, n, { seed: 1, dtype });
      return job(
        () => eigenvalues(a),
        ({ re, im }) => spectral(a, re, im),
      );
    },
    bar,
    peers: [...peers, numpy(["eigenvalues", n, dtype, "scipy"])],
  };
}

function mathjs(n: number): Contender {
  return {
    name: "mathjs f64 eigs",
    slow: true,
    start() {
      const { eigs } = create(eigsDependencies);
      const { data } = normal(n, n, { seed: 1, dtype: "float64" });
      const rows = Array.from({ length: n }, (_, i) => [...data.subarray(i * n, (i + 1) * n)]);
      const run = () => eigs(rows, { eigenvectors: false });
      try {
        run();
      } catch (error) {
        throw new Absent(String(error).slice(0, 45));
      }
      return job(run);
    },
  };
}

export default [
  form(64, { peers: [emlapack.schur(64)] }),
  form(128, { peers: [emlapack.schur(128, false, 2)] }),
  form(256, { bar: 55, peers: [emlapack.schur(256, false, 2)] }),
  form(512, { bar: 50, peers: [emlapack.schur(512, false, 2)] }),
  form(256, { dtype: "float32" }),
  form(512, { dtype: "float32" }),
  values(64, { peers: [emlapack.schur(64, true), mlMatrix.eigenvalues(64), mathjs(64)] }),
  values(256, { peers: [emlapack.schur(256, true), mlMatrix.eigenvalues(256)] }),
  values(512, { peers: [emlapack.schur(512, true)] }),
];
