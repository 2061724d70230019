/**
 * A window on the diagonal of H: rows and columns w .. w + m - 1 are copied out, transformed there by an
 * orthogonal V that is accumulated (Vᵀ, by rows), and put back; the rest of H and Zᵀ then take V in products.
 * That is where the multishift iteration gets its speed: what it does entry by entry stays in the cache, the rest
 * is gemm.
 */
import { gemm } from "../blas/gemm";
import { at } from "../blas/panel";
import { REAL } from "../real";

@unmanaged
export class Window {
  /** H and Zᵀ, n x n; z = 0: neither Z nor the rest of T are wanted. */
  n: i32;
  h: usize;
  z: usize;
  /** The window's own T and Vᵀ with their leading dimension, and room for a slab, m x n. */
  ld: i32;
  t: usize;
  v: usize;
  slab: usize;
  /** First row and order. */
  w: i32;
  m: i32;

  /** Copies a window out; V = I. */
  open(w: i32, m: i32): void {
    this.w = w;
    this.m = m;
    for (let i = 0; i < m; i++) {
      memory.copy(at(this.t, this.ld, i, 0), at(this.h, this.n, w + i, w), REAL * m);
      memory.fill(at(this.v, this.ld, i, 0), 0, REAL * m);
      store<real>(at(this.v, this.ld, i, i), 1);
    }
  }

  /** Puts it back and transforms rows and columns lo..hi of H beside it (all of them if there is a Z), and Z. */
  close(lo: i32, hi: i32): void {
    const n = this.n, w = this.w, m = this.m, h = this.h, ld = this.ld;
    for (let i = 0; i < m; i++) memory.copy(at(h, n, w + i, w), at(this.t, ld, i, 0), REAL * m);
    const first = this.z ? 0 : lo, right = w + m, cols = (this.z ? n : hi + 1) - right;
    gemm(false, true, w - first, m, m, 1, at(h, n, first, w), n, this.v, ld, 0, this.slab, m);
    for (let i = first; i < w; i++) memory.copy(at(h, n, i, w), at(this.slab, m, i - first, 0), REAL * m);
    this.rows(at(h, n, w, right), cols);
    if (this.z) this.rows(at(this.z, n, w, 0), n);
  }

  /** m rows of an n-column matrix, `cols` columns of them. */
  private rows(x: usize, cols: i32): void {
    const m = this.m;
    if (cols <= 0) return;
    gemm(false, false, m, cols, m, 1, this.v, this.ld, x, this.n, 0, this.slab, cols);
    for (let i = 0; i < m; i++) memory.copy(at(x, this.n, i, 0), at(this.slab, cols, i, 0), REAL * cols);
  }
}
