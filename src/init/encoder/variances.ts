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
   * Takes a batch of arrays of [outer, channels, inner] numbers, the batch axis in outer.
   *
   * @param inner numbers of a channel that lie together
   */
  add(data: ArrayLike<number>, inner: number): void {
    const channels = this.mean.length;
    const each = data.length / channels;
    if (each === 0) return;
    const total = this.count + each;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let at = c * inner; at < data.length; at += channels * inner) {
        for (let i = 0; i < inner; i++) sum += data[at + i]!;
      }
      const mean = sum / each;
      let squares = 0;
      for (let at = c * inner; at < data.length; at += channels * inner) {
        for (let i = 0; i < inner; i++) {
          const x = data[at + i]! - mean;
          squares += x * x;
        }
      }
      const delta = mean - this.mean[c]!;
      this.mean[c]! += (delta * each) / total;
      this.squares[c]! += squares + (delta * delta * this.count * each) / total;
    }
    this.count = total;
  }
}
