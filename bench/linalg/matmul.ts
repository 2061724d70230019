import { matmul, normal } from "../../src/linalg/index.ts";
import { productError } from "../accuracy.ts";
import { type Case, job } from "../harness.ts";
import { numpy } from "../peers/numpy.ts";
import { matMul } from "../peers/tfjs.ts";

function size(
  n: number,
  { dtype, bar }: { dtype?: "float32" | "float64"; bar?: number } = {},
): Case {
  const a = normal(n, n, { seed: 1, dtype });
  const b = normal(n, n, { seed: 2, dtype });
  const accuracy = (c: typeof a) => ({ residual: productError(c, a, b) });
  return {
    name: `matmul ${n}${dtype === "float64" ? " f64" : ""}`,
    flops: 2 * n ** 3,
    unit: matMul(n, n, n, { accuracy: dtype === "float64" ? undefined : accuracy }),
    start: () => job(() => matmul(a, b), accuracy),
    bar,
    peers: [matMul(n, n, n, { fresh: true }), numpy(["matmul", n, n, dtype ?? "float32"])],
  };
}

/** tf.matMul has packed b in an earlier call, and has no float64: half as many numbers fit into a vector. */
const [single, double] = [{ bar: 0.92 }, { dtype: "float64", bar: 1.85 }] as const;

export default [
  size(64),
  size(128),
  size(256, single),
  size(512, single),
  size(1024, single),
  size(256, double),
  size(512, double),
  size(1024, double),
];
