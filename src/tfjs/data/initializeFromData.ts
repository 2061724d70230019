import { clone, dispose, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { seedsOf } from "../../init/draws.ts";
import { checkAlive, engine, steps } from "../layers/graph.ts";
import { outside } from "../outside.ts";
import { heads } from "./heads.ts";
import { checked, type Checked, type DataOptions } from "./options.ts";
import { plan, type Task } from "./plan.ts";
import { report, type DataReport, type LayerReport } from "./report.ts";
import { normalizeLayer, scaleLayer, solveLayer } from "./setLayer.ts";
import { solver, type Solver } from "./solver.ts";
import type { Samples } from "./source.ts";
import { Stream } from "./stream.ts";
import { unused } from "./targets.ts";

/**
 * Initializes a model from data, without gradients: layer by layer in forward order, each layer's weights from what
 * the layers before it, already set, make of the samples.
 *
 * With X [d x N] the centred inputs of a layer and S [k x N] a latent code for its k units, the weights W [k x d]
 * minimise α‖W X − S‖² + β‖X − Wᵀ S‖² + µ‖W‖², that is, they solve the Sylvester equation
 *
 *   (β S Sᵀ + µ I) W + W (α X Xᵀ) = (α + β) S Xᵀ;
 *
 * of an equation with many solutions they are the smallest one. They are then scaled (`rescale`), and the bias is such
 * that pre-activations have mean zero. Idea: Das, Bhalgat and Porikli, "Data-driven Weight Initialization with Sylvester
 * Solvers", arXiv 2105.10335; equation: the Semantic AutoEncoder of Kodirov et al., CVPR 2017. The formulation is ours:
 * the codes, the pairs [Z, −Z], the rescaling, the treatment of convolutions, branches and BatchNormalization. The
 * methods "lsuv" and "orthogonal-lsuv" are the standard to compare it with; they make biases zero.
 *
 * Give `ys` where there are any: with them the last layer of every output is solved for its targets, and training starts
 * from there; without them the first epochs are slower than from He's weights. A head has no decoder and is not rescaled:
 * it is ridge regression with an intercept, in the targets' own mean and scale, λ by generalized cross-validation (Golub,
 * Heath and Wahba 1979) or by `ridge`. Behind softmax, sigmoid or tanh the pre-activation is a Newton step of the loss
 * from the best constant, such that predictions have the targets' mean: classes their frequencies. Where targets have
 * positions (segmentation, convolutional autoencoders, sequences), positions are samples. Behind global average pooling
 * the mean of all positions is fitted, behind other pooling all of them have the sample's target. Outputs that no layer
 * makes directly (an Add, a BatchNormalization at the end, a depthwise kernel) are not solved for, and the report's
 * notes say so, as of all ys that had no use.
 *
 * What is set: kernels and biases of Dense, Conv1D, Conv2D, DepthwiseConv2D (a small equation a channel) and
 * SeparableConv2D (depthwise, then pointwise); moving mean and variance of BatchNormalization, gamma and beta untouched.
 * Convolutions are solved for patches, at some 16,000 positions spread over all samples. Beyond 1536 inputs a layer is
 * solved on 512 principal axes; the report has their part of the variance. Everything else (recurrent layers, embeddings,
 * nested models, frozen layers) is left alone and listed. A shared layer is set where it is first called.
 *
 * Codes: "pca" (default): principal components, before relu and its kin half of them and their negatives; "labels": a
 * random orthonormal image of the label vector; "random": normal numbers that have nothing to do with the input;
 * "randomProjection": a Gaussian map of the input; or a function of yours.
 *
 * Where the equation decides: for the codes "labels", "random", "randomProjection" and functions, α and β weigh fitting
 * the code against keeping the input. With "pca" the rows of W are principal axes whatever α and β are; and as long as
 * units are no more than components (twice as many before relu and its kin) and inputs no more than 1536, nothing is
 * drawn, so that the seed changes nothing. Every layer and group has a seed of its own, made of yours.
 *
 * The model is run once on all samples, layer by layer, as long as what they are at one point of it fits into `memory`
 * (see there); of an equation O(d² + k²) numbers are kept. The samples are walked once before and once or twice for that,
 * more often where memory is short: a Dataset must be one that can be walked again. Sums are taken and equations solved
 * in float64, so that weights are the same bits for the same inputs of a layer, however they are cut into batches (the
 * code "random" is drawn by batch; the model itself runs on whatever backend is in use). The page gets its turn about
 * every 50 ms, but for single layers and equations; `worker` takes the latter off the main thread.
 *
 * Called in tf.tidy it begins when that has ended, so the model may come from there, but not xs and ys.
 *
 * @param model Sequential or Functional; compiled or not
 * @param xs samples: a tensor, an array of batches, or a Dataset of xs or { xs, ys }; with several inputs an array of
 *   tensors or a Dataset
 * @returns what was done, layer by layer; `String(report)` is a table
 * @throws ArgumentError for bad options, samples and labels that do not fit each other or the model, labels missing for
 *   the code "labels", NaN in the data, samples that cannot be walked again, a worker that does not work, a model that is
 *   disposed or at which another run is at work; the signal's reason when aborted; in any of these cases the model has its
 *   old weights back. Constant inputs are no error: a layer that sees nothing else keeps its weights and the report says so;
 *   neither are few samples: the ridge grows with inputs per sample, and at ridge 0 the smallest of many solutions is taken.
 *
 * @example
 * const report = await initializeFromData(model, xs, { ys });
 * console.log(String(report)); // layer, equation, residual, time, variance before and after
 */
export async function initializeFromData(
  model: LayersModel,
  xs: Samples,
  options: DataOptions = {},
): Promise<DataReport> {
  await outside();
  const settings = checked(options);
  const inner = engine(model);
  checkAlive(inner);
  const tasks = plan(inner, settings.layers, settings.skip);
  const release = reserve(inner);
  const set = tasks.flatMap((task) => (task.kind === "left" ? [] : [task]));
  const saved = new Map<LayerVariable, Tensor>();
  const { solve, close } = solver(settings.worker, settings.signal);
  let samples: Stream | undefined;
  try {
    samples = new Stream(inner, xs, settings, set.map(({ input }) => input)); // prettier-ignore
    for (const weight of set.flatMap(({ layer }) => layer.weights)) {
      saved.set(weight, clone(weight.read()));
    }
    return await setAll(inner, tasks, samples, settings, solve);
  } catch (error) {
    checkAlive(inner);
    saved.forEach((value, weight) => weight.write(value));
    throw error;
  } finally {
    close();
    samples?.dispose();
    dispose([...saved.values()]);
    release();
  }
}

async function setAll(
  model: LayersModel,
  tasks: readonly Task[],
  samples: Stream,
  settings: Checked,
  solve: Solver["solve"],
): Promise<DataReport> {
  const seeds = seedsOf(settings.seed, tasks.length) as number[];
  const set = (task: Task, seed: number): Promise<LayerReport[]> | LayerReport[] => {
    switch (task.kind) {
      case "linear":
        return settings.method === "sylvester"
          ? solveLayer(task, samples, { ...settings, seed }, solve)
          : scaleLayer(task, samples, { ...settings, seed });
      case "normalize":
        return normalizeLayer(task, samples);
      case "left":
        return [{ layer: task.layer.name, kind: task.layer.getClassName(), notes: [task.why] }];
    }
  };
  const start = performance.now();
  const layers: LayerReport[] = [];
  await samples.survey();
  for (const [done, task] of tasks.entries()) {
    const rows = await set(task, seeds[done]!);
    settings.signal?.throwIfAborted();
    layers.push(...rows);
    rows.forEach((row) => settings.onProgress?.(done + 1, tasks.length, row));
  }
  const ends = heads(model, steps(model));
  const notes = unused(tasks, ends, model.outputNames, samples.labels, settings);
  return report(layers, samples.total, performance.now() - start, notes);
}

/** Weights at which runs are at work: two would undo each other. */
const busy = new WeakSet<LayerVariable>();

/** Keeps other runs from the weights of a model until what it returns is called. */
function reserve({ weights }: LayersModel): () => void {
  const taken = weights.find((weight) => busy.has(weight));
  if (taken) {
    const expected = "one that no other run of initializeFromData is at work at";
    throw new ArgumentError("model", expected, `one whose ${taken.originalName} is being set`);
  }
  weights.forEach((weight) => busy.add(weight));
  return () => weights.forEach((weight) => busy.delete(weight));
}
