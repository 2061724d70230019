/** The standard deviation of N(0, 1) cut at ±2: √(1 − 4 φ(2) / erf √2). */
export const TRUNCATED = 0.8796256610342398;
