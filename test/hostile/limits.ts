/** Kernels whose iterations may take no or one step, compiled from sources with a limit changed. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { compile } from "../../assembly/compile.js";
import * as linalg from "../../src/linalg/index.ts";
import { useBinary } from "../../src/wasm/engine.ts";
import { afresh, forEachRoom } from "../support/kernels.ts";
import { digest } from "./digest.ts";

interface Limit {
  readonly names: string;
  /** The binary, and by source the limit as it stands and as it is planted. */
  readonly binary: string;
  readonly sources: Readonly<Record<string, readonly [own: string, planted: string]>>;
  /** Calls that reach the limit. */
  readonly calls: readonly (() => unknown)[];
}

const full = (n: number) => linalg.normal(n, n, { seed: 1, dtype: "float64" });
const symmetric = (n: number) => {
  const { data } = full(n);
  return { rows: n, cols: n, data: data.map((x, at) => x + data[(at % n) * n + Math.floor(at / n)]!) }; // prettier-ignore
};
const polynomial = Float64Array.from({ length: 20 }, (_, at) => Math.sin(at + 1));

/** Beyond the leaves of divide and conquer, and beyond the order up to which `lahqr` does it alone. */
const [LEAF, LARGE] = [20, 40];

export const limits: readonly Limit[] = [
  {
    names: "bdsqr and steqr",
    binary: "symmetric.f64",
    sources: {
      "assembly/lapack/bdsqr.ts": ["LIMIT: i32 = 30", "LIMIT: i32 = 0"],
      "assembly/lapack/steqr.ts": ["LIMIT: i32 = 30", "LIMIT: i32 = 0"],
    },
    calls: [
      () => linalg.svd(full(LEAF)),
      () => linalg.svd(full(LARGE)),
      () => linalg.polar(full(LEAF)),
      () => linalg.eigh(symmetric(LEAF)),
      () => linalg.eigh(symmetric(LARGE)),
      () => linalg.lyapunov(symmetric(LEAF), symmetric(LEAF)),
    ],
  },
  {
    names: "laed4",
    binary: "symmetric.f64",
    sources: { "assembly/lapack/laed4.ts": ["LIMIT: i32 = 100", "LIMIT: i32 = 1"] },
    calls: [() => linalg.eigh(symmetric(LARGE)), () => linalg.svd(full(LARGE))],
  },
  {
    names: "gesvj",
    binary: "jacobi.f64",
    sources: { "assembly/lapack/gesvj.ts": ["SWEEPS: i32 = 30", "SWEEPS: i32 = 0"] },
    calls: [
      () => linalg.svd(full(LEAF), { method: linalg.jacobi }),
      () => linalg.pinv(full(LARGE), { method: linalg.jacobi }),
      () => linalg.cond(full(LEAF)),
    ],
  },
  {
    names: "lahqr and laqr0",
    binary: "nonsymmetric.f64",
    sources: {
      "assembly/lapack/lahqr.ts": ["left = 30 * max(10, n)", "left = 1"],
      "assembly/lapack/laqr0.ts": ["left = 30 * max(10, n)", "left = 1"],
    },
    calls: [
      () => linalg.schur(full(LEAF)),
      () => linalg.schur(full(200)),
      () => linalg.eigenvalues(full(LEAF)),
      () => linalg.eig(full(LEAF)),
      () => linalg.sqrtm(linalg.expm(full(LEAF))),
      () => linalg.sylvester(full(LEAF), full(LEAF), full(LEAF)),
    ],
  },
  {
    names: "aberth",
    binary: "polynomials.f64",
    sources: { "assembly/poly/aberth.ts": ["SWEEPS: i32 = 300", "SWEEPS: i32 = 1"] },
    calls: [() => linalg.roots(polynomial), () => linalg.roots(polynomial, { polish: true })],
  },
];

const heights = () =>
  forEachRoom((enter, dtype) => enter(dtype, ({ kernels }) => kernels.mark())).join();

/** Every call fails by name, leaves the arenas empty, and afterwards has the bits that it had before. */
export async function planted({ binary, sources, calls }: Limit): Promise<void> {
  const results = () => calls.map((call) => digest(call()));
  const before = results();
  const found = new Set<string>();
  const read = (path: string): string | null => {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch {
      return null; // the compiler looks in several places
    }
    const change = sources[path];
    if (!change) return text;
    assert.ok(text.includes(change[0]), `${path} has no ${change[0]}`);
    found.add(path);
    return text.replace(...change);
  };
  const bytes = await compile(`${binary}.debug`, "planted", read);
  assert.is(found.size, Object.keys(sources).length);
  afresh();
  useBinary(binary, bytes);
  const empty = heights();
  try {
    for (const call of calls) {
      assert.throws(call, (error: unknown) => error instanceof linalg.ConvergenceError, `${call}`);
      assert.is(heights(), empty, "an arena is not empty");
    }
  } finally {
    afresh();
  }
  assert.equal(results(), before);
}
