import * as tf from "@tensorflow/tfjs";
import * as ours from "../../src/tfjs/index.ts";
import { type Case, type Contender, job } from "../harness.ts";
import { matMul, quietly } from "../peers/tfjs.ts";

interface Initializer {
  apply(shape: number[]): tf.Tensor;
}

const run = (initializer: Initializer, shape: number[]) => () =>
  job(
    () => quietly(() => initializer.apply(shape)),
    undefined,
    (kernel) => kernel.dispose(),
  );

/** None may cost more than two products of its size, but where an SVD is needed. */
const BAR = 2;

/** A square kernel, in units of a product of its size. */
function square(name: string, initializer: Initializer, n = 256, bar: number | null = BAR): Case {
  // prettier-ignore
  return {
    name: `${name} ${n}`,
    unit: matMul(n, n, n),
    bar: bar ?? undefined,
    start: run(initializer, [n, n]),
  };
}

/** A kernel 784 x 128 beside that of stock tfjs, which must cost `bar` times as much. */
function beside(
  name:
    | "heNormal"
    | "heUniform"
    | "glorotNormal"
    | "glorotUniform"
    | "leCunNormal"
    | "truncatedNormal"
    | "randomNormal"
    | "randomUniform",
  bar?: number,
): Case {
  // prettier-ignore
  const shape = [784, 128];
  const stock: Contender = {
    name: `stock tfjs ${name}`,
    bar,
    start: run(tf.initializers[name]({}) as unknown as Initializer, shape),
  };
  return {
    name: `${name} 784x128`,
    unit: matMul(128, 784, 128),
    start: run(ours[name](), shape),
    peers: [stock],
  };
}

const { query } = ours.mimetic({ seed: 1 });

export default [
  beside("heNormal", 8),
  beside("glorotNormal", 8),
  beside("leCunNormal", 8),
  beside("truncatedNormal", 8),
  beside("randomNormal"),
  beside("heUniform"),
  beside("glorotUniform"),
  beside("randomUniform"),
  square("heNormal", ours.heNormal()),
  square("heNormal", ours.heNormal(), 1024),
  square("heUniform", ours.heUniform()),
  square("glorotNormal", ours.glorotNormal()),
  square("glorotUniform", ours.glorotUniform()),
  square("leCunNormal", ours.leCunNormal()),
  square("leCunUniform", ours.leCunUniform()),
  square("varianceScaling", ours.varianceScaling({ distribution: "untruncatedNormal" })),
  square("truncatedNormal", ours.truncatedNormal()),
  square("randomNormal", ours.randomNormal()),
  square("randomUniform", ours.randomUniform()),
  square("orthogonal", ours.orthogonal()),
  square("reluOrthogonal", ours.reluOrthogonal()),
  square("reluOrthogonal", ours.reluOrthogonal(), 1024),
  square("identity", ours.identity()),
  square("zerO", ours.zerO()),
  square("idInit", ours.idInit()),
  square("mimetic", query, 256, null),
  {
    name: "deltaOrthogonal 3x3x256x256",
    unit: matMul(256, 256, 256),
    bar: BAR,
    start: run(ours.deltaOrthogonal(), [3, 3, 256, 256]),
  },
  {
    // The recurrent kernel of an LSTM of 256 units, an orthogonal matrix in each gate.
    name: "orthogonal, 4 gates 256x1024",
    unit: matMul(256, 256, 1024),
    bar: BAR,
    start: run(ours.orthogonal({ gates: 4 }), [256, 1024]),
  },
  {
    // More units than inputs: rows of a Hadamard matrix.
    name: "zerO 256x512",
    unit: matMul(256, 256, 512),
    bar: BAR,
    start: run(ours.zerO(), [256, 512]),
  },
] satisfies Case[];
