/** The images of a batch are summed; the memory of one is all that is needed. */
import * as assert from "uvu/assert";
import { filterGradient, type Convolution } from "../../../src/linalg/conv/filterGradient.ts";
import { MemoryError } from "../../../src/errors.ts";
import { frame } from "../../../src/wasm/rooms/training.ts";
import { uniform } from "../../support/matrices.ts";
import { single } from "../../support/precisions.ts";
import { suite } from "../../support/suite.ts";
import { thrown } from "../../support/thrown.ts";
import * as twin from "../../twins/convolution.ts";

const shape: Convolution = {
  images: 5,
  channels: 3,
  filters: 6,
  depth: twin.point,
  rows: twin.axis(9, 3, 2, 1, 1),
  cols: twin.axis(7, 3, 2, 1, 1),
};
const draw = (count: number, seed: number) =>
  Float32Array.from(uniform(1, count, single, seed).data);

suite("linalg/conv/filterGradient", (test) => {
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

  const volumes: Record<string, Partial<Convolution>> = {
    "a dilation on both axes": {
      rows: twin.axis(9, 3, 1, 2, 2, 2),
      cols: twin.axis(13, 4, 1, 0, 5, 3),
    },
    "a dilation on one axis, with a stride": { rows: twin.axis(9, 2, 2, 1, 0, 3) },
    "more zeros than image": {
      rows: twin.axis(3, 3, 1, 6, 7, 5),
      cols: twin.axis(2, 2, 1, 4, 4, 3),
    },
    volumes: { depth: twin.axis(5, 3, 1, 1, 1) },
    "volumes, dilated, with a stride": {
      depth: twin.axis(7, 2, 2, 1, 0, 3),
      rows: twin.axis(6, 3, 1, 2, 2, 2),
    },
  };
  for (const [name, axes] of Object.entries(volumes))
    for (const depthwise of [false, true])
      test(`${name}${depthwise ? ", depthwise" : ""}`, () => {
        const convolution = { ...shape, ...axes };
        const { depth, rows, cols, images } = convolution;
        const x = draw(images * depth.input * rows.input * cols.input * 3, 1);
        const dy = draw(images * depth.output * rows.output * cols.output * 6, 2);
        const found = filterGradient(convolution, x, dy, depthwise);
        const { value, magnitude } = twin.filterGradient(convolution, x, dy, depthwise);
        assert.is(found.length, value.length);
        // Of fewer than 2,000 products.
        found.forEach((v, at) =>
          assert.ok(Math.abs(v - value[at]) <= 2000 * 2 ** -24 * magnitude[at]),
        );
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
