import * as assert from "uvu/assert";
import { haar, matmul, MemoryError, normal, qr } from "../../src/linalg/index.ts";
import { check, frame, type Dtype } from "../../src/wasm/memory.ts";
import { kernels as binaries } from "../support/kernels.ts";
import { precisions } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";

const kernelsOf = (dtype: Dtype) => frame(dtype, ({ kernels }) => kernels);
const bytesOf = (dtype: Dtype) => kernelsOf(dtype).memory.buffer.byteLength;
const topOf = (dtype: Dtype) => frame(dtype, ({ kernels }) => kernels.mark());

suite("wasm/memory", (test) => {
  for (const { dtype, array, bytes } of precisions) {
    const name = (what: string) => `${dtype}: ${what}`;
    const empty = (rows: number, cols: number) => ({ rows, cols, data: new array(0) });

    test(name("what was put can be taken, at an aligned address"), () =>
      frame(dtype, (f) => {
        for (const count of [0, 1, 3, 100]) {
          const data = Float64Array.from({ length: count }, (_, i) => i + 0.5);
          const address = f.put(data);
          assert.is(address % 16, 0);
          assert.equal([...f.take(address, count, new array(count))], [...data]);
        }
      }),
    );

    test(name("a frame ends as it began, whether the job returns or throws"), () => {
      const before = topOf(dtype);
      frame(dtype, (f) => f.alloc(1000));
      assert.throws(() =>
        frame(dtype, (f) => {
          f.alloc(1000);
          throw new Error("job");
        }),
      );
      assert.is(topOf(dtype), before);
    });

    test(name("a small job keeps the instance, a large one gives its memory back"), () => {
      qr(normal(50, 50, { seed: 1, dtype }));
      const kept = kernelsOf(dtype);
      qr(normal(50, 50, { seed: 1, dtype }));
      assert.is(kernelsOf(dtype), kept);

      const small = haar(20, 20, { seed: 1, dtype });
      haar(1700, 1700, { seed: 1, dtype });
      assert.is.not(kernelsOf(dtype), kept);
      assert.ok(bytesOf(dtype) <= 2 ** 18, `${bytesOf(dtype)} bytes`);
      assert.equal(haar(20, 20, { seed: 1, dtype }), small);
    });

    test(name("a large job inside a frame does not take the outer frame's memory away"), () =>
      frame(dtype, (f) => {
        const address = f.put([1, 2, 3]);
        haar(1700, 1700, { seed: 1, dtype });
        assert.equal([...f.take(address, 3, new array(3))], [1, 2, 3]);
      }),
    );

    const impossible: Record<string, () => unknown> = {
      "haar of 10 GB and more": () => haar(50000, 50000, { dtype }),
      "normals of 10 GB and more": () => normal(50000, 50000, { dtype }),
      "haar that is long and thin": () => haar(2 ** 53 - 1, 1, { dtype }),
      "Q of a complete qr": () => qr(empty(70000, 0), { mode: "complete" }),
      "a product without an inner size": () => matmul(empty(70000, 0), empty(0, 70000)),
      // Byte counts that are small, or 0, when cut to 32 or 64 bits.
      "haar of 2^32 x 1": () => haar(2 ** 32, 1, { dtype }),
      "haar of 2^32 x 2^32": () => haar(2 ** 32, 2 ** 32, { dtype }),
      "haar of 2^31 x 2^31": () => haar(2 ** 31, 2 ** 31, { dtype }),
      "haar of 2^31 x 2^30": () => haar(2 ** 31, 2 ** 30, { dtype }),
      "normals of 2^31 x 2^31": () => normal(2 ** 31, 2 ** 31, { dtype }),
      "normals of 2^32 x 2^29": () => normal(2 ** 32, 2 ** 29, { dtype }),
      "the largest size there is": () => haar(2 ** 53 - 1, 2 ** 53 - 1, { dtype }),
    };
    // The result fits, the work space does not. (The debug build would write rogue values over it all.)
    if (binaries === "release")
      impossible["haar whose work space is too much"] = () =>
        haar(28000, 128000 / bytes, { dtype });

    for (const [what, job] of Object.entries(impossible))
      test(name(`${what}: a MemoryError, and nothing is left of it`), () => {
        const top = topOf(dtype);
        assert.throws(job, (error: Error) => error instanceof MemoryError);
        assert.is(topOf(dtype), top);
        assert.ok(bytesOf(dtype) <= 2 ** 22);
        assert.is(haar(3, 3, { seed: 1, dtype }).data.length, 9);
      });
  }

  test("a code that nobody knows is no success", () => {
    assert.throws(() => check(99 as never, "a"), "unknown kernel code 99");
  });
});
