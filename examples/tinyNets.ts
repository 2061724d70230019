/**
 * Many small nets at once: in – m relu – k softmax, trained by plain SGD on the same batches. The nets stand
 * side by side in one matrix, so that a step is three products of this package for all of them, where tf.layers
 * would take a step of its own for each.
 */
import { matmul, normal } from "tfjs-initializers/linalg";
import type { Images } from "./data.ts";

/** Weights of one net: w is in x m, v is m x k, as kernels of tf.layers. */
export interface Net {
  w: Float32Array;
  v: Float32Array;
}

export interface Nets {
  readonly count: number;
  readonly inputs: number;
  readonly units: number;
  readonly classes: number;
  /** in x (count · m) */
  readonly w: Float32Array;
  readonly b: Float32Array;
  /** count matrices m x k */
  readonly v: Float32Array;
  readonly c: Float32Array;
}

export function sideBySide(nets: Net[], inputs: number, units: number, classes: number): Nets {
  const count = nets.length;
  const all = {
    ...{ count, inputs, units, classes },
    w: new Float32Array(inputs * count * units),
    b: new Float32Array(count * units),
    v: new Float32Array(count * units * classes),
    c: new Float32Array(count * classes),
  };
  nets.forEach(({ w, v }, s) => {
    write(all, s, w);
    all.v.set(v, s * v.length);
  });
  return all;
}

/** The hidden kernel of net s, in x m. */
export function read({ w, inputs, units, count }: Nets, s: number): Float32Array {
  const kernel = new Float32Array(inputs * units);
  for (let i = 0; i < inputs; i++) {
    const from = (i * count + s) * units;
    kernel.set(w.subarray(from, from + units), i * units);
  }
  return kernel;
}

export function write({ w, inputs, units, count }: Nets, s: number, kernel: Float32Array): void {
  for (let i = 0; i < inputs; i++) {
    w.set(kernel.subarray(i * units, (i + 1) * units), (i * count + s) * units);
  }
}

/** relu(x·w + b) of all nets: a row per image, net after net. */
export function hidden({ w, b, inputs }: Nets, x: Float32Array): Float32Array {
  const [rows, cols] = [x.length / inputs, b.length];
  const h = matmul({ rows, cols: inputs, data: x }, { rows: inputs, cols, data: w }).data;
  for (let r = 0, at = 0; r < rows; r++) {
    for (let j = 0; j < cols; j++, at++) h[at] = Math.max(0, h[at]! + b[j]!);
  }
  return h;
}

/** Softmax of net s for the hidden units of one image, into p. */
function output(nets: Nets, s: number, h: Float32Array, p: Float32Array): void {
  const { units, classes, v, c } = nets;
  p.set(c.subarray(s * classes, (s + 1) * classes));
  for (let j = 0; j < units; j++) {
    const hj = h[s * units + j]!;
    if (hj === 0) continue;
    const row = (s * units + j) * classes;
    for (let k = 0; k < classes; k++) p[k]! += hj * v[row + k]!;
  }
  const top = Math.max(...p);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += p[k] = Math.exp(p[k]! - top);
  for (let k = 0; k < classes; k++) p[k]! /= sum;
}

/** What a penalty on the hidden layer adds to its gradients, in the layout of w and of h. */
export interface Penalty {
  weights?(nets: Nets): Float32Array;
  activations?(nets: Nets, h: Float32Array): Float32Array;
}

/** One step of SGD on a batch, for all nets. */
function step(nets: Nets, x: Float32Array, labels: Uint8Array, rate: number, penalty: Penalty) {
  const { count, inputs, units, classes, w, b, v, c } = nets;
  const [rows, cols] = [labels.length, count * units];
  const h = hidden(nets, x);
  const extra = penalty.activations?.(nets, h);
  const dh = new Float32Array(h.length);
  const [dv, dc, p] = [new Float32Array(v.length), new Float32Array(c.length), new Float32Array(classes)]; // prettier-ignore
  for (let r = 0; r < rows; r++) {
    const image = h.subarray(r * cols, (r + 1) * cols);
    for (let s = 0; s < count; s++) {
      output(nets, s, image, p);
      p[labels[r]!]! -= 1;
      for (let k = 0; k < classes; k++) dc[s * classes + k]! += p[k]! / rows;
      for (let j = 0; j < units; j++) {
        const [hj, at] = [image[s * units + j]!, (s * units + j) * classes];
        if (hj === 0) continue;
        let sum = 0;
        for (let k = 0; k < classes; k++) {
          sum += p[k]! * v[at + k]!;
          dv[at + k]! += (hj * p[k]!) / rows;
        }
        const to = r * cols + s * units + j;
        dh[to] = sum / rows + (extra?.[to] ?? 0);
      }
    }
  }
  const images = { rows, cols: inputs, data: x };
  const dw = matmul(images, { rows, cols, data: dh }, { transposeA: true }).data;
  const more = penalty.weights?.(nets);
  for (let at = 0; at < w.length; at++) w[at]! -= rate * (dw[at]! + (more ? more[at]! : 0));
  for (let at = 0; at < dh.length; at++) b[at % cols]! -= rate * dh[at]!;
  for (let at = 0; at < v.length; at++) v[at]! -= rate * dv[at]!;
  for (let at = 0; at < c.length; at++) c[at]! -= rate * dc[at]!;
}

/** One epoch over all images, in an order of its own. */
export function epoch(
  nets: Nets,
  { count, pixels, labels }: Images,
  options: { batch: number; rate: number; seed: number; penalty: Penalty },
): void {
  const keys = normal(1, count, { seed: options.seed }).data;
  const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => keys[i]! - keys[j]!);
  const { inputs } = nets;
  for (let from = 0; from < count; from += options.batch) {
    const chosen = order.slice(from, from + options.batch);
    const x = new Float32Array(chosen.length * inputs);
    chosen.forEach((i, r) => x.set(pixels.subarray(i * inputs, (i + 1) * inputs), r * inputs));
    const y = Uint8Array.from(chosen, (i) => labels[i]!);
    step(nets, x, y, options.rate, options.penalty);
  }
}

/** The fraction of images that each net tells right. */
export function accuracies(nets: Nets, { count, pixels, labels }: Images): number[] {
  const right = new Array<number>(nets.count).fill(0);
  const p = new Float32Array(nets.classes);
  const h = hidden(nets, pixels);
  const cols = nets.count * nets.units;
  for (let i = 0; i < count; i++) {
    for (let s = 0; s < nets.count; s++) {
      output(nets, s, h.subarray(i * cols, (i + 1) * cols), p);
      if (p.indexOf(Math.max(...p)) === labels[i]) right[s]!++;
    }
  }
  return right.map((hits) => hits / count);
}
