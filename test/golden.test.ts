import "./support/rogue.ts";
import * as assert from "uvu/assert";
import { Info } from "../assembly/info.ts";
import { names } from "../src/wasm/binaries/index.ts";
import { frame } from "../src/wasm/rooms/orthogonal.ts";
import { golden, pages } from "./pages/index.ts";
import { binary } from "./support/kernels.ts";
import { called } from "./support/rogue.ts";
import { suite } from "./support/suite.ts";

/** What memory.ts calls in every binary. */
const arena = ["mark", "release", "alloc"];

suite("golden", (test) => {
  for (const [name, { report }] of Object.entries(pages))
    test(`Node computes the committed bits of ${name}, in an arena filled with NaN`, async () => {
      assert.equal(await report(), golden()[name]);
    });

  test("what a kernel reads of memory that nobody wrote is NaN, in a block and beyond all blocks", () => {
    for (const dtype of ["float32", "float64"] as const)
      frame(dtype, (f) => {
        const [a, q, r] = [f.alloc(45), f.alloc(45), f.alloc(25)];
        const info = (from: number) => f.kernels.qr(9, 5, 5, 1, 0, from, q, r);
        assert.is(info(a), Info.NONFINITE, "a block");
        assert.is(info(f.kernels.mark()), Info.NONFINITE, "work space");
        assert.is(info(f.put(new Float64Array(45), a)), Info.OK, "what was written");
      });
  });

  test("every kernel of every binary takes part", () => {
    const kernels = names.flatMap((name) =>
      WebAssembly.Module.exports(new WebAssembly.Module(binary(name)))
        .filter((one) => one.kind === "function" && !arena.includes(one.name))
        .map((one) => `${name} ${one.name}`),
    );
    assert.equal([...called].sort(), kernels.sort());
  });
});
