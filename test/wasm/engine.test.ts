/** Engines that do not run the kernels, as stubs of WebAssembly; and kernels that the host has compiled. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import {
  ArgumentError,
  EngineError,
  haar,
  MemoryError,
  provideKernels,
  qr,
} from "../../src/linalg/index.ts";
import { names } from "../../src/wasm/binaries/index.ts";
import { useBinary } from "../../src/wasm/engine.ts";
import { frame } from "../../src/wasm/rooms/orthogonal.ts";
import { afresh } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";
import { refusals, without } from "../support/refusals.ts";

const { Module } = WebAssembly;
const jobs = {
  float32: () => haar(5, 5, { seed: 1 }).data,
  float64: () => qr({ rows: 2, cols: 1, data: Float64Array.of(3, 4) }).r.data,
};

suite("wasm/engine: engines that refuse", (test) => {
  for (const [what, { stub, kind, says }] of Object.entries(refusals))
    test(`${what}: a ${kind.name} that says so, and the next call works`, () => {
      const before = Object.values(jobs).map((job) => job());
      afresh();
      without(stub, () => {
        // Twice: nothing half made is left of the first.
        for (const job of [...Object.values(jobs), ...Object.values(jobs)])
          assert.match(thrown<Error>(kind, job).message, says);
      });
      assert.equal(
        Object.values(jobs).map((job) => job()),
        before,
      );
    });

  test("the errors are two kinds, and no other", () => {
    assert.equal(
      [...new Set(Object.values(refusals).map(({ kind }) => kind))],
      [EngineError, MemoryError],
    );
  });
});

suite("wasm/engine: kernels from the host", (test) => {
  const bytes = (name: string) => readFileSync(new URL(`../../build/${name}`, import.meta.url));
  const compiled = (name: string) => new Module(bytes(name));
  const forbidden = refusals["code generation is forbidden"].stub;

  test("run where nothing may be compiled; one serves its own precision", () => {
    const [single, double] = [jobs.float32(), jobs.float64()];
    afresh();
    const [f32, f64] = [compiled("orthogonal.f32.wasm"), compiled("orthogonal.f64.wasm")];
    without(forbidden, () => {
      provideKernels(f32);
      assert.equal(jobs.float32(), single);
      const { message } = thrown(EngineError, jobs.float64);
      assert.match(message, "hand over orthogonal.f64.wasm, compiled, by provideKernels");
      provideKernels(f64);
      assert.equal(jobs.float64(), double);
    });
    afresh();
  });

  test("a binary in the place of another runs until the other is back", () => {
    const single = jobs.float32();
    afresh();
    useBinary("orthogonal.f32", new Uint8Array(8));
    thrown(EngineError, jobs.float32);
    useBinary("orthogonal.f32", bytes("orthogonal.f32.wasm"));
    assert.equal(jobs.float32(), single);
    afresh();
    assert.equal(jobs.float32(), single);
  });

  test("the shipped files are the embedded ones", () => {
    for (const name of names) {
      const shipped = readFileSync(new URL(`../../dist/${name}.wasm`, import.meta.url));
      assert.equal(shipped, bytes(`${name}.wasm`));
    }
  });

  test("what is no module, another's, or of another version is refused", () => {
    const call = provideKernels as (module: unknown) => void;
    for (const value of [
      undefined,
      null,
      {},
      "orthogonal.f32.wasm",
      bytes("orthogonal.f32.wasm"),
      jobs.float32,
    ])
      assert.match(refused("module", () => call(value)).expected, "orthogonal.f32.wasm");
    const empty = new Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    refused("module", () => call(empty));

    const older = bytes("orthogonal.f32.wasm");
    older[older.length - 1] ^= 1; // of the version, which the last section ends with
    const { actual, expected } = thrown(ArgumentError, () => call(new Module(older)));
    assert.match(actual, /^orthogonal\.f32 [0-9a-f]{15}/);
    assert.not.match(expected, actual.split(" ")[1]!);
    assert.is(jobs.float32().length, 25);
  });
});

suite("wasm/engine: traps", (test) => {
  test("cost the instance, and nothing else", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const kernelsOf = () => frame(dtype, ({ kernels }) => kernels);
      const before = jobs[dtype]();
      const instance = kernelsOf();
      const far = 2 ** 31;
      assert.throws(
        () => frame(dtype, ({ kernels }) => kernels.larnv(100, 1, 2, 0n, far, far)),
        (error: unknown) =>
          error instanceof EngineError && error.cause instanceof WebAssembly.RuntimeError,
      );
      assert.is.not(kernelsOf(), instance);
      assert.equal(jobs[dtype](), before);
      assert.throws(() => qr({ rows: 1, cols: 1, data: Float32Array.of(NaN) }));
      assert.is(kernelsOf(), kernelsOf());
    }
  });

  test("errors in order keep it", () => {
    const kernelsOf = () => frame("float32", ({ kernels }) => kernels);
    const instance = kernelsOf();
    assert.throws(() => qr({ rows: 1, cols: 1, data: Float32Array.of(NaN) }), "NaN");
    assert.throws(() => haar(2 ** 30, 2 ** 20), "cannot be had");
    assert.is(kernelsOf(), instance);
  });
});
