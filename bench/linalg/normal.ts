import { normal } from "../../src/linalg/index.ts";
import { type Case, type Contender, job } from "../harness.ts";
import { numpy } from "../peers/numpy.ts";
import { matMul } from "../peers/tfjs.ts";

const N = 256;

/** Box–Muller in plain JavaScript, as in a program without a library. */
const boxMuller: Contender = {
  name: "Box-Muller in JS",
  start: () =>
    job(() => {
      const out = new Float32Array(N * N);
      for (let i = 0; i < out.length; i += 2) {
        const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
        const angle = 2 * Math.PI * Math.random();
        out[i] = radius * Math.cos(angle);
        out[i + 1] = radius * Math.sin(angle);
      }
      return out;
    }),
};

let seed = 0;

export default [
  {
    name: `normal ${N * N}`,
    unit: matMul(N, N, N),
    start: () => job(() => normal(N, N, { seed: ++seed })),
    bar: 0.3,
    peers: [boxMuller, numpy(["normal", N, N, "float32"])],
  },
] satisfies Case[];
