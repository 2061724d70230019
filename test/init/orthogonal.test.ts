import fc from "fast-check";
import * as assert from "uvu/assert";
import { MemoryError } from "../../src/errors.ts";
import { orthogonal, orthogonalFrom } from "../../src/init/orthogonal.ts";
import { checkShape } from "../../src/init/shape.ts";
import { haar } from "../../src/linalg/index.ts";
import { build, gaussian } from "../support/matrices.ts";
import { double, single } from "../support/precisions.ts";
import { distance, Family, orthogonality, transpose } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown, tooLarge } from "../support/thrown.ts";
import { qr } from "../twins/qr.ts";

/** Kernels of dense, recurrent and convolution layers, with 1, 2 and 3 spatial axes. */
const shapes = [
  [1, 1], [1, 300], [300, 1], [5, 5], [64, 256], [256, 64], [257, 257], [3, 4, 8], [5, 8, 4],
  [3, 3, 8, 16], [3, 3, 2, 40], [1, 1, 7, 9], [2, 3, 3, 4, 6], [2, 2, 2, 1, 50],
]; // prettier-ignore

const LARGEST = Number.MAX_SAFE_INTEGER;
const empty = [
  [0, 5], [5, 0], [0, 0], [3, 0, 4], [0, 3, 4, 5], [3, 3, 4, 0],
  [0, LARGEST], [LARGEST, 0], [LARGEST, LARGEST, 0], [0, LARGEST, LARGEST],
]; // prettier-ignore

const rowsOf = (shape: number[]) => shape.slice(0, -1).reduce((rows, length) => rows * length, 1);

/** The kernel as the matrix that it stands for, freed of its gain. */
function matrix(shape: number[], data: Float32Array, gain = 1) {
  const [rows, cols] = [rowsOf(shape), shape.at(-1)!];
  return { rows, cols, data: data.map((x) => x / gain) };
}

/** TypeScript would not let us. */
const call = orthogonal as (shape: unknown, options?: unknown) => Float32Array;

suite("init/orthogonal", (test) => {
  const family = new Family("orthogonal ‖I − QᵀQ/g²‖");

  for (const shape of shapes)
    test(`[${shape}] is gain · Q`, () => {
      for (const gain of [1, Math.SQRT2, -3, 1e-20, 1e20]) {
        const data = orthogonal(shape, { gain, seed: 1 });
        assert.is(data.length, rowsOf(shape) * shape.at(-1)!);
        family.check(orthogonality(matrix(shape, data, gain)), `[${shape}], gain ${gain}`);
      }
    });

  test("so is any other shape", () => {
    const axis = fc.integer({ min: 0, max: 7 });
    const shape = fc.array(axis, { minLength: 2, maxLength: 5 });
    const property = fc.property(shape, fc.maxSafeNat(), (shape, seed) => {
      const data = orthogonal(shape, { seed });
      assert.is(data.length, rowsOf(shape) * shape.at(-1)!);
      family.check(orthogonality(matrix(shape, data)), `[${shape}], seed ${seed}`);
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  test("a zero gives an empty kernel", () => {
    for (const shape of empty) assert.equal(orthogonal(shape), new Float32Array(0));
  });

  test("a seed stands for its bits, whatever the axes before the last", () => {
    for (const seed of [0, 42, LARGEST]) {
      const flat = orthogonal([72, 16], { seed });
      assert.equal(orthogonal([72, 16], { seed }), flat);
      assert.equal(orthogonal([3, 3, 8, 16], { seed }), flat);
      assert.equal(haar(72, 16, { seed }).data, flat);
      assert.not.equal(orthogonal([72, 16], { seed: seed === 0 ? 1 : seed - 1 }), flat);
    }
  });

  test("without a seed every call gives other weights", () =>
    assert.not.equal(orthogonal([4, 4]), orthogonal([4, 4])));

  test("gain is one multiplication", () => {
    const plain = orthogonal([6, 4], { seed: 1 });
    for (const gain of [0, -1, 2, Math.SQRT2, 1e-45, 3.4e38])
      assert.equal(
        orthogonal([6, 4], { seed: 1, gain }),
        plain.map((x) => x * gain),
      );
  });

  test("the result is the caller's own", () => {
    const kept = orthogonal([9, 5], { seed: 1 });
    const bits = kept.slice();
    orthogonal([9, 5], { seed: 2 });
    assert.equal(kept, bits);
    assert.is(kept.byteLength, kept.buffer.byteLength);
  });

  test.after(() => family.note());
});

suite("init/orthogonal: orthogonalFrom", (test) => {
  const normals = (m: number, n: number) => gaussian(m, n, single).data as Float32Array;

  test("is Q with a positive diagonal of R, correctly rounded", () => {
    for (const shape of shapes) {
      const asked: number[][] = [];
      const seen = orthogonalFrom((m, n) => (asked.push([m, n]), normals(m, n)), shape);
      const [rows, cols] = [rowsOf(shape), shape.at(-1)!];
      const [m, n] = [Math.max(rows, cols), Math.min(rows, cols)];
      assert.equal(asked, [[m, n]]);
      const { q } = qr(gaussian(m, n, single));
      const exact = rows < cols ? transpose(q) : q;
      // Half a unit in the last place of a number up to 1, and the rounding errors of two f64 QRs.
      const off = distance(seen, exact.data);
      assert.ok(off <= single.u / 2 + 1e4 * double.u, `[${shape}]: ${off / single.u} u`);
    }
  });

  test("stays orthonormal when the columns are all but dependent", () => {
    // Equal columns but for the last bits: here rounding decides Q, but QᵀQ = I holds.
    const bad = build(50, 20, single, (i, j) => 1 + 2 ** -20 * Math.sin(i * j)).data;
    const data = orthogonalFrom(() => bad as Float32Array, [50, 20]);
    assert.ok(orthogonality(matrix([50, 20], data)) <= 8);
  });

  test("gain is one multiplication", () => {
    const plain = orthogonalFrom(normals, [3, 2, 9]);
    for (const gain of [0, -Math.SQRT2])
      assert.equal(
        orthogonalFrom(normals, [3, 2, 9], { gain }),
        plain.map((x) => x * gain),
      );
  });

  test("a zero gives an empty kernel", () => {
    for (const shape of empty) assert.equal(orthogonalFrom(normals, shape), new Float32Array(0));
  });

  test("refuses a bad shape and gain before it asks for numbers", () => {
    const never = () => assert.unreachable("asked") as never;
    refused("shape", () => orthogonalFrom(never, [5]));
    refused("shape", () => orthogonalFrom(never, [5, -1]));
    refused("gain", () => orthogonalFrom(never, [5, 5], { gain: NaN }));
  });
});

suite("init/orthogonal: errors", (test) => {
  const expected = orthogonal([9, 5], { seed: 1 });
  const stillWorks = () => assert.equal(orthogonal([9, 5], { seed: 1 }), expected);

  const notShapes = [
    undefined, null, 5, "22", {}, { length: 2, 0: 3, 1: 3 }, Int32Array.of(3, 3), [], [5], [5, -1], [-1, 5],
    [2, 1.5], [2, NaN], [Infinity, 2], [2, null], [2, "3"], [2, 3n], [2, 2 ** 53], [[2], 3],
  ]; // prettier-ignore
  for (const shape of notShapes)
    test(`shape ${JSON.stringify(shape, (_, x) => (typeof x === "bigint" ? `${x}n` : x))}`, () => {
      refused("shape", () => call(shape));
      stillWorks();
    });

  for (const gain of [NaN, Infinity, -Infinity, "2", null, {}, [], true, 1n])
    test(`gain ${gain}`, () => {
      refused("gain", () => call([3, 3], { gain }));
      refused("gain", () => call([0, 3], { gain }));
      stillWorks();
    });

  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53, "1", true, 1n, [], {}])
    test(`seed ${seed}`, () => {
      refused("seed", () => call([3, 3], { seed }));
      refused("seed", () => call([0, 3], { seed }));
      stillWorks();
    });

  test("the largest kernels that memory can hold, and those just beyond", () => {
    const asked = () => {
      throw new RangeError("asked");
    };
    assert.throws(() => orthogonalFrom(asked, [2 ** 13, 2 ** 14]), /asked/);
    thrown(MemoryError, () => orthogonalFrom(asked, [2 ** 13, 2 ** 14 + 1]));
    checkShape([2 ** 15, 2 ** 15], 2, 2);
    thrown(MemoryError, () => checkShape([2 ** 15, 2 ** 15 + 1], 2, 2));
  });

  // Sizes that a factor of 2^32 or 2^64 makes small again are among them.
  const huge = [
    [2 ** 16, 2 ** 16], [2 ** 30, 1], [1, 2 ** 30], [30000, 30000], [2 ** 32, 2 ** 32],
    [2 ** 32 + 1, 2 ** 32 - 1], [LARGEST, LARGEST], [LARGEST, LARGEST, 2], [2 ** 30, 2 ** 30, 2 ** 30, 2],
  ]; // prettier-ignore
  for (const shape of huge)
    test(`no memory for [${shape}], and no time lost`, () => {
      tooLarge(() => orthogonal(shape));
      // Here the f64 copy is larger, and the numbers would take longer to draw than to refuse.
      tooLarge(() => orthogonalFrom(() => assert.unreachable("asked") as never, shape));
      stillWorks();
    });
});
