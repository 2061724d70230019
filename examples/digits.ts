/** Draws digits: the glyphs of a 5 x 7 font, moved, turned, slanted and scaled at random, with noise. */
import { normal } from "tfjs-initializers/linalg";
import type { Images } from "./data.ts";

/** Pixels along a side, and number of digits. */
export const SIDE = 28;
export const CLASSES = 10;

const GLYPHS = [
  " ### #   ##  ### # ###  ##   # ### ",
  "  #   ##  # #    #    #    #  #####",
  " ### #   #    #  ##  #   #    #####",
  " ### #   #    #  ##     ##   # ### ",
  "   #   ##  # # #  # #####   #    # ",
  "######    ####     #    ##   # ### ",
  "  ##  #   #    #### #   ##   # ### ",
  "#####    #   #   #   #    #    #   ",
  " ### #   ##   # ### #   ##   # ### ",
  " ### #   ##   # ####    #   # ##   ",
];
const [WIDTH, HEIGHT] = [5, 7];

/** `count` digits; the same seed draws the same pictures. */
export function drawDigits(count: number, seed: number): Images {
  const pixels = new Float32Array(count * SIDE * SIDE);
  const labels = new Uint8Array(count);
  const poses = normal(count, 6, { seed }).data;
  const noise = normal(count, SIDE * SIDE, { seed: seed + 2 ** 20 }).data;
  for (let i = 0; i < count; i++) {
    labels[i] = i % CLASSES;
    const [dx, dy, turn, slant, sx, sy] = poses.subarray(6 * i, 6 * i + 6) as unknown as number[];
    const [cos, sin] = [Math.cos(0.15 * turn!), Math.sin(0.15 * turn!)];
    const scale = [3.4 * (1 + 0.12 * sx!), 3.0 * (1 + 0.12 * sy!)];
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const [u, v] = [x - SIDE / 2 - 1.5 * dx!, y - SIDE / 2 - 1.5 * dy!];
        const [a, b] = [cos * u + sin * v, cos * v - sin * u];
        const ink = sample(
          labels[i]!,
          (a + 0.15 * slant! * b) / scale[0]! + WIDTH / 2,
          b / scale[1]! + HEIGHT / 2,
        );
        const at = (i * SIDE + y) * SIDE + x;
        pixels[at] = Math.min(1, Math.max(0, ink + 0.1 * noise[at]!));
      }
    }
  }
  return { count, pixels, labels };
}

/** Ink at a point of a glyph, bilinear between the centres of its cells. */
function sample(digit: number, x: number, y: number): number {
  const [i, j] = [Math.floor(y - 0.5), Math.floor(x - 0.5)];
  const [p, q] = [y - 0.5 - i, x - 0.5 - j];
  return (
    (1 - p) * ((1 - q) * cell(digit, i, j) + q * cell(digit, i, j + 1)) +
    p * ((1 - q) * cell(digit, i + 1, j) + q * cell(digit, i + 1, j + 1))
  );
}

function cell(digit: number, i: number, j: number): number {
  if (i < 0 || i >= HEIGHT || j < 0 || j >= WIDTH) return 0;
  return GLYPHS[digit]![i * WIDTH + j] === "#" ? 1 : 0;
}
