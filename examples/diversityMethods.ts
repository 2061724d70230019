/** How the nets of the diversity example start, and what is added to their training. */
import * as tf from "@tensorflow/tfjs";
import { decorrelated, diversityPenalty, diversityRegularizer } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import { SIDE } from "./data.ts";
import { read, write, type Nets, type Penalty } from "./tinyNets.ts";

export const INPUTS = SIDE * SIDE;

export interface Method {
  /** Of the hidden and of the output layer. */
  start?: (shape: number[], seed: number) => Float32Array;
  penalty?: Penalty;
  spreads?: boolean;
}

type Config = NonNullable<Parameters<typeof decorrelated>[0]>;
type Regularizer = NonNullable<Parameters<typeof diversityRegularizer>[0]>;
type ActivationPenalty = NonNullable<Parameters<typeof diversityPenalty>[0]>;

const valuesOf = (tensor: tf.Tensor) => {
  const values = tensor.dataSync<"float32">();
  tensor.dispose();
  return values;
};

function initializer(method: Config["method"], inputs?: () => number[][]) {
  return (shape: number[], seed: number): Float32Array => {
    const hiddenLayer = shape[0] === INPUTS;
    // More units than inputs: where a method has no answer, that of qr. Data are those of the hidden layer.
    const fits = hiddenLayer || (method !== "data" && (method !== "cholesky" || shape[0]! >= shape[1]!)); // prettier-ignore
    const covariance = fits ? inputs?.() : undefined;
    return valuesOf(decorrelated({ method: fits ? method : "qr", covariance, seed }).apply(shape));
  };
}

/** Independent directions, the lengths of zca. */
export function control(shape: number[], seed: number): Float32Array {
  const [n, m] = shape as [number, number];
  const kernel = initializer("zca")(shape, seed);
  const directions = normal(n, m, { seed: seed + 2 ** 30 }).data;
  const length = (a: Float32Array, j: number) => {
    let sum = 0;
    for (let at = j; at < a.length; at += m) sum += a[at]! ** 2;
    return Math.sqrt(sum);
  };
  const ratios = Array.from({ length: m }, (_, j) => length(kernel, j) / length(directions, j));
  return directions.map((x, at) => x * ratios[at % m]!);
}

/** The gradient of a function of tensors, net by net. */
function perNet(nets: Nets, gradient: (s: number) => tf.Tensor): Float32Array[] {
  return Array.from({ length: nets.count }, (_, s) => tf.tidy(() => gradient(s).dataSync<"float32">())); // prettier-ignore
}

function regularized(config: Regularizer): Method {
  const regularizer = diversityRegularizer({ epochs: 0, ...config });
  const gradient = tf.grad((w) => regularizer.apply(w));
  return {
    penalty: {
      weights(nets) {
        const all = { ...nets, w: new Float32Array(nets.w.length) };
        const shape: [number, number] = [nets.inputs, nets.units];
        const found = perNet(nets, (s) => gradient(tf.tensor2d(read(nets, s), shape)));
        found.forEach((kernel, s) => write(all, s, kernel));
        return all.w;
      },
    },
  };
}

function penalized(config: ActivationPenalty): Method {
  const layer = diversityPenalty({ epochs: 0, ...config });
  const gradient = tf.grad((h) => {
    layer.apply(h, { training: true });
    return layer.calculateLosses()[0]!;
  });
  return {
    penalty: {
      // Activations lie image after image, net after net: as the kernels do in w.
      activations(nets, h) {
        const images = { ...nets, inputs: h.length / nets.b.length, w: h };
        const all = { ...images, w: new Float32Array(h.length) };
        const shape: [number, number] = [images.inputs, nets.units];
        const found = perNet(nets, (s) => gradient(tf.tensor2d(read(images, s), shape)));
        found.forEach((dh, s) => write(all, s, dh));
        return all.w;
      },
    },
  };
}

/** All start from the control unless they say otherwise; `strength` is a factor of all penalties. */
export const methods = (inputs: () => number[][], strength = 1): Record<string, Method> => ({
  stock: { start: (shape, seed) => valuesOf(tf.initializers.glorotUniform({ seed: seed + 1 }).apply(shape)) }, // prettier-ignore
  control: {},
  zca: { start: initializer("zca") },
  qr: { start: initializer("qr") },
  cholesky: { start: initializer("cholesky") },
  gradient: { start: initializer("gradient") },
  data: { start: initializer("data", inputs) },
  cos2: regularized({ penalty: "cos2", lambda: strength }),
  softOrthogonality: regularized({ penalty: "softOrthogonality", lambda: 1e-3 * strength }),
  srip: regularized({ penalty: "srip", lambda: 1e-2 * strength }),
  logDet: regularized({ penalty: "logDet", lambda: 1e-2 * strength }),
  energy: regularized({ penalty: "energy", lambda: 0.3 * strength }),
  minAngle: regularized({ penalty: "minAngle", lambda: 0.1 * strength }),
  deCov: penalized({ penalty: "deCov", lambda: 0.1 * strength }),
  ncl: penalized({ penalty: "ncl", lambda: 0.01 * strength }),
  correlation: penalized({ penalty: "correlation", lambda: 0.3 * strength }),
  spreading: { spreads: true },
  "zca + spreading": { start: initializer("zca"), spreads: true },
});
