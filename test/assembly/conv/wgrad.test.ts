/**
 * wgrad and dwgrad through the ABI: dW += the gradient of one image against its definition, entry by entry
 * within (n + 3) u (|x|ᵀ|dy| + |dW|), n the number of products, the bound of any order of summation.
 */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { Info } from "../../../assembly/info.ts";
import type { Convolution } from "../../../src/linalg/conv/filterGradient.ts";
import { frame } from "../../../src/wasm/rooms/training.ts";
import { uniform } from "../../support/matrices.ts";
import { single, type Precision } from "../../support/precisions.ts";
import { suite } from "../../support/suite.ts";
import { axis, filterGradient, point } from "../../twins/convolution.ts";
import { guarded } from "../../support/guarded.ts";

/** Filter, stride and zeros on each side, of height and width. */
type Side = [size: number, filter: number, stride: number, before: number, after: number];

function convolution(channels: number, filters: number, rows: Side, cols: Side): Convolution {
  return { images: 1, channels, filters, depth: point, rows: axis(...rows), cols: axis(...cols) };
}

/** Runs a kernel on what `fill` makes of random numbers, and holds every entry against its bound. */
function run(precision: Precision, shape: Convolution, depthwise: boolean, integers = false): void {
  const { channels, filters, rows, cols } = shape;
  const draw = (count: number, seed: number) => {
    const { data } = uniform(1, count, precision, seed);
    return integers ? data.map((x: number) => Math.round(9 * x)) : data;
  };
  const x = draw(rows.input * cols.input * channels, 1);
  const dy = draw(rows.output * cols.output * filters, 2);
  const { value, magnitude } = filterGradient(shape, x, dy, depthwise);
  const old = 7;

  const dw = frame("float32", (f) => {
    const to = guarded(f, precision, value.length, old);
    const kernel = depthwise ? f.kernels.dwgrad : f.kernels.wgrad;
    const outputs = depthwise ? filters / channels : filters;
    const [from, given] = [f.put(x), f.put(dy)];
    const top0 = f.kernels.mark();
    // prettier-ignore
    const info = kernel(
      rows.input, cols.input, channels, outputs, rows.output, cols.output, rows.kernel, cols.kernel,
      rows.stride, cols.stride, rows.before, cols.before, from, given, to.address,
    );
    assert.is(info, Info.OK);
    assert.is(f.kernels.mark(), top0, "work space is given back");
    return to.take();
  });
  const n = rows.output * cols.output;
  for (let at = 0; at < value.length; at++) {
    const error = Math.abs(dw[at] - (old + value[at]));
    const bound = integers ? 0 : (n + 3) * precision.u * (old + magnitude[at]);
    assert.ok(error <= bound, `${at}: ${dw[at]} for ${old + value[at]}, ${JSON.stringify(shape)}`);
  }
}

suite("assembly/conv/wgrad", (test) => {
  for (const precision of [single])
    for (const depthwise of [false, true]) {
      const name = (what: string) =>
        `${precision.dtype}: ${depthwise ? "dwgrad" : "wgrad"}: ${what}`;
      const filters = (channels: number, k: number) => (depthwise ? channels * k : k);

      test(name("every tile edge"), () => {
        for (const channels of [1, 2, 3, 4, 5, 7, 8, 9, 17])
          for (const k of depthwise ? [1, 2, 3] : [1, 3, 4, 7, 8, 9, 16, 17])
            run(
              precision,
              convolution(channels, filters(channels, k), [5, 3, 1, 1, 1], [6, 2, 1, 0, 1]),
              depthwise,
            );
      });

      test(name("every block edge"), () => {
        // KC = 256 pixels: pieces of a row, whole rows, whole images.
        for (const [h, w] of [
          [1, 255],
          [1, 256],
          [1, 257],
          [3, 513],
          [16, 16],
          [17, 16],
          [2, 128],
          [3, 128],
          [40, 13],
          [256, 1],
          [257, 1],
        ])
          // prettier-ignore
          run(
            precision,
            convolution(3, filters(3, 2), [h, 3, 1, 1, 1], [w, 3, 1, 1, 1]),
            depthwise,
          );
      });

      test(name("any filter, stride and padding; integers come out exactly"), () => {
        const side = fc.tuple(
          fc.integer({ min: 1, max: 14 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 4 }),
          fc.nat(6),
          fc.nat(6),
        );
        const size = fc.integer({ min: 1, max: 9 });
        const property = fc.property(size, size, side, side, (channels, k, rows, cols) =>
          run(precision, convolution(channels, filters(channels, k), rows, cols), depthwise, true),
        );
        fc.assert(property, { seed: 1, numRuns: 150 });
      });

      test(name("nothing to sum leaves dW as it is"), () => {
        run(precision, convolution(2, filters(2, 3), [2, 3, 1, 0, 0], [5, 3, 1, 0, 0]), depthwise);
        run(precision, convolution(0, 0, [5, 3, 1, 0, 0], [5, 3, 1, 0, 0]), depthwise);
      });
    }
});
