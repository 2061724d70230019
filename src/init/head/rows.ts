/** Rows of numbers that come one after the other. */
import { float32, float64 } from "../../arrays.ts";

/** An array of rows of `width` numbers that grows as rows are added. */
export class Rows<T extends Float32Array | Float64Array> {
  private array: T;
  count = 0;

  constructor(
    readonly width: number,
    private readonly make: (size: number) => T,
  ) {
    this.array = make(0);
  }

  static single(width: number): Rows<Float32Array> {
    return new Rows(width, float32);
  }

  static double(width: number): Rows<Float64Array> {
    return new Rows(width, float64);
  }

  /** All numbers, row after row: a view, valid until the next change. */
  get data(): T {
    return this.array.subarray(0, this.count * this.width) as T;
  }

  row(i: number): T {
    return this.array.subarray(i * this.width, (i + 1) * this.width) as T;
  }

  /** Adds rows. If memory is short, a MemoryError is thrown and nothing is added. */
  push(rows: ArrayLike<number>): void {
    this.reserve(rows.length);
    this.array.set(rows, this.count * this.width);
    this.count += rows.length / this.width;
  }

  /** Makes room for some more numbers, or throws a MemoryError. */
  reserve(more: number): void {
    const used = this.count * this.width;
    if (used + more <= this.array.length) return;
    // Half as much again, so that single rows cost constant time each.
    const larger = this.make(Math.max(used + more, Math.ceil(1.5 * used)));
    larger.set(this.data);
    this.array = larger;
  }

  clear(): void {
    this.count = 0;
  }

  /** A new array of the rows that pass, in their order. */
  filter(passes: (i: number) => boolean): Rows<T> {
    const kept = new Rows(this.width, this.make);
    const chosen = Array.from({ length: this.count }, (_, i) => i).filter(passes);
    kept.array = this.make(chosen.length * this.width);
    chosen.forEach((from, to) => kept.array.set(this.row(from), to * this.width));
    kept.count = chosen.length;
    return kept;
  }
}
