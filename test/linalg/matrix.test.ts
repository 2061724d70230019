/**
 * Error exits, after LAPACK's derrqr: every argument of every function, wrong in every way, is an
 * ArgumentError that names it, leaves nothing behind, and does not spoil the next call.
 */
import * as assert from "uvu/assert";
import {
  ArgumentError,
  haar,
  lstsq,
  matmul,
  normal,
  pinv,
  polar,
  qr,
  svdBatch,
  topSvd,
} from "../../src/linalg/index.ts";
import { frame } from "../../src/wasm/memory.ts";
import { precisions } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";

/** TypeScript would not let us. */
type Loose = (...values: any[]) => unknown;

// prettier-ignore
const notSizes = [
  -1, 1.5, NaN, Infinity, -Infinity, 2 ** 53, "3", "", null, undefined, true, 3n, [3], {},
];
const notSeeds = [-1, 0.5, NaN, Infinity, 2 ** 53, "1", true, 1n, [], {}, Symbol("seed")];
const notDtypes = ["float16", "", "Float32", 32, null, true, Float32Array, {}];
const notFlags = [0, 1, 2, "yes", "", null, NaN, {}, []];
const notModes = ["full", "", "Reduced", null, 1, true, {}];
const notMatrices = [undefined, null, 5, "matrix", true, 5n, () => 0];
const six = [1, 2, 3, 4, 5, 6];
const notData = [
  ...[undefined, null, 6, "123456", six, {}, Int32Array.from(six)],
  ...[new ArrayBuffer(24), new DataView(new ArrayBuffer(24))],
];
const wrongLengths = [0, 5, 7, 12].map((length) => new Float32Array(length));

/** A matrix argument called `name`, bad in one place: [the place, the argument]. */
function badMatrices(name: string): [string, unknown][] {
  const good = { rows: 2, cols: 3, data: new Float32Array(6) };
  return [
    ...notMatrices.map((a) => [name, a]),
    ...notSizes.map((rows) => [`${name}.rows`, { ...good, rows }]),
    ...notSizes.map((cols) => [`${name}.cols`, { ...good, cols }]),
    ...[...notData, ...wrongLengths].map((data) => [`${name}.data`, { ...good, data }]),
    [`${name}.data`, { ...good, rows: 3 }],
    [`${name}.rows`, {}],
    [`${name}.rows`, []],
  ] as [string, unknown][];
}

const a = { rows: 2, cols: 3, data: Float32Array.from(six) };
const b = { rows: 3, cols: 2, data: Float32Array.from(six) };
const holding = (x: number) => ({ ...a, data: Float32Array.of(1, 2, 3, 4, 5, x) });
const doubleB = { ...b, data: Float64Array.from(b.data) };

/** The function, the argument that its error must name, the call's arguments. */
const cases: [Loose, string, unknown[]][] = [
  ...[haar, normal].flatMap((draw) => [
    ...notSizes.map((size) => [draw, "rows", [size, 3]]),
    ...notSizes.map((size) => [draw, "cols", [3, size]]),
    ...notSeeds.map((seed) => [draw, "seed", [3, 3, { seed }]]),
    ...notDtypes.map((dtype) => [draw, "dtype", [3, 3, { dtype }]]),
    [draw, "rows", []],
  ]),
  ...badMatrices("a").map(([place, bad]) => [qr, place, [bad]]),
  ...notModes.map((mode) => [qr, "mode", [a, { mode }]]),
  ...notFlags.map((positive) => [qr, "positive", [a, { positive }]]),
  ...[NaN, Infinity, -Infinity].map((x) => [qr, "a", [holding(x)]]),
  ...badMatrices("a").map(([place, bad]) => [matmul, place, [bad, b]]),
  ...badMatrices("b").map(([place, bad]) => [matmul, place, [b, bad]]),
  [matmul, "b", [a, a]],
  [matmul, "b", [a, b, { transposeA: true }]],
  [matmul, "b", [a, b, { transposeB: true }]],
  [matmul, "b", [a, doubleB]],
  ...notFlags.map((transposeA) => [matmul, "transposeA", [a, a, { transposeA }]]),
  ...notFlags.map((transposeB) => [matmul, "transposeB", [a, a, { transposeB }]]),
] as [Loose, string, unknown[]][];

const tops = () => precisions.map(({ dtype }) => frame(dtype, ({ kernels }) => kernels.mark()));

function refused(call: Loose, argument: string, values: unknown[]): void {
  const before = tops();
  try {
    call(...values);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    assert.is(error.name, "ArgumentError");
    assert.is(error.argument, argument);
    assert.ok(error.expected.length > 0 && error.actual.length > 0);
    assert.is(error.message, `${argument}: expected ${error.expected}, got ${error.actual}`);
    assert.equal(tops(), before, "left something on the arena");
    return;
  }
  assert.unreachable("accepted");
}

suite("linalg/matrix", (test) => {
  for (const call of [haar, normal, qr, matmul] as Loose[]) {
    const own = cases.filter(([of]) => of === call);
    for (const argument of new Set(own.map(([, argument]) => argument)))
      test(`${call.name} refuses a bad ${argument}`, () => {
        for (const [, , values] of own.filter(([, name]) => name === argument))
          refused(call, argument, values);
      });
  }

  test("what came is in the message, but not all of it", () => {
    const message = (job: () => unknown) => {
      try {
        job();
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.is(
      message(() => haar(-1, 3)),
      "rows: expected a non-negative integer, got -1",
    );
    const long = "x".repeat(1e6) as "float32";
    assert.ok(message(() => haar(3, 3, { dtype: long }))!.length < 200);
  });

  test("the next call works", () => {
    const before = qr(a);
    for (const [call, argument, values] of cases) {
      try {
        call(...values);
      } catch {
        assert.equal(qr(a), before, argument);
      }
    }
  });

  test("nothing is not an error: empty matrices of any length", () => {
    // The long ones are 0, or negative, or -8 in the kernels' 32 bits.
    for (const long of [0, 3, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])
      for (const [rows, cols] of [
        [0, long],
        [long, 0],
      ]) {
        const empty = { rows, cols, data: new Float32Array(0) };
        assert.equal(haar(rows, cols), empty);
        assert.equal(normal(rows, cols), empty);
        const none = { rows: 0, cols: 0, data: new Float32Array(0) };
        assert.equal(qr(empty), { q: { ...empty, cols: 0 }, r: { ...empty, rows: 0 } });
        assert.equal(matmul(none, { ...none, cols }), { ...none, cols });
        assert.equal(pinv(empty), { ...empty, rows: cols, cols: rows });
        assert.equal(topSvd(empty, 0).s, new Float32Array(0));
        assert.equal(lstsq(empty, { ...none, rows }).x, { ...none, rows: cols });
        // As many matrices as that without an entry.
        for (const count of [long, 3])
          assert.equal(svdBatch({ ...empty, count }).s, new Float32Array(0));
        if (cols < 2 ** 31) assert.equal(polar(empty).u, empty);
        else
          assert.throws(
            () => polar(empty),
            (e: Error) => e.name === "MemoryError",
          );
      }
  });

  test("a complete qr of no columns is the identity", () => {
    const { q, r } = qr({ rows: 3, cols: 0, data: new Float64Array(0) }, { mode: "complete" });
    assert.equal(q, { rows: 3, cols: 3, data: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) });
    assert.equal(r, { rows: 3, cols: 0, data: new Float64Array(0) });
  });
});
