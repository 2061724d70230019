import * as assert from "uvu/assert";
import { breaches, unused } from "../../.ci/imports.ts";
import { suite } from "../support/suite.ts";

const count = (file: string, source: string) => breaches({ [file]: source }).length;

suite("ci/imports", (test) => {
  const allowed: [string, string][] = [
    ["src/tfjs/index.ts", `export { orthogonal } from "../init/orthogonal.ts";`],
    ["src/tfjs/install.ts", `import * as tf from "@tensorflow/tfjs-core";`],
    ["src/linalg/qr.ts", `import { call } from "../wasm/call.ts";`],
    ["src/linalg/qr.ts", `import type { Matrix } from "./matrix.ts";`],
    ["src/linalg/qr.ts", `import { known } from "../arguments.ts";`],
    ["src/wasm/memory.ts", `import { Info } from "../../assembly/info.ts";`],
    ["src/wasm/memory.ts", `const bytes = new Uint8Array(memory.buffer);`],
    ["src/linalg/qr.ts", `import { float64 } from "../arrays.ts";`],
    ["src/arrays.ts", `const x = new Float64Array(3);`],
    ["src/linalg/qr.ts", `const pair = Float64Array.of(1, 2);`],
    ["assembly/lapack/geqrf.ts", `import { gemm } from "../blas/gemm";`],
    ["src/linalg/index.ts", `/**\n * import { qr } from "tfjs-initializers/linalg";\n */`],
  ];
  for (const [file, source] of allowed)
    test(`${file} may: ${source}`, () => assert.is(count(file, source), 0));

  const refused: [string, string][] = [
    ["src/linalg/qr.ts", `import { lps } from "../init/lps.ts";`],
    ["src/linalg/qr.ts", `import {\n  a,\n  b,\n} from "../init/lps.ts";`],
    ["src/linalg/qr.ts", `export * from "../tfjs/install.ts";`],
    ["src/linalg/qr.ts", `import type { Options } from "../init/lps.ts";`],
    ["src/linalg/qr.ts", `import "../tfjs/register.ts";`],
    ["src/linalg/qr.ts", `const late = await import("../init/lps.ts");`],
    ["src/linalg/qr.ts", `import * as tf from "@tensorflow/tfjs-core";`],
    ["src/linalg/qr.ts", `import { readFileSync } from "node:fs";`],
    ["src/linalg/qr.ts", `import { suite } from "../support/suite.ts";`],
    ["src/linalg/qr.ts", `const bytes = new Uint8Array(memory.buffer);`],
    ["src/linalg/qr.ts", `const u = new Float64Array(n);`],
    ["src/tfjs/graph.ts", `const w = Float32Array.from(values);`],
    ["src/wasm/memory.ts", `import { gemm } from "../../assembly/blas/gemm.ts";`],
    ["src/errors.ts", `import { qr } from "./linalg/qr.ts";`],
    ["src/errors.ts", `import { known } from "./arguments.ts";`],
    ["src/arguments.ts", `import { checkMatrix } from "./linalg/matrix.ts";`],
    ["assembly/blas/gemm.ts", `import { geqrf } from "../lapack/geqrf";`],
    ["assembly/blas/gemm.ts", `import { philox } from "../random/philox";`],
    ["assembly/index.ts", `import { sizes } from "../bench/sizes";`],
    ["src/tfjs/lps/lps.ts", `import { grow } from "../growth/grow.ts";`],
    ["src/tfjs/layers/kinds.ts", `import { orthogonal } from "../orthogonal.ts";`],
    ["src/tfjs/train.ts", `import { install } from "./install.ts";`],
    ["src/attic/old.ts", ``],
    ["src/old.ts", ``],
  ];
  for (const [file, source] of refused)
    test(`${file} may not: ${source}`, () => assert.is(count(file, source), 1));

  test("a rule that nothing uses is told", () => {
    const rule = "src/linalg → src/wasm";
    assert.ok(unused({}).includes(rule));
    assert.not.ok(unused({ "src/linalg/qr.ts": `import "../wasm/memory.ts";` }).includes(rule));
  });
});
