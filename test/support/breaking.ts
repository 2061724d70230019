/** A backend that fails once, in the middle: running a kernel, making a tensor, or reading one. */
import { engine as engineOf } from "@tensorflow/tfjs-core";
import { isCalm } from "./calm.ts";

/** What a backend says that was removed, or lost its device. */
export class Gone extends Error {
  constructor(asked: string) {
    super(`the backend is gone: ${asked}`);
  }
}

let asked = 0;
let failing = Infinity;

const engine = engineOf();
for (const name of ["runKernel", "makeTensor", "readSync", "read"] as const) {
  const real = engine[name] as (...values: unknown[]) => unknown;
  const broken = function (this: unknown, ...values: unknown[]) {
    if (isCalm() || asked++ !== failing) return real.apply(this, values);
    if (name === "read") return Promise.reject(new Gone(name));
    throw new Gone(name);
  };
  (engine as unknown as Record<string, unknown>)[name] = broken;
}

/** Runs a job in which what the backend is asked for the k-th time fails, from 0; returns how often it was asked. */
export async function breaking(k: number, job: () => unknown): Promise<number> {
  [asked, failing] = [0, k];
  try {
    await job();
  } finally {
    failing = Infinity;
  }
  return asked;
}
