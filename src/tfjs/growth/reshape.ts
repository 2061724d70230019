/** Units through a reshape, which keeps the order of all entries. */
import { multiplied, resolved, type Layout, type Segments } from "./blocks.ts";

type Shape = readonly (number | null)[];

const product = (sizes: Shape) => sizes.reduce<number>((all, size) => all * (size ?? NaN), 1);

/**
 * The layout behind a reshape. Axes are matched in runs of equal products: a run is flattened, and laid out again over the
 * axes that it becomes.
 *
 * @param from the shape of a sample before
 * @param to the shape of a sample behind
 * @param broken given the units of a run that do not stay whole on one axis, and the axes that it becomes
 */
export function reshaped(
  from: Shape,
  layout: Layout,
  to: Shape,
  broken: (before: Layout, after: Shape) => Layout,
): Layout {
  const out: (Segments | undefined)[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length;) {
    let [p, q] = [i + 1, j + 1];
    const unknown = from[i] === null && to[j] === null;
    while (!unknown && product(from.slice(i, p)) !== product(to.slice(j, q))) {
      if (p >= from.length && q >= to.length) break;
      if (
        q >= to.length ||
        (p < from.length && product(from.slice(i, p)) < product(to.slice(j, q)))
      )
        p++;
      else q++;
    }
    // Axes of length 1 belong to the run before them.
    while (p < from.length && from[p] === 1 && (to[q] !== 1 || q === to.length)) p++;
    while (q < to.length && to[q] === 1 && (from[p] !== 1 || p === from.length)) q++;
    const [before, after] = [layout.slice(i, p), to.slice(j, q)];
    const flat = flattened(from.slice(i, p), before);
    const laid = flat && (unknown ? [flat.units] : spread(flat.units, after));
    out.push(...(laid ?? broken(before, after)));
    [i, j] = [p, q];
  }
  return out;
}

/** The units of several axes on one, or undefined if they are on more than one axis. */
function flattened(sizes: Shape, layout: Layout): { units: Segments | undefined } | undefined {
  const axes = layout.flatMap((units, axis) => (units && sizes[axis] !== 1 ? [axis] : []));
  if (axes.length > 1) return undefined;
  const axis = axes[0] ?? layout.findIndex((units) => units !== undefined);
  if (axis < 0) return { units: undefined };
  const before = product(sizes.slice(0, axis));
  const each = multiplied(layout[axis]!, product(sizes.slice(axis + 1)));
  return { units: Array.from({ length: before }, () => each).flat() };
}

/** The units of one axis on one of several axes. */
function spread(units: Segments | undefined, sizes: Shape): Layout | undefined {
  if (!units) return sizes.map(() => undefined);
  const large = sizes.flatMap((size, axis) => (size !== 1 ? [axis] : []));
  const axes = large.length > 0 ? large : [sizes.length - 1];
  const periodic = axes.find((axis) => period(units, sizes, axis));
  // Units that are laid out over several axes are repetitions of fewer, which are on the last of these axes.
  if (periodic === undefined) divide(units, sizes, axes.at(-1)!);
  const axis = periodic ?? axes.at(-1)!;
  const own = period(units, sizes, axis);
  return own && sizes.map((_, i) => (i === axis ? own : undefined));
}

/** The units along one of several axes on which flat units are, if these are a repetition of them. */
function period(units: Segments, sizes: Shape, axis: number): Segments | undefined {
  const [before, after] = [product(sizes.slice(0, axis)), product(sizes.slice(axis + 1))];
  const all = resolved(units);
  const length = all.length / before;
  const periodic = all.every(
    ({ block, each }, i) =>
      each % after === 0 && block === all[i % length]?.block && each === all[i % length]?.each,
  );
  if (!Number.isInteger(length) || !periodic) return undefined;
  return all.slice(0, length).map(({ block, each }) => ({ block, each: each / after }));
}

/** Makes a single block a repetition of that which is on an axis. */
function divide(units: Segments, sizes: Shape, axis: number): void {
  const [only, ...others] = resolved(units);
  const [before, after] = [product(sizes.slice(0, axis)), product(sizes.slice(axis + 1))];
  if (others.length > 0 || after % only!.each !== 0) return;
  only!.block.repeat(before, after / only!.each);
}
