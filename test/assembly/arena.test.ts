import fc from "fast-check";
import * as assert from "uvu/assert";
import { Info } from "../../assembly/info.ts";
import { names } from "../../src/wasm/binaries/index.ts";
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

/** Drivers of each room, ready to be run; the kernel of the room `random` allocates nothing. */
const drivers: Record<
  Exclude<Room, "random">,
  (f: Failing<any>, precision: Precision) => Record<string, Job>
> = {
  nonsymmetric(f: Failing<Nonsymmetric>, precision: Precision): Record<string, Job> {
    const put = filled(f, precision);
    const { kernels } = f;
    const schur = (n: number) => f.put(quasi(n, precision, { seed: 1, pairs: 7, shift: 5 }).data); // prettier-ignore
    const gees = (vectors: number, balance: number, n: number, sizes: number[]) => () => {
      const [a, z, w] = [put(n, n), put(n, n), put(2, n)];
      const [nb, nmin, nw, bulges] = sizes as [number, number, number, number];
      return () => kernels.gees(vectors, balance, n, nb, nmin, nw, bulges, a, z, w);
    };
    const trsyl = (m: number, n: number) => () => {
      const [a, b, c, status] = [schur(m), schur(n), put(m, n), put(2)];
      return () => kernels.trsyl(0, 0, 0, m, n, a, b, c, status);
    };
    return {
      "gees, lahqr": gees(1, 0, 9, [32, 1000, 8, 1]),
      "gees, laqr0": gees(1, 0, 17, [32, 3, 3, 1]),
      "gees, balanced values": gees(0, 1, 12, [32, 1000, 8, 1]),
      trevc: () => {
        const [t, z, v] = [schur(9), put(9, 9), put(9, 9)];
        return () => kernels.trevc(9, t, z, v);
      },
      trsyl: trsyl(9, 5),
    };
  },
  orthogonal(f: Failing<Orthogonal>, precision: Precision): Record<string, Job> {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      haar: () => {
        const q = put(9, 5);
        return () => kernels.haar(0, 9, 5, 1, 2, 0, q);
      },
      qr: () => {
        const [a, q, r] = [put(9, 5), put(9, 5), put(5, 5)];
        return () => kernels.qr(9, 5, 5, 1, 0, a, q, r);
      },
    };
  },
  polynomials(f: Failing<Polynomials>, precision: Precision): Record<string, Job> {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      roots: () => {
        const [a, re, im, radius] = [put(10, 2), put(9), put(9), put(9)];
        return () => kernels.roots(9, 0, 1, a, re, im, radius);
      },
    };
  },
  products(f: Failing<Products>, precision: Precision): Record<string, Job> {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      gemm: () => {
        const [a, b, c] = [put(9, 5), put(5, 7), put(9, 7)];
        return () => kernels.gemm(0, 0, 9, 7, 5, 1, a, 5, b, 7, 0, c, 7);
      },
    };
  },
  spreading(f: Failing<Spreading>, precision: Precision): Record<string, Job> {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      spread: () => {
        const a = put(4, 9);
        return () => kernels.spread(0, 9, 4, 0.1, a);
      },
    };
  },
  symmetric(f: Failing<Symmetric>, precision: Precision): Record<string, Job> {
    const put = filled(f, precision);
    const { kernels } = f;
    type Svd = "gejsv" | "gesdd";
    const svd = (kernel: Svd, wide: number, m: number, n: number, vectors: number) => () => {
      const [a, u, s, v] = [put(m, n), put(m, n), put(n + 2), put(n, n)];
      return () => kernels[kernel](wide, m, n, n, vectors, 0, a, u, s, v);
    };
    return {
      "gejsv tall": svd("gejsv", 0, 9, 5, 1),
      "gejsv wide": svd("gejsv", 1, 9, 5, 1),
      "gejsv, values only": svd("gejsv", 0, 9, 5, 0),
      "gesdd tall": svd("gesdd", 0, 80, 40, 1),
      "gesdd nearly square": svd("gesdd", 0, 45, 40, 1),
      "gesdd wide": svd("gesdd", 1, 9, 5, 1),
      "gesdd, values only": svd("gesdd", 0, 9, 5, 0),
      gesvjb: () => {
        const [a, u, s, v] = [put(15, 4), put(15, 4), put(3, 4), put(9, 4)];
        return () => kernels.gesvjb(0, 4, 5, 3, 1, a, u, s, v);
      },
      "syevd, leaf": () => {
        const [a, w, z] = [put(9, 9), put(9), put(9, 9)];
        return () => kernels.syevd(9, 1, 0, a, w, z);
      },
      "syevd, values only": () => {
        const [a, w] = [put(40, 40), put(40)];
        return () => kernels.syevd(40, 0, 0, a, w, 0);
      },
    };
  },
  systems(f: Failing<Systems>, precision: Precision): Record<string, Job> {
    const put = filled(f, precision);
    const { kernels } = f;
    const definite = (n: number) => f.put(build(n, n, precision, (i, j) => (i === j ? n : 1 / (1 + i + j))).data); // prettier-ignore
    return {
      cholesky: () => {
        const [a, status] = [definite(9), put(1)];
        return () => kernels.cholesky(9, a, status);
      },
      gesv: () => {
        const [a, b, status] = [put(9, 9), put(9, 5), put(2)];
        return () => kernels.gesv(0, 9, 5, a, b, status);
      },
      "gesv, positive definite": () => {
        const [a, b, status] = [definite(9), put(9, 5), put(2)];
        return () => kernels.gesv(1, 9, 5, a, b, status);
      },
      gesvb: () => {
        const [a, b, d, done] = [put(10, 9), put(10, 6), put(10, 4), put(10)];
        return () => kernels.gesvb(0, 10, 3, 2, a, b, d, done);
      },
      getri: () => {
        const [a, status] = [put(9, 9), put(2)];
        return () => kernels.getri(9, a, status);
      },
      lu: () => {
        const [a, l, u, rows, status] = [put(9, 5), put(9, 5), put(5, 5), put(9), put(2)];
        return () => kernels.lu(9, 5, a, l, u, 0, rows, status);
      },
      trtrs: () => {
        const [a, b, status] = [put(9, 9), put(9, 5), put(1)];
        return () => kernels.trtrs(1, 0, 0, 9, 5, a, b, status);
      },
    };
  },
  training(f: Failing<Training>, precision: Precision): Record<string, Job> {
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
            return info;
          };
          for (const [what, job] of Object.entries(drivers[room](failing, precision))) {
            // First none fails, then one after the other.
            const [done, total] = [attempt(job, 1000), failing.allocations];
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
