/** What the pre-activations of a stage are to be: the code of the labels in the head, else what was asked for. */
import { ArgumentError, show } from "../../errors.ts";
import type { Code } from "../../init/encoder/codes.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { normal } from "../../linalg/normal.ts";
import type { Checked, CodeFunction } from "./options.ts";
import type { Linear } from "./plan.ts";
import type { Stage } from "./stages.ts";

/** What a code streams beside the vectors that enter a stage. */
export interface Streamed {
  readonly width: number;
  values(x: Matrix<Float64Array>, labels: Matrix<Float64Array> | undefined): Matrix;
}

export interface Target {
  readonly code: Code;
  readonly streamed?: Streamed;
}

/**
 * @param width entries of a label vector, 0 without labels
 * @throws ArgumentError where labels are missing, or are not as many as the head has units
 */
export function target(
  { head, layer, oneSided, stages }: Linear,
  stage: Stage,
  width: number,
  { code, seed }: Checked,
): Target {
  const last = stage === stages.at(-1);
  const { units } = stage.layout;
  const common = { units, oneSided: last && oneSided, seed };
  const labels: Streamed = { width, values: (_, vectors) => vectors! };
  if (head && last && width > 0) {
    if (width !== units) {
      const expected = `label vectors of ${units} entries, the units of ${layer.name}`;
      throw new ArgumentError("ys", expected, `${width}`);
    }
    return { code: { kind: "streamed", ...common }, streamed: labels };
  }
  if (typeof code === "function") {
    const streamed = { width: units, values: checkedCode(code, units, layer.name) };
    return { code: { kind: "streamed", ...common }, streamed };
  }
  switch (code) {
    case "labels":
      if (width === 0) throw new ArgumentError("ys", 'labels for the code "labels"', "none");
      return { code: { kind: "labels", ...common }, streamed: labels };
    case "random": {
      let drawn = 0;
      const values: Streamed["values"] = ({ rows }) =>
        normal(rows, units, { seed: (seed + drawn++) % 2 ** 53, dtype: "float64" });
      return { code: { kind: "streamed", ...common }, streamed: { width: units, values } };
    }
    default:
      return { code: { kind: code, ...common } };
  }
}

function checkedCode(code: CodeFunction, units: number, layer: string): Streamed["values"] {
  return (x, y) => {
    const s = code(x, y, units, layer);
    if (s?.rows !== x.rows || s.cols !== units || s.data?.length !== x.rows * units) {
      const expected = `a function that returns a ${x.rows} x ${units} matrix`;
      throw new ArgumentError("code", expected, show(s));
    }
    if (!s.data.every(Number.isFinite)) {
      throw new ArgumentError("code", "finite values", "a NaN or an infinity");
    }
    return s;
  };
}
