/** Mean and variance of every channel of a stream of arrays, in f64, by the rule of `moments.ts`. */
import { float64 } from "../../arrays.ts";

export class Variances {
  readonly mean: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  constructor(channels: number) {
    this.mean = float64(channels);
    this.squares = float64(channels);
  }

  /** Σ (x − mean)² / count */
  get variance(): Float64Array {
    return float64(this.squares, (sum) => sum / this.count);
  }

  /**
   * Adds a batch of arrays of [outer, channels, inner] numbers, the batch axis in outer.
   *
   * @param inner number of contiguous numbers of a channel
   */
  add(data: ArrayLike<number>, inner: number): void {
    const channels = this.mean.length;
    const each = data.length / channels;
    if (each === 0) return;
    const total = this.count + each;
    const means = float64(channels);
    // In memory order: taking one channel after the other would read all of the memory once for each channel.
    for (let at = 0; at < data.length;) {
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < inner; i++) means[c]! += data[at++]!;
      }
    }
    means.forEach((sum, c) => (means[c] = sum / each));
    const squares = float64(channels);
    for (let at = 0; at < data.length;) {
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < inner; i++) {
          const x = data[at++]! - means[c]!;
          squares[c]! += x * x;
        }
      }
    }
    for (let c = 0; c < channels; c++) {
      const delta = means[c]! - this.mean[c]!;
      this.mean[c]! += (delta * each) / total;
      this.squares[c]! += squares[c]! + (delta * delta * this.count * each) / total;
    }
    this.count = total;
  }
}
