/** Draws shapes: moved, turned and scaled at random, in random colours, with noise. */
import { normal } from "tfjs-initializers/linalg";
import { CHANNELS, CLASSES, SIDE, type Pictures } from "./cifar.ts";

const ring = (r: number) => r < 1 && r > 0.6;
const odd = (x: number) => Math.floor(2.5 * x) % 2 !== 0;

/** Whether a point belongs to the shape, which lies about in the unit circle; one for each class. */
const SHAPES: ((x: number, y: number) => boolean)[] = [
  (x, y) => Math.hypot(x, y) < 1,
  (x, y) => ring(Math.hypot(x, y)),
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  (x, y) => ring(1.1 * Math.max(Math.abs(x), Math.abs(y))),
  (x, y) => y < 0.6 && y > 1.8 * Math.abs(x) - 0.9,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.28 && Math.max(Math.abs(x), Math.abs(y)) < 1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 1 && odd(y),
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 1 && odd(x),
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 1 && odd(x) !== odd(y),
  (x, y) => Math.hypot(Math.abs(x) - 0.6, y) < 0.45,
];

/** `count` pictures of values in [0, 1]; the same seed draws the same ones. */
export function drawShapes(count: number, seed: number): Pictures {
  const pixels = new Float32Array(count * SIDE * SIDE * CHANNELS);
  const labels = new Uint8Array(count);
  const poses = normal(count, 4, { seed }).data;
  const colours = normal(count, 2 * CHANNELS, { seed: seed + 2 ** 20 }).data;
  const noise = normal(count, SIDE * SIDE * CHANNELS, { seed: seed + 2 ** 21 }).data;
  for (let i = 0, at = 0; i < count; i++) {
    labels[i] = i % CLASSES;
    const [dx, dy, turn, size] = poses.subarray(4 * i, 4 * i + 4) as unknown as number[];
    const [cos, sin] = [Math.cos(0.2 * turn!), Math.sin(0.2 * turn!)];
    const scale = 10 * Math.max(0.5, 1 + 0.15 * size!);
    const colour = colours.subarray(2 * CHANNELS * i);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const [u, v] = [(x - SIDE / 2 - 2 * dx!) / scale, (y - SIDE / 2 - 2 * dy!) / scale];
        const inside = SHAPES[labels[i]!]!(cos * u + sin * v, cos * v - sin * u);
        for (let c = 0; c < CHANNELS; c++, at++) {
          const ground = 0.5 + 0.2 * colour[c]!;
          const contrast = 0.15 * Math.sign(colour[CHANNELS + c]!) + 0.1 * colour[CHANNELS + c]!;
          const light = ground + (inside ? contrast : 0) + 0.1 * noise[at]!;
          pixels[at] = Math.min(1, Math.max(0, light));
        }
      }
    }
  }
  return { count, pixels, labels };
}
