import * as tf from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import { checkName, checkOneOf } from "../../arguments.ts";
import {
  activationPenalties,
  checkPenaltyOptions,
  type ActivationPenalty,
  type PenaltyOptions,
} from "../../init/diversity/penalties.ts";
import { configured } from "../initializer.ts";
import { registeredClass } from "../layers/registry.ts";
import { registered } from "../registered.ts";
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
 * Makes the class of the layer. It is made when first needed, because its base class belongs to tf.layers, which an
 * app may load after this package, or not at all.
 */
function classOn(Base: typeof layers.Layer) {
  return class DiversityPenalty extends Base {
    static readonly className: string = classes.DiversityPenalty.className;
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

    /** The penalty of the activations that passed in the current training step. */
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

const made = new WeakMap<object, ReturnType<typeof classOn>>();

/** tf.layers does not register the base class of layers, but it registers Dense, which extends that class. */
function layerClass(): ReturnType<typeof classOn> {
  const Base = Object.getPrototypeOf(registeredClass("Dense")) as typeof layers.Layer;
  if (!made.has(Base)) made.set(Base, classOn(Base));
  return made.get(Base)!;
}

/** The class that saved models name: its `fromConfig` builds the layer. */
class DiversityPenalty {
  static readonly className = "TfjsInitializersDiversityPenalty";

  static fromConfig<T extends tf.serialization.Serializable>(
    _: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return diversityPenalty(config as PenaltyConfig) as tf.serialization.Serializable as T;
  }
}

export const classes = /* @__PURE__ */ registered({ DiversityPenalty });

/**
 * Layer that penalizes units whose activations are alike. Put it after the layer whose m units, in the last axis of
 * its output, should differ: it returns its input unchanged and, in training, adds lambda · penalty to the loss.
 *
 * The penalties, with N the number of samples (of a convolution: samples times positions), h the activations and C
 * their covariance:
 *
 * - `"correlation"` (default): mean squared correlation over pairs of units, 0 to 1; our formulation
 * - `"deCov"`: ½(‖C‖²_F − ‖diag C‖²) (Cogswell et al., arXiv 1511.06068)
 * - `"ncl"`: −(1/N) Σ (h − h̄)², where h̄ is a sample's mean over units (Liu and Yao 1999). The penalty has no
 *   lower bound for relu, so it is constant from cap·m on, which is our addition
 *
 * A layer is needed because tf.layers 4.22 accepts an activityRegularizer in the config of a layer, but throws "not
 * supported yet" when that layer is applied. Losses that a layer adds (`addLoss`) count in `fit`, not in `evaluate`.
 *
 * @param config.penalty name of the penalty; default `"correlation"`
 * @param config.lambda, config.epochs strength and schedule: see `diversitySchedule`
 * @param config.cap bound of "ncl", above 0; default 1
 * @throws ArgumentError for a bad or unknown option, or if tf.layers is not loaded
 *
 * @example
 * tf.sequential({ layers: [tf.layers.dense({ units: 16, activation: "relu", inputShape: [784] }),
 *   diversityPenalty({ penalty: "deCov", lambda: 0.1 }), tf.layers.dense({ units: 10 })] })
 */
export function diversityPenalty(config: PenaltyConfig = {}): Layer {
  const { penalty = "correlation", ...rest } = configured(config, [...OWN, ...LAYERS]);
  checkOneOf("penalty", penalty, Object.keys(activationPenalties));
  checkName("name", rest.name);
  checkSchedule(rest);
  checkPenaltyOptions(rest);
  return new (layerClass())(config);
}
