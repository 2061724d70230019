/** The binaries ask nothing of their host and offer exactly what src/wasm/rooms declares. */
import { existsSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { forEachRoom, rooms, type Room } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import type { Text } from "../../src/wasm/engine.ts";

/** assembly/arena.ts */
const arena = ["alloc", "mark", "memory", "release"];
/** assembly/rooms */
const abi: Record<Room, string[]> = {
  nonsymmetric: ["gees", "trevc", "trexc", "trsyl"],
  orthogonal: ["haar", "larnv", "philox", "qr"],
  polynomials: ["polyval", "roots"],
  products: ["gemm", "gemmPack", "gemmTiles"],
  random: ["draw"],
  spreading: ["spread"],
  symmetric: ["gejsv", "gesdd", "gesvjb", "syevd"],
  systems: ["cholesky", "gesv", "gesvb", "getri", "lu", "trtrs"],
  training: ["dwgrad", "wgrad"],
};
/** Rooms where one precision is all that is used. */
const alone: Partial<Record<Room, string[]>> = {
  polynomials: ["f64"],
  random: ["f32"],
  training: ["f32"],
};

const file = (name: string) => new URL(`../../build/${name}.wasm`, import.meta.url);

suite("assembly/rooms", (test) => {
  for (const room of Object.keys(abi) as Room[]) {
    const precisions = alone[room] ?? ["f32", "f64"];

    for (const name of precisions.flatMap((real) => [`${room}.${real}`, `${room}.${real}.debug`])) {
      const load = () => new WebAssembly.Module(readFileSync(file(name)));

      test(`${name} imports nothing`, () => assert.equal(WebAssembly.Module.imports(load()), []));

      test(`${name} exports the ABI and no more`, () => {
        const exports = WebAssembly.Module.exports(load());
        const expected = [...arena, ...abi[room]].sort();
        assert.equal(exports.map((entry) => entry.name).sort(), expected);
        for (const { name, kind } of exports)
          assert.is(kind, name === "memory" ? name : "function");
      });
    }

    test(`the package carries ${room} as it was built`, async () => {
      const { default: text } = await import(`../../src/wasm/binaries/${room}.ts`);
      const { precisions: carried, pieces } = text as Text;
      assert.equal(carried, precisions);
      for (const real of ["f32", "f64"]) {
        const name = `${room}.${real}`;
        const which = precisions.indexOf(real);
        assert.is(existsSync(file(name)), which >= 0);
        if (which < 0) continue;
        const hex = pieces.filter((_, i) => i % precisions.length === which).join("");
        assert.ok(readFileSync(file(name)).equals(Buffer.from(hex, "hex")));
      }
    });
  }

  test("every room has a binary, and every binary a room", () => {
    assert.equal(Object.keys(abi).sort(), Object.keys(rooms).sort());
    for (const top of forEachRoom((frame, dtype) => frame(dtype, ({ kernels }) => kernels.mark())))
      assert.ok(top > 0);
  });
});
