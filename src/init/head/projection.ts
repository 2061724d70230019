/**
 * Random features relu(x R), R Gaussian, that give a linear head products of features to choose from (RanPAC: McDonnell,
 * Gong, Parvaneh, Abbasnejad and van den Hengel, NeurIPS 2023). R has the variance 1/d, so that features keep their size.
 */
import { float32, float64 } from "../../arrays.ts";
import { matmul } from "../../linalg/matmul.ts";
import { normal } from "../../linalg/normal.ts";
import type { Matrix } from "../../linalg/matrix.ts";

export interface Projection extends Matrix<Float32Array> {
  /** The random features of samples, rows after rows. */
  apply(x: Float32Array): Float32Array;
}

/** @param inputs number of features, d */
export function randomFeatures(inputs: number, units: number, seed: number): Projection {
  const root = Math.sqrt(inputs);
  const data = float32(normal(inputs, units, { seed }).data, (value) => value / root);
  const r = { rows: inputs, cols: units, data: float64(data) };
  return {
    rows: inputs,
    cols: units,
    data,
    apply(x) {
      const rows = { rows: x.length / inputs, cols: inputs, data: float64(x) };
      return float32(matmul(rows, r).data, (value) => Math.max(0, value));
    },
  };
}
