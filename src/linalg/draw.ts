import { float32 } from "../arrays.ts";
import { frame } from "../wasm/rooms/random.ts";
import { seedWords } from "./matrix.ts";

/** The distributions of initial weights; numbers of the kinds in assembly/random/draw.ts. */
const kinds = { normal: 0, uniform: 1, truncated: 2 };

export interface Draw {
  /** N(0, 1), uniform in (−1, 1), or N(0, 1) cut at ±2. */
  readonly kind: keyof typeof kinds;
  /** Results are shift + scale · z, and lie in [low, high]. */
  readonly shift?: number;
  readonly scale: number;
  readonly low?: number;
  readonly high?: number;
  readonly seed?: number;
  /** 0 or 1: draws with the same seed and different numbers are independent. */
  readonly part?: number;
}

/** Numbers of work space: one Philox block of 128 bytes. */
const WORK = 32;

/**
 * Draws float32 numbers of one distribution. Number i depends on the seed, the distribution, the part and i alone, and
 * has the same bits on every machine; distributions and parts have streams of their own. The stream of `normal` is
 * that of the function `normal`.
 */
export function draw(count: number, options: Draw): Float32Array {
  const { kind, shift = 0, scale, low = -Infinity, high = Infinity, seed, part = 0 } = options;
  const words = seedWords(seed);
  // Counters are 64 bits wide, and a stream has 2^59 of them.
  const first = BigInt(kinds[kind] + 8 * part) << 56n;
  return frame("float32", (f) => {
    const x = f.alloc(count);
    const work = f.alloc(WORK);
    f.kernels.draw(kinds[kind], count, ...words, first, shift, scale, low, high, x, work);
    return f.take(x, count, float32(count));
  });
}
