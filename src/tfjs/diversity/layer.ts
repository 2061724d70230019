import * as tf from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import { checkOneOf } from "../../arguments.ts";
import { ArgumentError } from "../../errors.ts";
import {
  activationPenalties,
  checkPenaltyOptions,
  type ActivationPenalty,
  type PenaltyOptions,
} from "../../init/diversity/penalties.ts";
import { configured } from "../initializer.ts";
import { penaltyOf } from "./penalty.ts";
import { checkSchedule, EPOCH, strength, type Schedule } from "./schedule.ts";

type Layer = layers.Layer;
type LayerConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

export interface PenaltyConfig extends Schedule, Pick<PenaltyOptions, "cap">, LayerConfig {
  /** Default `"correlation"`. */
  penalty?: ActivationPenalty;
}

const OWN = ["cap", "epochs", "lambda", "penalty"] as const;
const LAYERS = ["batchInputShape", "batchSize", "dtype", "inputDType", "inputShape", "name", "trainable", "weights"] as const; // prettier-ignore

/**
 * The class of the layer, made when it is first needed: its base class belongs to tf.layers, which an
 * app may load after this package, or not at all.
 */
function classOn(Base: typeof layers.Layer) {
  return class DiversityPenalty extends Base {
    static readonly className: string = NAME;
    [EPOCH] = 0;
    private readonly options: PenaltyConfig;
    private activations: tf.Tensor | undefined;

    constructor(config: PenaltyConfig = {}) {
      const all = configured(config, [...OWN, ...LAYERS]);
      super(all);
      this.supportsMasking = true;
      const { penalty, cap, lambda, epochs } = all;
      this.options = { penalty, cap, lambda, epochs };
      this.addLoss(() => this.penalty());
    }

    override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      this.activations = kwargs?.training ? x : undefined;
      return x;
    }

    override getConfig(): tf.serialization.ConfigDict {
      const own = Object.entries(this.options).filter(([, value]) => value !== undefined);
      return { ...super.getConfig(), ...Object.fromEntries(own) };
    }

    /** Of what went through in the training step that asks for its losses. */
    private penalty(): tf.Scalar {
      const { penalty = "correlation" } = this.options;
      const factor = strength(this.options, this[EPOCH]);
      const h = this.activations;
      this.activations = undefined;
      if (h === undefined || h.size === 0 || factor === 0) return tf.scalar(0);
      return tf.tidy(() => {
        const units = h.shape.at(-1)!;
        const samples = h.size / units;
        const x: tf.Tensor = tf.reshape(h, [samples, units]);
        const columns = penalty === "ncl" ? x : tf.sub(x, tf.mean(x, 0));
        return penaltyOf(tf.expandDims(columns, 0), penalty, this.options, factor, samples);
      });
    }
  };
}

const NAME = "TfjsInitializersDiversityPenalty";
const made = new WeakMap<object, ReturnType<typeof classOn>>();

/** tf.layers does not register its base class, but Dense extends it. */
function layerClass(): ReturnType<typeof classOn> {
  const entry = tf.serialization.SerializationMap.getMap().classNameMap["Dense"];
  if (entry === undefined) {
    throw new ArgumentError("tf", "@tensorflow/tfjs-layers to be loaded", "core alone");
  }
  const Base = Object.getPrototypeOf(entry[0]) as typeof layers.Layer;
  if (!made.has(Base)) made.set(Base, classOn(Base));
  return made.get(Base)!;
}

/** What saved models name; it builds the layer. */
class DiversityPenalty extends tf.serialization.Serializable {
  static readonly className = NAME;

  static override fromConfig<T extends tf.serialization.Serializable>(
    _: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return diversityPenalty(config as PenaltyConfig) as tf.serialization.Serializable as T;
  }

  getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

export const classes = [DiversityPenalty];
for (const cls of classes) tf.serialization.registerClass(cls);

/**
 * Layer that hands its input on and, in training, adds lambda · penalty of it to the loss: put it after the layer
 * whose activations […, m] should differ. N samples (of a convolution: times positions), C the covariance:
 *
 * - `"correlation"` (default): mean squared correlation over pairs of units, 0 to 1; our formulation
 * - `"deCov"`: ½(‖C‖²_F − ‖diag C‖²) (Cogswell et al., arXiv 1511.06068)
 * - `"ncl"`: −(1/N) Σ (h − h̄)², h̄ a sample's mean over units (Liu and Yao 1999); as it has no lower bound
 *   for relu, it is constant from cap·m on, which is our addition
 *
 * (tf.layers 4.22 takes an activityRegularizer in the config of a layer, and then throws "not supported yet" when the
 * layer is applied. Losses added by a layer, `addLoss`, do count in fit; not in evaluate.)
 *
 * @param config.lambda, config.epochs strength and schedule: see `diversitySchedule`
 * @param config.cap of "ncl", above 0; default 1
 * @throws ArgumentError for a bad or unknown option, or when tf.layers is not loaded
 *
 * @example
 * tf.sequential({ layers: [tf.layers.dense({ units: 16, activation: "relu", inputShape: [784] }),
 *   diversityPenalty({ penalty: "deCov", lambda: 0.1 }), tf.layers.dense({ units: 10 })] })
 */
export function diversityPenalty(config: PenaltyConfig = {}): Layer {
  const { penalty = "correlation", ...rest } = configured(config, [...OWN, ...LAYERS]);
  checkOneOf("penalty", penalty, Object.keys(activationPenalties));
  checkSchedule(rest);
  checkPenaltyOptions(rest);
  return new (layerClass())(config);
}
