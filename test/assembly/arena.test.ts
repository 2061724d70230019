import fc from "fast-check";
import * as assert from "uvu/assert";
import { Info } from "../../assembly/info.ts";
import { names } from "../../src/wasm/binaries/index.ts";
import type { Kernels as Jacobi } from "../../src/wasm/rooms/jacobi.ts";
import type { Kernels as Lanes } from "../../src/wasm/rooms/lanes.ts";
import type { Kernels as Nonsymmetric } from "../../src/wasm/rooms/nonsymmetric.ts";
import { frame, type Kernels as Orthogonal } from "../../src/wasm/rooms/orthogonal.ts";
import type { Kernels as Polynomials } from "../../src/wasm/rooms/polynomials.ts";
import type { Kernels as Products } from "../../src/wasm/rooms/products.ts";
import type { Kernels as Spreading } from "../../src/wasm/rooms/spreading.ts";
import type { Kernels as Symmetric } from "../../src/wasm/rooms/symmetric.ts";
import type { Kernels as Systems } from "../../src/wasm/rooms/systems.ts";
import type { Kernels as Training } from "../../src/wasm/rooms/training.ts";
import { kernels as binaries, type Room } from "../support/kernels.ts";
import { build, gaussian } from "../support/matrices.ts";
import { precisions, type Precision } from "../support/precisions.ts";
import { quasi } from "../support/quasi.ts";
import { suite } from "../support/suite.ts";
import { Failing } from "../support/failing.ts";

/** Puts gaussian numbers. */
const filled =
  (f: Failing<unknown>, precision: Precision) =>
  (m: number, n = 1) =>
    f.put(gaussian(m, n, precision).data);

type Job = () => () => Info;

/** Jobs of a driver of the singular value decomposition. */
const svdJobs =
  (f: Failing<unknown>, kernel: Symmetric["gesdd"], precision: Precision) =>
  (wide: number, m: number, n: number, vectors: number) =>
  () => {
    const put = filled(f, precision);
    const [a, u, s, v] = [put(m, n), put(m, n), put(n + 2), put(n, n)];
    return () => kernel(wide, m, n, n, vectors, 0, a, u, s, v);
  };

/** Drivers of each room, ready to be run on matrices of about m x n; the kernel of the room `random` allocates nothing. */
const drivers: Record<
  Exclude<Room, "random">,
  (f: Failing<any>, precision: Precision, m: number, n: number) => Record<string, Job>
> = {
  jacobi(f: Failing<Jacobi>, precision, m, n) {
    const gejsv = svdJobs(f, f.kernels.gejsv, precision);
    const of = (k: number, entry: (i: number, j: number) => number) => () => {
      const a = f.put(build(k, k, precision, entry).data);
      const [u, s, v] = [k * k, k + 2, k * k].map((size) =>
        f.put(gaussian(1, size, precision).data),
      );
      return () => f.kernels.gejsv(0, k, k, k, 1, 0, a, u!, s!, v!);
    };
    return {
      // Without an inverse, and so large that it is preconditioned.
      "gejsv singular": of(m, (i, j) => Number(i % 3 === j % 3)),
      "gejsv preconditioned": of(96, (i, j) => Number(i === j) + ((7 * i + 3 * j) % 11) / 300),
      "gejsv tall": gejsv(0, m, n, 1),
      "gejsv wide": gejsv(1, m, n, 1),
      "gejsv, values only": gejsv(0, m, n, 0),
    };
  },
  lanes(f: Failing<Lanes>, precision, m) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      gesvjb: () => {
        const [a, u, s, v] = [put(20, m), put(20, m), put(4, m), put(16, m)];
        return () => kernels.gesvjb(0, m, 5, 4, 1, a, u, s, v);
      },
    };
  },
  nonsymmetric(f: Failing<Nonsymmetric>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const schur = (k: number) => f.put(quasi(k, precision, { seed: 1, pairs: 7, shift: 5 }).data); // prettier-ignore
    const gees = (vectors: number, balance: number, k: number, sizes: number[]) => () => {
      const [a, z, w] = [put(k, k), put(k, k), put(2, k)];
      const [nb, nmin, nw, bulges] = sizes as [number, number, number, number];
      return () => kernels.gees(vectors, balance, k, nb, nmin, nw, bulges, a, z, w);
    };
    const trsyl = () => {
      const [a, b, c, status] = [schur(m), schur(n), put(m, n), put(2)];
      return () => kernels.trsyl(0, 0, 0, m, n, a, b, c, status);
    };
    return {
      "gees, lahqr": gees(1, 0, m, [32, 1000, 8, 1]),
      "gees, laqr0": gees(1, 0, 17, [32, 3, 3, 1]),
      "gees, balanced values": gees(0, 1, 12, [32, 1000, 8, 1]),
      trevc: () => {
        const [t, z, v] = [schur(m), put(m, m), put(m, m)];
        return () => kernels.trevc(m, t, z, v);
      },
      trsyl,
    };
  },
  orthogonal(f: Failing<Orthogonal>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      haar: () => {
        const q = put(m, n);
        return () => kernels.haar(0, m, n, 1, 2, 0, q);
      },
      qr: () => {
        const [a, q, r] = [put(m, n), put(m, n), put(n, n)];
        return () => kernels.qr(m, n, n, 1, 0, a, q, r);
      },
    };
  },
  polynomials(f: Failing<Polynomials>, precision, m) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      roots: () => {
        const [a, re, im, radius] = [put(m + 1, 2), put(m), put(m), put(m)];
        return () => kernels.roots(m, 0, 1, a, re, im, radius);
      },
      "roots of a cluster": () => {
        // (1 - x)ⁿ times x, whose discs touch.
        const c = [0, 1];
        for (let k = 1; k < m; k++) for (let j = (c.push(0), k + 1); j > 0; j--) c[j]! -= c[j - 1]!;
        const a = f.put(c.flatMap((x) => [x, 0]));
        const [re, im, radius] = [put(m), put(m), put(m)];
        return () => kernels.roots(m, 1, 1, a, re, im, radius);
      },
    };
  },
  products(f: Failing<Products>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      gemm: () => {
        const [a, b, c] = [put(m, n), put(n, m), put(m, m)];
        return () => kernels.gemm(0, 0, m, m, n, 1, a, n, b, m, 0, c, m);
      },
    };
  },
  spreading(f: Failing<Spreading>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      spread: () => {
        const a = put(n, m);
        return () => kernels.spread(0, m, n, 0.1, a);
      },
    };
  },
  symmetric(f: Failing<Symmetric>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const gesdd = svdJobs(f, kernels.gesdd, precision);
    return {
      "gesdd tall": gesdd(0, 80, 40, 1),
      "gesdd nearly square": gesdd(0, 45, 40, 1),
      "gesdd wide": gesdd(1, m, n, 1),
      "gesdd, values only": gesdd(0, m, n, 0),
      "syevd, leaf": () => {
        const [a, w, z] = [put(m, m), put(m), put(m, m)];
        return () => kernels.syevd(m, 1, 0, a, w, z);
      },
      "syevd, values only": () => {
        const [a, w] = [put(40, 40), put(40)];
        return () => kernels.syevd(40, 0, 0, a, w, 0);
      },
    };
  },
  systems(f: Failing<Systems>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const definite = () => f.put(build(m, m, precision, (i, j) => (i === j ? m : 1 / (1 + i + j))).data); // prettier-ignore
    return {
      cholesky: () => {
        const [a, status] = [definite(), put(1)];
        return () => kernels.cholesky(m, a, status);
      },
      gesv: () => {
        const [a, b, status] = [put(m, m), put(m, n), put(2)];
        return () => kernels.gesv(0, m, n, a, b, status);
      },
      "gesv, positive definite": () => {
        const [a, b, status] = [definite(), put(m, n), put(2)];
        return () => kernels.gesv(1, m, n, a, b, status);
      },
      gesvb: () => {
        const [a, b, d, done] = [put(m, 9), put(m, 6), put(m, 3), put(m)];
        return () => kernels.gesvb(0, m, 3, 2, a, b, d, done);
      },
      getri: () => {
        const [a, status] = [put(m, m), put(2)];
        return () => kernels.getri(m, a, status);
      },
      lu: () => {
        const [a, l, u, rows, status] = [put(m, n), put(m, n), put(n, n), put(m), put(2)];
        return () => kernels.lu(m, n, a, l, u, 0, rows, status);
      },
      trtrs: () => {
        const [a, b, status] = [put(m, m), put(m, n), put(1)];
        return () => kernels.trtrs(1, 0, 0, m, n, a, b, status);
      },
    };
  },
  training(f: Failing<Training>, precision) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      wgrad: () => {
        // More pixels than a block has: it needs sums of its own.
        const [x, dy, dw] = [put(20 * 20, 2), put(20 * 20, 3), put(18, 3)];
        return () => kernels.wgrad(20, 20, 2, 3, 20, 20, 3, 3, 1, 1, 1, 1, x, dy, dw);
      },
      dwgrad: () => {
        const [x, dy, dw] = [put(25, 2), put(25, 6), put(9, 6)];
        return () => kernels.dwgrad(5, 5, 2, 3, 5, 5, 3, 3, 1, 1, 1, 1, x, dy, dw);
      },
    };
  },
};

/** gehrd's seven products of one block, three pieces each: gees makes sure of them in advance, and does not ask. */
const sureFrom: Record<string, number> = {
  "gees, lahqr": 4,
  "gees, laqr0": 4,
  "gees, balanced values": 5,
};

suite("assembly/arena", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const name = (what: string) => `${dtype}: ${what}`;

    test(name("blocks are aligned, apart, and never at address 0"), () =>
      frame(dtype, ({ kernels }) => {
        let free = 1;
        for (const bytes of [0, 1, 15, 16, 17, 1000, 65536, 3]) {
          const start = kernels.alloc(BigInt(bytes));
          assert.is(start % 16, 0);
          assert.ok(start >= free, `${start} lies in the block before, which ends at ${free}`);
          free = start + bytes;
        }
      }),
    );

    test(
      name("frames nest: release takes back what was allocated since mark, nothing else"),
      () => {
        // A sequence of frames: each allocates, opens the next, and must find its own top afterwards.
        const property = fc.property(fc.array(fc.nat(5000), { maxLength: 12 }), (sizes) =>
          frame(dtype, ({ kernels }) => {
            const descend = (depth: number): void => {
              if (depth === sizes.length) return;
              const mark = kernels.mark();
              const block = kernels.alloc(BigInt(sizes[depth]));
              assert.is(block, mark);
              descend(depth + 1);
              kernels.release(mark);
              assert.is(kernels.mark(), mark);
            };
            descend(0);
          }),
        );
        fc.assert(property, { seed: 1 });
      },
    );

    test(name("memory that cannot be had is address 0, and nothing moves"), () =>
      frame(dtype, ({ kernels }) => {
        const top = kernels.mark();
        const size = kernels.memory.buffer.byteLength;
        const impossible = [
          0xfffffff8n, // rounded up to 16 it would be 2^32
          2n ** 32n - 1n,
          2n ** 32n,
          2n ** 32n + 16n, // 16 if cut to 32 bits
          2n ** 63n,
          2n ** 64n - 16n,
          2n ** 64n - 1n, // 0 if rounded up to 16
        ];
        for (const bytes of impossible) assert.is(kernels.alloc(bytes), 0, `${bytes} bytes`);
        assert.is(kernels.mark(), top);
        assert.is(kernels.memory.buffer.byteLength, size);
        assert.is(kernels.alloc(16n), top);
      }),
    );

    test(name("a block that passes the end of memory grows it by as much as it needs"), () =>
      frame(dtype, ({ kernels }) => {
        const before = kernels.memory.buffer.byteLength;
        const start = kernels.alloc(BigInt(before));
        const end = start + before;
        assert.is(kernels.memory.buffer.byteLength, Math.ceil(end / 65536) * 65536);
        new Uint8Array(kernels.memory.buffer)[end - 1] = 1;
      }),
    );

    const precisionName = dtype === "float32" ? "f32" : "f64";
    for (const room of Object.keys(drivers) as (keyof typeof drivers)[]) {
      if (!names.includes(`${room}.${precisionName}`)) continue;
      test(
        name(
          `${room}: whichever allocation fails, a driver says so and writes nothing where it must not`,
        ),
        () => {
          const failing = new Failing<any>(room, precision);
          const attempt = (job: Job, k: number, what = "") => {
            failing.clear();
            const run = job();
            const [bottom, top] = [failing.bottom(), failing.kernels.mark()];
            const info = failing.run(k, run);
            assert.is(failing.kernels.mark(), top, `${what}: left something on the arena`);
            assert.equal(failing.bottom(), bottom, `${what}: wrote to address 0`);
            assert.ok(failing.intact(), `${what}: wrote past its result`);
            return info;
          };
          const jobs = (m: number, n: number) => Object.entries<Job>(drivers[room](failing, precision, m, n)); // prettier-ignore
          // Also of whole panels, past which is what is nobody's.
          for (const [what, job] of [
            ...jobs(16, 8),
            ...jobs(9, 5),
            ...jobs(16, 5),
            ...jobs(8, 8),
            ...jobs(33, 12),
          ]) {
            assert.is(attempt(job, 1000, what), Info.OK, what);
            assert.is(failing.astray(job), 0, `${what}: bytes that it had not allocated`);
          }
          for (const [what, job] of jobs(9, 5)) {
            // First none fails, then one after the other.
            const [done, total] = [attempt(job, 1000, what), failing.allocations];
            assert.is(done, Info.OK, what);
            const sure = sureFrom[what] ?? Infinity;
            for (let k = 1; k <= total; k++) {
              if (k >= sure && k < sure + 21) continue;
              const info = attempt(job, k, `${what}, allocation ${k} of ${total}`);
              assert.is(info, Info.MEMORY, `${what}, allocation ${k} of ${total}`);
            }
            assert.ok(total >= 1, `${what}: ${total} allocations`);
          }
        },
      );
    }

    if (binaries === "debug")
      test(name("fresh blocks hold NaN, also where a released block was"), () => {
        for (const fill of [1, 2])
          frame(dtype, (f) => {
            const x = f.alloc(100);
            const seen = f.take(x, 100, new Float64Array(100));
            assert.ok(seen.every(Number.isNaN));
            f.put(new Array(100).fill(fill));
          });
      });
  }
});
