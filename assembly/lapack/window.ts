/**
 * A window on the diagonal of H: rows and columns w .. w + m - 1 are copied out, transformed there by an
 * orthogonal V that is accumulated (Vᵀ, by rows), and put back; the rest of H and Zᵀ then take V in products.
 * That is where the multishift iteration gets its speed: what it does entry by entry stays in the cache, the rest
 * runs in tiles.
 *
 * V may be banded: V(k, i) = 0 for k < i - below and k > i + above. A product then runs over the band only. Both
 * sides read V from the same panels; NR rows or columns of H are packed at a time, which makes room for the result.
 */
import { NR, ROW, at, columnOf, pack, panelStride } from "../blas/panel";
import { MR, tileTN } from "../blas/tile";
import { REAL } from "../real";

@unmanaged
export class Window {
  /** H and Zᵀ, n x n; z = 0: neither Z nor the rest of T are wanted. */
  n: i32;
  h: usize;
  z: usize;
  /** The window's own T and Vᵀ with their leading dimension; V and one panel of H in panels; an edge tile. */
  ld: i32;
  t: usize;
  v: usize;
  packed: usize;
  panel: usize;
  edge: usize;
  /** First row and order. */
  w: i32;
  m: i32;
  /** Bandwidths of V. */
  below: i32;
  above: i32;

  /** Copies a window out; V = I. */
  open(w: i32, m: i32): void {
    this.w = w;
    this.m = m;
    this.below = m;
    this.above = m;
    for (let i = 0; i < m; i++) {
      memory.copy(at(this.t, this.ld, i, 0), at(this.h, this.n, w + i, w), REAL * m);
      memory.fill(at(this.v, this.ld, i, 0), 0, REAL * m);
      store<real>(at(this.v, this.ld, i, i), 1);
    }
  }

  /** Puts it back and transforms rows and columns lo..hi of H beside it (all of them if there is a Z), and Z. */
  close(lo: i32, hi: i32): void {
    const n = this.n, w = this.w, m = this.m, h = this.h;
    for (let i = 0; i < m; i++) memory.copy(at(h, n, w + i, w), at(this.t, this.ld, i, 0), REAL * m);
    pack(true, m, m, this.v, this.ld, this.packed);
    for (let i = this.z ? 0 : lo; i < w; i += NR) this.fromRight(min(NR, w - i), at(h, n, i, w));
    this.fromLeft((this.z ? n : hi + 1) - w - m, at(h, n, w, w + m));
    if (this.z) this.fromLeft(n, at(this.z, n, w, 0));
  }

  /** X := X V, up to NR rows. */
  private fromRight(rows: i32, x: usize): void {
    const m = this.m, n = this.n;
    pack(true, m, rows, x, n, this.panel);
    for (let j = 0, v = this.packed; j < m; j += NR, v += panelStride(m)) {
      const from = max(0, j - this.below), to = min(m, j + NR + this.above);
      for (let i = 0; i < rows; i += MR) {
        const a = this.panel + ROW * from + REAL * i, c = at(x, n, i, j);
        this.product(to - from, a, v + ROW * from, min(MR, rows - i), min(NR, m - j), c);
      }
    }
  }

  /** X := Vᵀ X, m rows. */
  private fromLeft(cols: i32, x: usize): void {
    const m = this.m, n = this.n;
    for (let j = 0; j < cols; j += NR) {
      pack(false, m, min(NR, cols - j), at(x, 1, j, 0), n, this.panel);
      for (let i = 0; i < m; i += MR) {
        const from = max(0, i - this.below), to = min(m, i + MR + this.above);
        const v = columnOf(this.packed, panelStride(m), i);
        const b = this.panel + ROW * from, c = at(x, n, i, j);
        this.product(to - from, v + ROW * from, b, min(MR, m - i), min(NR, cols - j), c);
      }
    }
  }

  /** One tile of AᵀB, or what of it lies inside. */
  private product(k: i32, a: usize, b: usize, rows: i32, cols: i32, c: usize): void {
    if (rows == MR && cols == NR) {
      tileTN(k, 1, a, b, 0, c, REAL * this.n);
      return;
    }
    tileTN(k, 1, a, b, 0, this.edge, ROW);
    for (let i = 0; i < rows; i++) memory.copy(at(c, this.n, i, 0), this.edge + ROW * i, REAL * cols);
  }
}
