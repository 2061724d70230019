/** The images of a batch are summed; the memory of one is all that is needed. */
import * as assert from "uvu/assert";
import { filterGradient, type Convolution } from "../../src/linalg/filterGradient.ts";
import { MemoryError } from "../../src/errors.ts";
import { frame } from "../../src/wasm/memory.ts";
import { uniform } from "../support/matrices.ts";
import { single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { thrown } from "../support/thrown.ts";
import * as twin from "../twins/convolution.ts";

const shape: Convolution = {
  images: 5,
  height: 9,
  width: 7,
  channels: 3,
  filters: 6,
  outHeight: 5,
  outWidth: 4,
  filterHeight: 3,
  filterWidth: 3,
  strideHeight: 2,
  strideWidth: 2,
  top: 1,
  left: 1,
};
const draw = (count: number, seed: number) =>
  Float32Array.from(uniform(1, count, single, seed).data);

suite("linalg/filterGradient", (test) => {
  for (const depthwise of [false, true])
    for (const images of [0, 1, 5])
      test(`${depthwise ? "depthwise, " : ""}${images} images`, () => {
        const batch = { ...shape, images };
        const [x, dy] = [draw(images * 9 * 7 * 3, 1), draw(images * 5 * 4 * 6, 2)];
        const found = filterGradient(batch, x, dy, depthwise);
        const { value } = twin.filterGradient(batch, x, dy, depthwise);
        assert.is(found.length, 9 * 6 * (depthwise ? 1 : 3));
        const scale = Math.max(...value.map(Math.abs), 1);
        found.forEach((v, at) => assert.ok(Math.abs(v - value[at]) <= 1e-6 * scale));
      });

  test("a batch needs the memory of one image", () => {
    const images = 2000;
    const batch = { ...shape, images };
    const bytes = () => frame("float32", ({ kernels }) => kernels.memory.buffer.byteLength);
    filterGradient(shape, draw(5 * 189, 1), draw(5 * 120, 2), false);
    const before = bytes();
    filterGradient(batch, new Float32Array(images * 189), new Float32Array(images * 120), false);
    assert.is(bytes(), before);
  });

  test("filters beyond memory", () => {
    const huge = { ...shape, channels: 2 ** 20, filters: 2 ** 20 };
    thrown(MemoryError, () =>
      filterGradient(huge, new Float32Array(0), new Float32Array(0), false),
    );
  });
});
