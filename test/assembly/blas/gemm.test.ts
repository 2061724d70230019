/**
 * gemm through the ABI: C := alpha op(A) op(B) + beta C against its definition, entry by entry within
 * (k + 3) u (|alpha| |A||B| + |beta| |C|), the bound of any order of summation.
 */
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import { frame } from "../../../src/wasm/memory.ts";
import { shapes, uniform } from "../../support/matrices.ts";
import { precisions, type Precision } from "../../support/precisions.ts";
import { transpose } from "../../support/ratios.ts";
import { suite } from "../../support/suite.ts";
import { gemm } from "../../twins/gemm.ts";
import { guarded } from "../../support/guarded.ts";

interface Job {
  m: number;
  n: number;
  k: number;
  transA?: boolean;
  transB?: boolean;
  alpha?: number;
  beta?: number;
  /** How much longer the rows of A, B and C are than they need be. */
  gap?: number;
  /** What C holds before, also between its rows. */
  fill?: number;
  integers?: boolean;
}

/** Row-major with rows of length cols + gap; the gaps hold NaN. */
function stretch(data: ArrayLike<number>, rows: number, cols: number, gap: number): Float64Array {
  const out = new Float64Array(rows * (cols + gap)).fill(NaN);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) out[i * (cols + gap) + j] = data[i * cols + j];
  return out;
}

/** Runs the kernel and holds every entry against its bound; integers must be exact. */
function run(precision: Precision, job: Job): void {
  const { m, n, k, transA = false, transB = false, alpha = 1, beta = 0, gap = 0, fill = 7 } = job;
  let [a, b] = [uniform(m, k, precision, 1), uniform(k, n, precision, 2)];
  if (job.integers)
    for (const { data } of [a, b])
      data.forEach((x: number, i: number) => (data[i] = Math.round(9 * x)));
  const [lda, ldb, ldc] = [(transA ? m : k) + gap, (transB ? k : n) + gap, n + gap];
  const stored = (x: typeof a, trans: boolean) => {
    const { data, rows, cols } = trans ? transpose(x) : x;
    return stretch(data, rows, cols, gap);
  };

  const c = frame(precision.dtype, (f) => {
    const to = guarded(f, precision, m * ldc, fill);

    const info = f.kernels.gemm(
      Number(transA),
      Number(transB),
      m,
      n,
      k,
      alpha,
      f.put(stored(a, transA)),
      lda,
      f.put(stored(b, transB)),
      ldb,
      beta,
      to.address,
      ldc,
    );
    assert.is(info, Info.OK);
    return to.take();
  });

  const { value, magnitude } = gemm(a, b);
  const old = beta === 0 ? 0 : beta * fill;
  let worst = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const at = i * n + j;
      const error = Math.abs(c[i * ldc + j] - (alpha * value[at] + old));
      const bound = (k + 3) * precision.u * (Math.abs(alpha) * magnitude[at] + Math.abs(old));
      worst = Math.max(worst, error === 0 ? 0 : error / (job.integers ? 0 : bound));
    }
    for (let j = n; j < ldc; j++)
      assert.ok(Object.is(c[i * ldc + j], fill), "written between rows");
  }
  assert.ok(worst <= 1, `${worst} times the bound for ${JSON.stringify(job)}`);
}

const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17];
const flags = [false, true];
const transposes = flags.flatMap((transA) => flags.map((transB) => ({ transA, transB })));

suite("assembly/blas/gemm", (test) => {
  for (const precision of precisions) {
    const name = (what: string) => `${precision.dtype}: ${what}`;

    for (const trans of transposes)
      test(name(`every tile edge ${JSON.stringify(trans)}`), () => {
        for (const m of sizes)
          for (const n of sizes)
            for (const k of [0, ...sizes])
              run(precision, { m, n, k, ...trans, gap: (m + n + k) % 4, alpha: -0.75, beta: 1.5 });
      });

    // KC = 256, MC = 128, NC = 1024, and primes.
    const blocks = [
      ...[255, 256, 257, 511, 512, 513].map((k) => ({ m: 5, n: 9, k })),
      ...[127, 128, 129, 255, 257].map((m) => ({ m, n: 9, k: 7 })),
      ...[1023, 1024, 1025].map((n) => ({ m: 5, n, k: 7 })),
      { m: 131, n: 67, k: 263 },
      { m: 129, n: 1025, k: 257 },
    ];
    for (const trans of transposes)
      test(name(`every block edge ${JSON.stringify(trans)}`), () => {
        for (const size of blocks) run(precision, { ...size, ...trans, gap: 3, beta: -1 });
      });

    test(name("beta = 0 does not read C"), () => {
      for (const [m, n, k] of shapes("8x16x8 5x7x3 13x9x0 6x17x300"))
        for (const trans of transposes) run(precision, { m, n, k, ...trans, gap: 2, fill: NaN });
    });

    test(name("integers come out exactly"), () => {
      for (const trans of transposes)
        for (const alpha of [1, -2])
          run(precision, { m: 37, n: 43, k: 300, ...trans, alpha, beta: 3, integers: true });
    });

    test(name("k = 0 scales C by beta; alpha = 0 likewise"), () => {
      for (const beta of [0, 1, -0.5]) {
        run(precision, { m: 5, n: 11, k: 0, beta });
        run(precision, { m: 5, n: 11, k: 6, alpha: 0, beta });
      }
    });

    test(name("an empty C stays as it is"), () => {
      for (const [m, n] of shapes("0x5 5x0 0x0")) run(precision, { m, n, k: 3, gap: 2, fill: NaN });
    });

    test(name("what gemm packs is given back"), () =>
      frame(precision.dtype, ({ kernels }) => {
        const top = kernels.mark();
        run(precision, { m: 9, n: 9, k: 9 });
        assert.is(kernels.mark(), top);
      }),
    );
  }
});
