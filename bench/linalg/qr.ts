import { normal, qr } from "../../src/linalg/index.ts";
import { orthogonality, residual } from "../accuracy.ts";
import { type Case, type Contender, job } from "../harness.ts";
import * as emlapack from "../peers/emlapack.ts";
import * as mlMatrix from "../peers/ml-matrix.ts";
import { numpy } from "../peers/numpy.ts";
import { matMul } from "../peers/tfjs.ts";

interface Options {
  mode?: "reduced" | "complete";
  dtype?: "float32" | "float64";
  bar?: number;
  peers?: Contender[];
}

/** Both factors of a matrix of normals, rows >= cols. */
function shape(
  m: number,
  n: number,
  { mode = "reduced", dtype, bar, peers = [] }: Options = {},
): Case {
  const k = mode === "complete" ? m : n;
  const variant = (mode === "complete" ? " complete" : "") + (dtype === "float64" ? " f64" : "");
  const geqrf = 2 * m * n ** 2 - (2 / 3) * n ** 3;
  const orgqr = 4 * m * k * n - 2 * (m + k) * n ** 2 + (4 / 3) * n ** 3;
  return {
    name: `qr ${m === n ? n : `${m}x${n}`}${variant}`,
    flops: geqrf + orgqr, // as LAPACK counts them
    unit: matMul(m, n, n),
    start() {
      const a = normal(m, n, { seed: 1, dtype });
      return job(
        () => qr(a, { mode }),
        ({ q, r }) => ({ orthogonality: orthogonality(q), residual: residual(a, q, r) }),
      );
    },
    bar,
    peers: [
      ...peers,
      ...["numpy", "scipy"].map((library) =>
        numpy(["qr", m, n, dtype ?? "float32", mode, library]),
      ),
    ],
  };
}

const others = (m: number, n: number) => [emlapack.qr(m, n), mlMatrix.qr(m, n)];

export default [
  shape(128, 128, { peers: others(128, 128) }),
  shape(256, 256, { bar: 2.2, peers: others(256, 256) }),
  shape(512, 512, { bar: 2, peers: others(512, 512) }),
  shape(1024, 1024, { bar: 1.7, peers: others(1024, 1024) }),
  shape(2048, 128, { peers: others(2048, 128) }),
  shape(512, 128, { mode: "complete" }),
  shape(512, 512, { dtype: "float64" }),
];
