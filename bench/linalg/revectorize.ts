import type { Case } from "../harness.ts";
import { type Kernel, kernel } from "../peers/revectorized.ts";

/** How much faster the unchanged binaries are where V8 may widen their vectors: the unit is the same Node without. */
function widened(name: Kernel, n: number, real: "f32" | "f64"): Case {
  return {
    name: `revectorized ${name} ${n}${real === "f64" ? " f64" : ""}`,
    start: kernel(name, n, real, true).start,
    unit: kernel(name, n, real, false),
  };
}

export default [
  widened("gemm", 512, "f32"),
  widened("gemm", 512, "f64"),
  widened("haar", 512, "f32"),
  widened("haar", 512, "f64"),
];
