/** The binaries ask nothing of their host and offer exactly what src/wasm/memory.ts declares. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";

const abi = [
  "alloc",
  "cholesky",
  "dwgrad",
  "gees",
  "gejsv",
  "gesdd",
  "gesvjb",
  "gemm",
  "gemmPack",
  "gemmTiles",
  "gesv",
  "gesvb",
  "getri",
  "haar",
  "larnv",
  "lu",
  "mark",
  "memory",
  "philox",
  "qr",
  "release",
  "spread",
  "syevd",
  "trevc",
  "trexc",
  "trsyl",
  "trtrs",
  "wgrad",
];
/** assembly/double.ts */
const double = ["polyval", "roots"];

suite("assembly/index", (test) => {
  for (const name of ["f32", "f64", "f32.debug", "f64.debug"]) {
    const load = () =>
      new WebAssembly.Module(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));

    test(`${name} imports nothing`, () => assert.equal(WebAssembly.Module.imports(load()), []));

    test(`${name} exports the ABI and no more`, () => {
      const exports = WebAssembly.Module.exports(load());
      const expected = name.startsWith("f64") ? [...abi, ...double] : abi;
      assert.equal(exports.map((entry) => entry.name).sort(), [...expected].sort());
      for (const { name, kind } of exports) assert.is(kind, name === "memory" ? name : "function");
    });
  }

  for (const [which, name] of ["f32", "f64"].entries())
    test(`the package carries ${name} as it was built`, async () => {
      const { default: pieces } = await import("../../src/wasm/binaries.ts");
      const hex = pieces.filter((_, i) => i % 2 === which).join("");
      const built = readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));
      assert.ok(built.equals(Buffer.from(hex, "hex")));
    });
});
