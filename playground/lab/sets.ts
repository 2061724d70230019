/** Data sets that are drawn from a seed. The page exports this file as part of its code, so it stands alone. */

export interface Samples {
  /** One after the other, each of shape `shape`. */
  readonly inputs: Float32Array;
  readonly shape: readonly number[];
  readonly labels: Int32Array;
  readonly classes: number;
}

/** Uniform numbers in [0, 1) (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Points in the square from −1 to 1 and the class of each. */
function points(
  count: number,
  seed: number,
  at: (i: number, random: () => number) => [number, number, number],
): Samples {
  const random = uniform(seed);
  const inputs = new Float32Array(2 * count);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y, label] = at(i, random);
    inputs.set([x, y], 2 * i);
    labels[i] = label;
  }
  return { inputs, shape: [2], labels, classes: 2 };
}

/** Two arms that wind around each other one and a half times. */
export const spirals = (count: number, seed: number) =>
  points(count, seed, (i, random) => {
    const arm = i % 2;
    const t = random();
    const angle = 3 * Math.PI * t + arm * Math.PI;
    const radius = 0.05 + 0.9 * t;
    const noise = () => 0.03 * (random() + random() + random() - 1.5);
    return [radius * Math.cos(angle) + noise(), radius * Math.sin(angle) + noise(), arm];
  });

/** A disc within a ring. */
export const circles = (count: number, seed: number) =>
  points(count, seed, (i, random) => {
    const ring = i % 2;
    const angle = 2 * Math.PI * random();
    const radius = ring ? 0.65 + 0.3 * random() : 0.4 * Math.sqrt(random());
    return [radius * Math.cos(angle), radius * Math.sin(angle), ring];
  });

/** Four by four fields. */
export const checkerboard = (count: number, seed: number) =>
  points(count, seed, (_, random) => {
    const [x, y] = [2 * random() - 1, 2 * random() - 1];
    return [x, y, (Math.floor(2 * x + 2) + Math.floor(2 * y + 2)) & 1];
  });
