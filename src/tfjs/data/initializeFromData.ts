import { clone, dispose, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { seedsOf } from "../../init/draws.ts";
import { checkAlive, engine, steps } from "../layers/graph.ts";
import { putBack } from "../layers/undone.ts";
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
 * Initializes a model from data, without gradients: layer by layer in forward order, each layer's weights from the
 * samples as the layers before it, already set, transform them.
 *
 * Give `ys` if the task has targets. The last layer of every output is then solved for its targets, and training starts
 * from there. Without `ys` the first epochs are slower than from He's weights.
 *
 * What is set:
 * - kernels and biases of Dense, Conv1D, Conv2D, DepthwiseConv2D (a small equation for each channel) and
 *   SeparableConv2D (depthwise, then pointwise);
 * - moving mean and variance of BatchNormalization, whose gamma and beta stay.
 *
 * Everything else (recurrent layers, embeddings, nested models, frozen layers) keeps its weights and is listed in the
 * report. A shared layer is set where it is first called.
 *
 * Codes, for all layers that are not solved for `ys`:
 * - "pca" (default): principal components; before relu and similar activations, half as many and their negatives.
 * - "labels": a random orthonormal image of the label vector.
 * - "random": normal numbers that are independent of the input.
 * - "randomProjection": a Gaussian map of the input.
 * - a function of yours.
 *
 * Mathematics: let X [d x N] be the centred inputs of a layer and S [k x N] a latent code for its k units. The weights
 * W [k x d] minimise α‖W X − S‖² + β‖X − Wᵀ S‖² + µ‖W‖², that is, they solve the Sylvester equation
 *
 *   (β S Sᵀ + µ I) W + W (α X Xᵀ) = (α + β) S Xᵀ.
 *
 * If the equation has many solutions, the smallest one is taken. The weights are then scaled (`rescale`), and the bias
 * gives the pre-activations mean zero. Convolutions are solved for patches, at some 16,000 positions spread over all
 * samples. A layer with more than 1536 inputs is solved on 512 principal axes; the report tells their share of the
 * variance.
 *
 * For the codes "labels", "random", "randomProjection" and functions, α and β weigh fitting the code against keeping
 * the input. With "pca" the rows of W are principal axes whatever α and β are.
 *
 * Heads, the last layers of outputs that have `ys`, have no decoder and are not rescaled:
 * - A head is ridge regression with an intercept, in the targets' own mean and scale, with λ by generalized
 *   cross-validation (Golub, Heath and Wahba 1979) or by `ridge`.
 * - Before softmax, sigmoid or tanh the pre-activation is a Newton step of the loss from the best constant, such that
 *   the mean prediction is the mean of the targets: for classes, their frequencies.
 * - Where targets have positions (segmentation, convolutional autoencoders, sequences), positions count as samples.
 *   Before global average pooling the mean over all positions is fitted to the sample's target; before other global
 *   pooling every position is.
 * - Outputs that no suitable layer makes directly (an Add, a BatchNormalization at the end, a depthwise kernel) are not
 *   solved for. The report's notes say so, as they do of all `ys` that were not used.
 *
 * Provenance: the idea is that of Das, Bhalgat and Porikli, "Data-driven Weight Initialization with Sylvester Solvers",
 * arXiv 2105.10335; the equation is that of the Semantic AutoEncoder of Kodirov et al., CVPR 2017. The formulation is
 * ours: the codes, the pairs [Z, −Z], the rescaling, the treatment of convolutions, branches and BatchNormalization.
 * The methods "lsuv" and "orthogonal-lsuv" are the standard to compare it with; both make biases zero.
 *
 * Reproducibility: sums are taken and equations solved in float64, so that the same inputs of a layer give weights with
 * the same bits, however the inputs are cut into batches. Two things are not covered: the code "random" is drawn by
 * batch, and the model itself runs on whatever backend is in use. Every layer and group has a seed of its own, derived
 * from `seed`. With "pca" nothing is drawn, and the seed changes nothing, as long as units are no more than components
 * (twice as many before relu and similar activations) and inputs are no more than 1536.
 *
 * Cost:
 * - The model is run once on all samples, layer by layer, as long as the activations of all samples at each point of
 *   the model fit into `memory` (see there). An equation keeps O(d² + k²) numbers.
 * - The samples are walked once in advance and once or twice to run the model, more often where memory is short. A
 *   Dataset must therefore be one that can be walked again.
 * - Control returns to the page about every 50 ms, except within single layers and equations; `worker` takes equations
 *   off the main thread.
 *
 * Limits: if this function is called in tf.tidy, it starts after the tidy has ended. The model may therefore be made in
 * the tidy, but xs and ys may not. Constant inputs are no error: a layer whose inputs are all constant keeps its
 * weights, and the report says so. Few samples are no error either: the ridge grows with the number of inputs per
 * sample, and at ridge 0 the smallest of many solutions is taken.
 *
 * @param model Sequential or Functional; compiled or not
 * @param xs samples: a tensor, an array of batches, or a Dataset of xs or { xs, ys }; with several inputs an array of
 *   tensors or a Dataset
 * @param options see `DataOptions`; all of them have defaults
 * @returns what was done, layer by layer; `String(report)` is a table
 * @throws ArgumentError for bad options, samples and labels that do not fit each other or the model, missing labels for
 *   the code "labels", NaN in the data, samples that cannot be walked again, a worker that does not work, and a model
 *   that is disposed or that another run is setting. Whenever the promise is rejected, the model gets its old weights
 *   back.
 * @throws the signal's reason if the run is aborted
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
    saved.forEach((value, weight) => putBack(weight, value));
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
  settings.signal?.throwIfAborted();
  const ends = heads(model, steps(model));
  const notes = unused(tasks, ends, model.outputNames, samples.labels, settings);
  return report(layers, samples.total, performance.now() - start, notes);
}

/** Weights that a run is setting. Two runs on the same weights would undo each other. */
const busy = new WeakSet<LayerVariable>();

/** Locks the weights of a model against other runs. Returns the function that releases them. */
function reserve({ weights }: LayersModel): () => void {
  const taken = weights.find((weight) => busy.has(weight));
  if (taken) {
    const expected = "one that no other run of initializeFromData is at work at";
    throw new ArgumentError("model", expected, `one whose ${taken.originalName} is being set`);
  }
  weights.forEach((weight) => busy.add(weight));
  return () => weights.forEach((weight) => busy.delete(weight));
}
