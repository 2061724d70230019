/** Quasi-triangular matrices for trsyl, and the data of LAPACK's test of its trsyl. */
import type { Matrix } from "../../src/linalg/index.ts";
import { build, gaussian } from "./matrices.ts";
import type { Precision } from "./precisions.ts";

/**
 * The blocks of TESTING/EIG/dget35.f, as rows.
 *
 * Copyright (c) 1992-2013 The University of Tennessee and The University of Tennessee Research Foundation;
 * 2000-2013 The University of California Berkeley; 2006-2013 The University of Colorado Denver. All rights
 * reserved. Modified BSD licence: redistributions of source code must retain this notice, the list of
 * conditions and the disclaimer found in LAPACK's LICENSE.
 */
export const dget35 = [
  [[1]],
  [[1, -2], [2, 0]], // prettier-ignore
  [[1, 5, -8], [0, 1, -2], [0, 2, 1]], // prettier-ignore
  [[3, -5, 1, -3], [4, 3, 2, -9], [0, 0, 1, -1], [0, 0, 4, 1]], // prettier-ignore
  [[1, 2, 5], [0, 3, 6], [0, 0, 7]], // prettier-ignore
  [[1, 1, 2], [0, 3, 5], [0, -4, 2]], // prettier-ignore
  [
    [1, -2, 5, -1, 8, 9],
    [2, 0, 6, -9, 8, 9],
    [0, 0, 3, -5, 8, 9],
    [0, 0, 4, 2, 8, 9],
    [0, 0, 0, 0, 5, -7],
    [0, 0, 0, 0, 6, 5],
  ],
  [[1, 1, 2, 1], [0, 5, -21, 2], [0, 2, 5, 3], [0, 0, 0, 4]], // prettier-ignore
];

/** A random quasi-triangular matrix near `shift`; `pairs` of 10 places of the diagonal begin a 2 x 2 block. */
export function quasi(
  n: number,
  precision: Precision,
  { seed = 1, pairs = 7, shift = 0 }: { seed?: number; pairs?: number; shift?: number } = {},
): Matrix {
  const above = gaussian(n, n, precision, seed).data;
  const starts = new Set<number>();
  for (let i = 0; i + 1 < n; i++) {
    // The places are hashed, so that blocks occur at all positions of a tile.
    if ((Math.imul(i + 31 * seed, 0x9e3779b1) >>> 0) % 10 < pairs) starts.add(i++);
  }
  return build(n, n, precision, (i, j) => {
    const value = above[i * n + j];
    if (i === j) return shift + (starts.has(i - 1) ? above[(i - 1) * n + i - 1] : value);
    if (i === j - 1 && starts.has(i)) return 1 + Math.abs(value);
    if (i === j + 1 && starts.has(j)) return -1 / (1 + Math.abs(above[j * n + i]));
    return i < j ? value / Math.sqrt(n) : 0;
  });
}
