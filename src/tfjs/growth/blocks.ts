/**
 * The units along the axis of a tensor or weight, as segments of *blocks*. A block is a run of units that grow together
 * wherever they appear: Concatenate puts segments side by side, Flatten repeats them, Add makes blocks one.
 */

/** Why units cannot grow: what would be needed, and what is there instead. */
export interface Hindrance {
  readonly expected: string;
  /** Given the layer that was to grow, names what is in the way. */
  readonly actual: (grown: string) => string;
}

/** A run of units. It may turn out to be the same as another block, or to consist of others. */
export class Block {
  private same?: Block;
  private parts?: Segments;
  hindrance: Hindrance | undefined;

  constructor(
    readonly size: number,
    hindrance?: Hindrance,
  ) {
    this.hindrance = hindrance;
  }

  /** The blocks that this one consists of by now: leaves of its tree. */
  leaves(): Segments {
    if (this.same) return this.same.leaves();
    return this.parts ? resolved(this.parts) : [{ block: this, each: 1 }];
  }

  /** Cuts a leaf in two behind its first units. */
  cut(first: number): void {
    this.parts = [first, this.size - first].map((size) => ({
      block: new Block(size, this.hindrance),
      each: 1,
    }));
  }

  /** Makes a leaf the repetition of a smaller block, as a reshape shows it to be. */
  repeat(times: number, each: number): void {
    const block = new Block(this.size / times / each, this.hindrance);
    this.parts = Array.from({ length: times }, () => ({ block, each }));
  }

  /** Makes two leaves of the same size one. */
  unite(other: Block): void {
    if (other === this) return;
    other.same = this;
    this.hindrance ??= other.hindrance;
  }
}

/** A block on an axis, on which every unit takes `each` neighbouring places. */
export interface Segment {
  readonly block: Block;
  readonly each: number;
}

export type Segments = readonly Segment[];

/** The units along every axis of a tensor; undefined for axes of other things, such as positions or time. */
export type Layout = readonly (Segments | undefined)[];

/** The segments with every block replaced by what it consists of. */
export function resolved(segments: Segments): Segments {
  return segments.flatMap(({ block, each }) => multiplied(block.leaves(), each));
}

/** Marks all units as unable to grow, unless there is a reason already. */
export function hinder(segments: Segments | undefined, hindrance: Hindrance): void {
  for (const { block } of resolved(segments ?? [])) block.hindrance ??= hindrance;
}

/** Marks all units as unable to grow, for this reason before any other. */
export function hinderAbove(segments: Segments | undefined, hindrance: Hindrance): void {
  for (const { block } of resolved(segments ?? [])) block.hindrance = hindrance;
}

/** Whether a block is among the segments. */
export function includes(segments: Segments | undefined, block: Block): boolean {
  return resolved(segments ?? []).some((segment) => segment.block === block);
}

/** Whether a block is on any axis. */
export const carries = (layout: Layout, block: Block): boolean =>
  layout.some((units) => includes(units, block));

/** Every unit with `times` as many neighbouring places. */
export function multiplied(segments: Segments, times: number): Segments {
  return segments.map(({ block, each }) => ({ block, each: each * times }));
}

/** The length of an axis with k more units in one block; its length as it is without a block. */
export function lengthOf(segments: Segments, grown?: Block, k = 0): number {
  return resolved(segments).reduce(
    (sum, { block, each }) => sum + (block.size + (block === grown ? k : 0)) * each,
    0,
  );
}

/**
 * Makes the units of two axes of the same length one by one the same.
 *
 * @param hindrance what to say of units that are laid out differently on the two axes
 */
export function couple(one: Segments, two: Segments, hindrance: Hindrance): void {
  for (;;) {
    const [a, b] = [resolved(one), resolved(two)];
    const at = a.findIndex(({ block }, i) => block.size !== b[i]?.block.size);
    const alike = a.slice(0, at < 0 ? a.length : at).every(({ each }, i) => each === b[i]!.each);
    const [x, y] = [a[at], b[at]];
    if (!alike || (at >= 0 && (!y || x!.each !== y.each))) {
      hinder(one, hindrance);
      hinder(two, hindrance);
      return;
    }
    if (at < 0) {
      // Uniting two leaves may make later ones the same, so they are resolved again for each.
      a.forEach(({ block }, i) => block.leaves()[0]!.block.unite(b[i]!.block.leaves()[0]!.block));
      return;
    }
    const [small, large] = x!.block.size < y!.block.size ? [x!, y!] : [y!, x!];
    large.block.cut(small.block.size);
  }
}
