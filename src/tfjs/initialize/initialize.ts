import { clone, dispose, tensor, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkOneOf, checkSeed, known } from "../../arguments.ts";
import { checkKernel } from "../../init/lps/lps.ts";
import type { LpsDesignOptions } from "../../init/lps/lpsDesign.ts";
import { checkAlive, engine } from "../layers/graph.ts";
import { SCHEMES, type Scheme } from "./context.ts";
import type { Values, Weights } from "./kernels.ts";
import { plan } from "./plan.ts";
import { report, type InitializeReport } from "./report.ts";

/** Options of `initialize`; those of the design belong to the scheme "lps" alone. */
export interface InitializeOptions extends Omit<LpsDesignOptions, "activation" | "parameter"> {
  /** Which rules are followed, see `initialize`; default "auto". */
  scheme?: Scheme;
  /** Integer from 0 to 2^53 − 1; without a seed every call gives other weights. */
  seed?: number;
  /** "lps": independent weights (default), or orthogonal ones of the same mean square. */
  weights?: Weights;
}

const DESIGN = ["degree", "interval", "norm", "biasScale", "variance", "moment"] as const;

/** TODO */
export function initialize(model: LayersModel, options: InitializeOptions = {}): InitializeReport {
  const { scheme = "auto" } = known(options, ["scheme", "seed", "weights", ...DESIGN]);
  checkOneOf("scheme", scheme, Object.keys(SCHEMES));
  if (scheme !== "lps") known(options, ["scheme", "seed"]);
  const { seed, weights, scheme: _, ...design } = options;
  checkSeed(seed);
  checkKernel({ variance: 1, weights });
  const inner = engine(model);
  checkAlive(inner);
  const { values, rows } = plan(inner, { scheme, seed, weights, design });
  write(values);
  return report(rows);
}

/** Writes all new values, or, if one cannot be written, none. */
function write(values: Values): void {
  const made: Tensor[] = [];
  const keep = <T extends Tensor>(one: T): T => {
    made.push(one);
    return one;
  };
  try {
    const jobs = values.map(([weight, data]) => ({
      weight,
      fresh: keep(tensor(data, weight.shape as number[], "float32")),
      before: keep(clone(weight.read())),
    }));
    let done = 0;
    try {
      for (; done < jobs.length; done++) jobs[done]!.weight.write(jobs[done]!.fresh);
    } catch (error) {
      for (const { weight, before } of jobs.slice(0, done + 1)) weight.write(before);
      throw error;
    }
  } finally {
    dispose(made);
  }
}
