import "./support/rogue.ts";
import * as assert from "uvu/assert";
import { names } from "../src/wasm/binaries/index.ts";
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

  test("every kernel of every binary takes part", () => {
    const kernels = names.flatMap((name) =>
      WebAssembly.Module.exports(new WebAssembly.Module(binary(name)))
        .filter((one) => one.kind === "function" && !arena.includes(one.name))
        .map((one) => `${name} ${one.name}`),
    );
    assert.equal([...called].sort(), kernels.sort());
  });
});
