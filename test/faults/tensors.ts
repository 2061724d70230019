/** One call of each function of `linalg` on tensors, and one of its gradient where there is one, to be disturbed. */
import * as core from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import * as linalg from "../../src/linalg/index.ts";
import { linalg as door } from "../../src/tfjs/index.ts";
import { numbers, type Deeds } from "./deeds.ts";

const draw = (shape: number[], seed: number) => {
  const [rows, cols] = [shape.slice(0, -1).reduce((a, b) => a * b, 1), shape.at(-1)!];
  return core.tensor(linalg.normal(rows, cols, { seed, dtype: "float32" }).data, shape);
};
/** Matrices near the identity: definite if symmetric, regular, with eigenvalues of positive real part. */
const near = (shape: number[], symmetric = false) =>
  core.tidy(() => {
    const x = core.mul(draw(shape, 7), 0.1);
    return core.add(core.eye(shape.at(-1)!), symmetric ? core.add(x, core.transpose(x, [0, 2, 1])) : x); // prettier-ignore
  });

type Given = () => Tensor;
type Found = Tensor | Record<string, Tensor | Tensor[] | unknown>;

const tall = () => draw([2, 5, 3], 1);
const square = () => near([2, 3, 3]);
const definite = () => near([2, 3, 3], true);
const right = () => draw([2, 3, 2], 2);

export interface Call {
  readonly given: Given[];
  readonly call: (...xs: Tensor[]) => Found;
  /** Which of the results the gradient is taken of; absent where there is no gradient. */
  readonly gradient?: string;
}

const calls: Record<string, Call> = {
  cholesky: { given: [definite], call: (x) => door.cholesky(x), gradient: "" },
  cond: { given: [square], call: (x) => door.cond(x), gradient: "" },
  det: { given: [square], call: (x) => door.det(x), gradient: "" },
  slogdet: { given: [square], call: (x) => door.slogdet(x), gradient: "logdet" },
  eig: { given: [square], call: (x) => door.eig(x) },
  eigh: { given: [definite], call: (x) => door.eigh(x), gradient: "vectors" },
  expm: { given: [square], call: (x) => door.expm(x), gradient: "" },
  logm: { given: [square], call: (x) => door.logm(x), gradient: "" },
  sqrtm: { given: [square], call: (x) => door.sqrtm(x), gradient: "" },
  inverse: { given: [square], call: (x) => door.inverse(x), gradient: "" },
  lstsq: { given: [tall, () => draw([2, 5, 2], 2)], call: (x, y) => door.lstsq(x, y), gradient: "x" }, // prettier-ignore
  lu: { given: [tall], call: (x) => door.lu(x) },
  nullSpace: { given: [() => draw([3, 5], 1)], call: (x) => door.nullSpace(x) },
  pinv: { given: [tall], call: (x) => door.pinv(x), gradient: "" },
  polar: { given: [square], call: (x) => door.polar(x), gradient: "u" },
  qr: { given: [tall], call: (x) => door.qr(x), gradient: "q" },
  rank: { given: [tall], call: (x) => door.rank(x) },
  ridge: { given: [tall, () => draw([2, 5, 2], 2)], call: (x, y) => door.ridge(x, y, 0.5), gradient: "" }, // prettier-ignore
  solve: { given: [square, right], call: (x, y) => door.solve(x, y), gradient: "" },
  "solve, posdef": { given: [definite, right], call: (x, y) => door.solve(x, y, { assume: "posdef" }), gradient: "" }, // prettier-ignore
  svd: { given: [tall], call: (x) => door.svd(x), gradient: "u" },
  sylvester: { given: [square, definite, () => draw([2, 3, 3], 3)], call: (x, y, z) => door.sylvester(x, y, z), gradient: "" }, // prettier-ignore
  topSvd: { given: [tall], call: (x) => door.topSvd(x, 2, { seed: 1 }), gradient: "s" },
  triangularSolve: { given: [square, right], call: (x, y) => door.triangularSolve(x, y), gradient: "" }, // prettier-ignore
};

/** Makes the arguments, and disposes them, whatever happens. */
function given<T>(makers: Given[], job: (xs: Tensor[]) => T): T {
  const xs: Tensor[] = [];
  try {
    for (const make of makers) xs.push(make());
    return job(xs);
  } finally {
    core.dispose(xs);
  }
}

const engine = core.engine();

/**
 * The gradients of Σ y² by all arguments, for a result y. What TensorFlow.js has saved for a gradient, it forgets itself
 * when an operation fails; here it is disposed.
 */
export function gradients({ given: makers, call, gradient }: Call): unknown {
  const kept: Tensor[] = [];
  const { keep } = engine;
  engine.keep = (x) => {
    kept.push(x);
    return keep.call(engine, x) as typeof x;
  };
  try {
    return given(makers, (xs) => {
      const loss = (...all: Tensor[]) => {
        const found = call(...all);
        const y = gradient ? (found as Record<string, Tensor>)[gradient]! : (found as Tensor);
        return core.sum(core.square(y));
      };
      return numbers(core.grads(loss)(xs));
    });
  } catch (error) {
    core.dispose(kept);
    throw error;
  } finally {
    engine.keep = keep;
  }
}

export const tensors: Deeds = {};
for (const [name, call] of Object.entries(calls)) {
  tensors[name] = () => given(call.given, (xs) => numbers(call.call(...xs)));
  if (call.gradient !== undefined) tensors[`${name}, gradient`] = () => gradients(call);
}
