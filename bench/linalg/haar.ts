import { haar } from "../../src/linalg/index.ts";
import { orthogonality } from "../accuracy.ts";
import { type Case, type Contender, job } from "../harness.ts";
import { keeps } from "../memory.ts";
import { numpy } from "../peers/numpy.ts";
import { matMul, orthogonal } from "../peers/tfjs.ts";

interface Options {
  dtype?: "float32" | "float64";
  bar?: number;
  peers?: Contender[];
}

/** A Haar matrix; random numbers and copies are part of the time. */
function shape(rows: number, cols: number, { dtype, bar, peers }: Options = {}): Case {
  const m = Math.max(rows, cols);
  const n = Math.min(rows, cols);
  let seed = 0;
  return {
    name: `haar ${rows === cols ? n : `${rows}x${cols}`}${dtype === "float64" ? " f64" : ""}`,
    flops: 2 * m * n ** 2 - (2 / 3) * n ** 3, // LAPACK's orgqr
    unit: matMul(rows, n, cols),
    start: () =>
      job(
        () => haar(rows, cols, { seed: ++seed, dtype }),
        (q) => ({ orthogonality: orthogonality(q) }),
      ),
    bar,
    peers,
  };
}

const native = (m: number, n: number, bar?: number) => [
  numpy(["haar", m, n, "float32"], bar),
  numpy(["haar", m, n, "float32", "scipy"]),
];

export default [
  shape(64, 64, { bar: 2.5, peers: [orthogonal(64, 64), ...native(64, 64)] }),
  shape(128, 128, { peers: [orthogonal(128, 128), ...native(128, 128)] }),
  shape(256, 256, { bar: 1.15, peers: [orthogonal(256, 256, 100), ...native(256, 256)] }),
  shape(512, 512, { bar: 1, peers: [orthogonal(512, 512), ...native(512, 512, 1)] }),
  shape(1024, 1024, { bar: 0.85, peers: [orthogonal(1024, 1024, 150), ...native(1024, 1024, 1)] }),
  shape(2048, 2048, { bar: 0.8, peers: native(2048, 2048) }),
  shape(1024, 256, { bar: 1.6, peers: native(1024, 256) }),
  shape(2048, 128, { peers: native(2048, 128) }),
  // The recurrent kernel of an LSTM of 256 units.
  shape(256, 1024, { peers: [orthogonal(256, 1024)] }),
  shape(256, 256, { dtype: "float64", peers: [numpy(["haar", 256, 256, "float64"])] }),
  shape(1024, 1024, { dtype: "float64", peers: [numpy(["haar", 1024, 1024, "float64"])] }),
  keeps("haar 4096 memory", ["haar", 4096, 4096, { seed: 1 }], 20),
];
