/**
 * The normals of a seed by the formulas of Box and Muller, in f64 with JavaScript's own log, sin and
 * cos. Only what defines a number is taken over from larnv: which word goes where, and how the bits of
 * a word become u in (0, 1] and the angle f in [-π/4, π/4].
 */
import type { Precision } from "../support/precisions.ts";
import { philox } from "./philox.ts";

export function normals(precision: Precision, count: number, seed: number, first = 0n) {
  const { group } = precision;
  const z = new Float64Array(Math.ceil(count / group) * group);
  for (let at = 0; at < z.length; at += group, first++) {
    const words = Array.from({ length: 8 }, (_, i) => random(8n * first + BigInt(i), seed));
    for (let half = 0; half < 2; half++) {
      const four = words.slice(4 * half, 4 * half + 4);
      const to = z.subarray(at + (half * group) / 2);
      if (precision.dtype === "float32") {
        for (let lane = 0; lane < 4; lane++) {
          const [w0, w1, w2, w3] = four[lane];
          [to[lane], to[lane + 4]] = pair(uniform32(w0), angle32(w1), w1);
          [to[lane + 8], to[lane + 12]] = pair(uniform32(w2), angle32(w3), w3);
        }
      } else {
        for (let i = 0; i < 4; i++) {
          const [w0, w1, w2, w3] = four[i];
          const lane = 4 * (i >> 1) + (i & 1);
          [to[lane], to[lane + 2]] = pair(uniform64(w0, w1), angle64(w2, w3), w3);
        }
      }
    }
  }
  return z.subarray(0, count);
}

function random(counter: bigint, seed: number) {
  const low = Number(counter & 0xffffffffn);
  return philox([low, Number(counter >> 32n), 0, 0], seed >>> 0, Math.floor(seed / 2 ** 32));
}

/** Two normals; the top bits of `word` are the quadrant. */
function pair(u: number, f: number, word: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(u));
  const cos = word >>> 31 ? -Math.cos(f) : Math.cos(f);
  const sin = Math.sin(f);
  return (word >>> 30) & 1 ? [radius * sin, radius * cos] : [radius * cos, radius * sin];
}

const { fround } = Math;
/** 31 bits, rounded to f32, in the middle of their cell. */
const uniform32 = (w: number) => fround(fround((w >>> 1) * 2 ** -31) + 2 ** -32);
/** 30 bits with sign, rounded to f32, times π/4. */
const angle32 = (w: number) => fround(fround(w << 2) * fround((Math.PI / 4) * 2 ** -31));
/** 52 bits in the middle of their cell; exact. */
const uniform64 = (low: number, high: number) => (bits52(low, high) + 0.5) * 2 ** -52;
/** The 52 bits below the quadrant, from -1 to 1, times π/4. */
const angle64 = (low: number, high: number) =>
  (bits52(low << 2, (high << 2) | (low >>> 30)) * 2 ** -51 - 1) * (Math.PI / 4);
/** The upper 52 bits of 64. */
const bits52 = (low: number, high: number) => (high >>> 0) * 2 ** 20 + (low >>> 12);
