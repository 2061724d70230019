import { max, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { allPass, checkFunction, checkSignal, known } from "../../arguments.ts";
import { float32 } from "../../arrays.ts";
import { ArgumentError, MemoryError, show } from "../../errors.ts";
import { resting } from "../data/resting.ts";
import { source, type Samples } from "../data/source.ts";
import { engine, type Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { stockOf } from "../relu1.ts";
import { attributes, type HeldActivation } from "../layers/attributes.ts";

export interface SettleOptions {
  /**
   * Samples as `initializeFromData` takes them. With samples, only layers without units at zero on them are settled;
   * without samples, all layers.
   */
  xs?: Samples;
  /** Addresses of the layers to settle, "outer/inner" in nested models; default: all that have relu1. */
  layers?: readonly string[];
  /** With xs: called after every batch, with the number of samples so far. */
  onProgress?: (done: number) => void;
  /** Aborts the run over xs: the model is unchanged, and the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** What `settle` did to a layer with relu1. */
export interface SettledLayer {
  /** Address of the layer. */
  readonly layer: string;
  /** Whether the layer has relu now. */
  readonly settled: boolean;
  /** With xs: the number of units at zero. */
  readonly atZero?: number;
}

/**
 * Turns relu1 back into relu (and relu1to6 into relu6), in place. Call it after growing and training, when the new units have begun to learn.
 *
 * The model then runs faster, because TensorFlow.js has fused kernels only for relu, and a page can load the saved
 * model without this package. The function is the same up to the rounding of fused kernels. Weights and optimizer stay
 * as they are.
 *
 * With xs, a layer that has a unit at zero keeps relu1. A unit is at zero if its largest pre-activation on xs is
 * exactly 0, as that of a new unit which has learned nothing yet. relu would give such a unit no gradient; for any
 * other unit, relu and relu1 differ at most on single samples. Without xs, all layers are settled.
 *
 * @param model a model with relu1, which is changed in place
 * @param options.xs samples, as `initializeFromData` takes them
 * @param options.layers addresses of the layers to settle, as `grow` reports them; default: all that have relu1
 * @param options.onProgress called after every batch of xs, with the number of samples so far
 * @param options.signal aborts the run over xs
 * @returns an entry for each layer that had relu1, or for each named layer
 * @throws ArgumentError for named layers without relu1, for missing samples, and for samples that do not fit the model
 *   or make pre-activations that are not finite; the model is then unchanged
 * @throws the signal's reason if the run is aborted; the model is then unchanged
 *
 * @example
 * const { model: wider } = await grow(model, { layer: "conv2", units: 16, method: "gradmax", xs, ys });
 * await wider.fit(…);
 * await settle(wider, { xs });
 */
export async function settle(
  model: LayersModel,
  options: SettleOptions = {},
): Promise<SettledLayer[]> {
  const { xs, layers, onProgress, signal } = known(options, ["layers", "xs", "onProgress", "signal"]); // prettier-ignore
  checkFunction("onProgress", onProgress);
  checkSignal("signal", signal);
  const all = placesOf(engine(model));
  const names = [...new Set(all.map(({ address }) => address))];
  if (
    layers !== undefined &&
    !(Array.isArray(layers) && allPass(layers, (name) => names.includes(name as string)))
  ) {
    const expected = `names of layers with relu1 (${names.join(", ") || "there are none"})`;
    throw new ArgumentError("layers", expected, show(layers));
  }
  const asked = layers ?? names;
  const places = all.filter(({ address }) => asked.includes(address));
  const largest =
    xs === undefined ? undefined : await largestOf(model, places, xs, onProgress, signal);
  return asked.map((name) => {
    const own = places.filter(({ address }) => address === name);
    const atZero =
      largest && own.flatMap((place) => [...largest.get(place)!]).filter((x) => x === 0).length;
    const settled = !atZero;
    if (settled)
      own.forEach(({ holder, key }) => (holder[key] = stockOf(holder[key]!.getClassName())!));
    return { layer: name, settled, ...(atZero !== undefined && { atZero }) };
  });
}

type Key = "activation" | "recurrentActivation";

/** Where a relu1 is: the object that has it, its key in that object, and the layer of the model. */
interface Place {
  readonly layer: Layer;
  readonly address: string;
  readonly holder: { [key in Key]?: HeldActivation };
  readonly key: Key;
}

/** The places of every relu1 in a model, including wrapped layers and the cells of recurrent layers. */
function placesOf(model: LayersModel, prefix = ""): Place[] {
  return model.layers.flatMap((layer): Place[] => {
    const address = prefix + layer.name;
    if (kindOf(layer).role === "model") {
      return placesOf(layer as unknown as LayersModel, `${address}/`);
    }
    return holders(layer).flatMap((holder) =>
      (["activation", "recurrentActivation"] as const)
        .filter((key) => holder[key] && stockOf(holder[key].getClassName()))
        .map((key) => ({ layer, address, holder, key })),
    );
  });
}

interface Holder {
  [key: string]: unknown;
}

/** The layer and all layers and cells inside of it. */
function holders(layer: object): Place["holder"][] {
  const { layer: wrapped, layers, forwardLayer, backwardLayer, cell, cells } = layer as Holder;
  const parts = [wrapped, layers, forwardLayer, backwardLayer, cell, cells].flat();
  const inner = parts.filter((part) => typeof part === "object" && part !== null);
  return [
    ...new Set([layer as Place["holder"], ...inner.flatMap((part) => holders(part as object))]),
  ];
}

/** The largest pre-activation of every unit on all samples. */
async function largestOf(
  model: LayersModel,
  places: readonly Place[],
  xs: Samples,
  onProgress: SettleOptions["onProgress"],
  signal: AbortSignal | undefined,
): Promise<Map<Place, Float32Array>> {
  const largest = new Map<Place, Float32Array>(places.map((place) => [place, float32(0)]));
  const inner = engine(model);
  let count = 0;
  const rest = resting(signal);
  for await (const batch of source(inner, xs, undefined, Infinity, signal)()) {
    await rest();
    count += batch.inputs[0]!.shape[0]!;
    const restore = places.map((place) => watch(place, (z) => raise(largest, place, z)));
    try {
      tidy(() => void inner.call([...batch.inputs], { training: false }));
    } catch (error) {
      if (error instanceof MemoryError) throw error;
      const shapes = inner.inputs.map(
        ({ shape }) => `[${shape.map((n) => n ?? "any").join(", ")}]`,
      );
      throw new ArgumentError("xs", `samples of ${shapes.join(", ")}`, (error as Error).message);
    } finally {
      restore.forEach((undo) => undo());
    }
    onProgress?.(count);
  }
  signal?.throwIfAborted();
  if (count === 0) throw new ArgumentError("xs", "at least one sample", "none");
  for (const [{ layer }, values] of largest) {
    if (values.every(Number.isFinite)) continue;
    throw new ArgumentError("xs", "finite pre-activations", `NaN or an infinity in ${layer.name}`);
  }
  return largest;
}

/** Calls `see` with the argument of an activation whenever it is applied. Returns the function that undoes this. */
function watch({ holder, key }: Place, see: (z: Tensor) => void): () => void {
  const activation = holder[key]!;
  holder[key] = {
    apply: (z) => {
      see(z);
      return activation.apply(z);
    },
    getClassName: () => activation.getClassName(),
  };
  return () => (holder[key] = activation);
}

/** Updates the largest pre-activations of a place by new pre-activations z. */
function raise(largest: Map<Place, Float32Array>, place: Place, z: Tensor): void {
  const units = attributes(place.layer).dataFormat === "channelsFirst" ? 1 : z.rank - 1;
  const others = z.shape.map((_, axis) => axis).filter((axis) => axis !== units);
  const now = max(z, others).dataSync<"float32">();
  const before = largest.get(place)!;
  largest.set(
    place,
    float32(now, (x, j) => Math.max(x, before[j] ?? -Infinity)),
  );
}
