/** Ways to initialize a model, each as data: the page builds models from them and prints them as code. */

/** A factory of initializers with its options, from this package or from TensorFlow.js. */
export interface Maker {
  readonly from: "tf.initializers" | "tfjs-initializers";
  readonly factory: string;
  /** Its options without the seed. */
  readonly options?: Readonly<Record<string, number | string | boolean>>;
  /** Whether `gain` is to be what the activation asks for. */
  readonly gain?: boolean;
  /** Whether it draws random numbers; default true. */
  readonly random?: boolean;
}

export interface Scheme {
  /** In a sentence, what it does. */
  readonly why: string;
  /** The initializer of every kernel; without one, tf.layers' own. */
  readonly kernel?: Maker;
  /** What is called with the model when it is built, and with a batch of samples if `data`. */
  readonly then?: {
    readonly call: string;
    readonly options?: Readonly<Record<string, number | string | boolean>>;
    readonly data?: boolean;
    /** Whether it takes the seed. */
    readonly seed?: boolean;
  };
}

const stock = (factory: string): Maker => ({ from: "tf.initializers", factory });
const ours = (factory: string, options?: Maker["options"], gain = false, random = true): Maker => ({
  from: "tfjs-initializers",
  factory,
  options,
  gain,
  random,
});

export const schemes: Readonly<Record<string, Scheme>> = {
  "glorotUniform, stock": {
    why: "Uniform numbers with variance 2 / (inputs + outputs). What tf.layers does by default.",
    kernel: stock("glorotUniform"),
  },
  "heNormal, stock": {
    why: "TensorFlow.js' own heNormal, whose weights have 0.77 of the variance that He et al. ask for.",
    kernel: stock("heNormal"),
  },
  heNormal: {
    why: "Truncated normal numbers with variance 2 / inputs, for relu; the variance is right, and the seed gives the same bits everywhere.",
    kernel: ours("heNormal"),
  },
  glorotNormal: {
    why: "Truncated normal numbers with variance 2 / (inputs + outputs).",
    kernel: ours("glorotNormal"),
  },
  leCunNormal: {
    why: "Truncated normal numbers with variance 1 / inputs, for selu and tanh.",
    kernel: ours("leCunNormal"),
  },
  orthogonal: {
    why: "Every kernel is a random rotation times a gain, so signals keep their length through many layers.",
    kernel: ours("orthogonal", {}, true),
  },
  deltaOrthogonal: {
    why: "Convolutions that start as a rotation of the channels at each pixel. Dense layers are orthogonal.",
    kernel: ours("deltaOrthogonal", {}, true),
  },
  reluOrthogonal: {
    why: "Rotations calibrated for deep relu networks, so that fewer units die.",
    kernel: ours("reluOrthogonal"),
  },
  zerO: {
    why: "Identities and Hadamard matrices: no random numbers at all.",
    kernel: ours("zerO", {}, false, false),
  },
  idInit: {
    why: "Identities that repeat themselves where a layer is wider than its input.",
    kernel: ours("idInit", {}, false, false),
  },
  decorrelated: {
    why: "Units of a layer whose pre-activations are uncorrelated.",
    kernel: ours("decorrelated"),
  },
  "initialize, auto": {
    why: "Every layer gets what its surroundings in the network ask for, so that signals and gradients keep their size.",
    then: { call: "initialize", seed: true },
  },
  "initialize, fixup": {
    why: "Residual branches are scaled by their number and end in zeros.",
    then: { call: "initialize", seed: true, options: { scheme: "fixup" } },
  },
  "from data": {
    why: "Hidden layers encode the main components of the samples, and the last layer is solved, not trained.",
    kernel: ours("orthogonal", {}, true),
    then: { call: "initializeFromData", data: true, seed: true },
  },
  LSUV: {
    why: "Orthogonal kernels, scaled layer by layer until every layer's output has variance 1 on the samples.",
    kernel: ours("orthogonal"),
    then: {
      call: "initializeFromData",
      data: true,
      seed: true,
      options: { method: "orthogonal-lsuv" },
    },
  },
};

/** The gains that are usual for activations. */
export const gains: Readonly<Record<string, number>> = {
  relu: Math.SQRT2,
  gelu: Math.SQRT2,
  elu: 1.25,
  tanh: 5 / 3,
};
