import fc from "fast-check";
import * as assert from "uvu/assert";
import { frame } from "../../src/wasm/memory.ts";
import { kernels as binaries } from "../kernels.ts";
import { precisions } from "../precisions.ts";
import { suite } from "../suite.ts";

suite("assembly/arena", (test) => {
  for (const { dtype } of precisions) {
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
