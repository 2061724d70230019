/**
 * merge: what stedc and its leaves work on, an eigenproblem of order n in pieces that grow together; and bdsdc, for
 * which it is that of BᵀB, with Q as the right vectors and `left` beside it.
 *
 * The piece lo..hi-1 has its values in d[lo..hi-1], their ascending order as indices in order[lo..hi-1], and its
 * vectors in the block lo..hi-1 of Q. First and last row of every piece of Q stand apart in f64: they are all that the
 * values need, which are therefore the same to the bit without vectors.
 */
import { alloc } from "../arena";
import { PAD, ROW, pad, panelBytes, panelStride } from "../blas/panel";

/** Panels of U that are there at a time: four fit the L2 cache beside what they are multiplied with. */
// @ts-ignore: decorator
@inline export const GROUP: i32 = 4;

@unmanaged
export class Merge {
  /** With vectors? */
  vectors: bool;
  /** Panels of n x n, 0 without vectors, and the distance between them. */
  q: usize;
  stride: usize;
  /** The left vectors of a singular value decomposition, in panels like Q; else 0. */
  left: usize;
  /** n f64 each: values, off-diagonals, first and last row of Q, z. */
  d: usize;
  e: usize;
  first: usize;
  last: usize;
  z: usize;
  /** i32 each: order, columns that are kept and deflated, row of U of a kept column, kind of a column. */
  order: usize;
  kept: usize;
  deflated: usize;
  place: usize;
  kind: usize;
  /** f64: singular values of what is kept, whose squares are in dk. */
  root: usize;
  /** f64: d and z of what is kept, z², the root as origin and distance, new ẑ, a column of U. */
  dk: usize;
  zk: usize;
  zz: usize;
  origin: usize;
  tau: usize;
  zhat: usize;
  u: usize;
  /** f64: values and rows of the merged piece before they replace those of its halves. */
  spare: usize;
  /** GROUP panels of U, and the columns of Q by kind; absent without vectors. */
  panel: usize;
  columns: usize;
}

/** Room for the columns of Q by kind. */
export function columnsBytes(n: i32): u64 {
  return panelBytes(n, n) + 4 * <u64>panelStride(n);
}

/** A workspace, or null. With vectors, `columns` has room for those of Q by kind. */
export function merging(n: i32, vectors: bool, q: usize, left: usize, columns: usize): Merge | null {
  const at = alloc(offsetof<Merge>());
  const np = <u64>pad(n, PAD);
  const f64s = alloc(8 * 16 * np);
  const i32s = alloc(4 * 5 * np);
  const panel = alloc(vectors ? ROW * GROUP * (np + PAD) : 0);
  if (!at || !f64s || !i32s || !panel) return null;
  const m = changetype<Merge>(at);
  const step = <usize>(8 * np);
  m.vectors = vectors;
  m.q = q;
  m.left = left;
  m.stride = panelStride(n);
  m.d = f64s;
  m.e = f64s + step;
  m.first = f64s + 2 * step;
  m.last = f64s + 3 * step;
  m.z = f64s + 4 * step;
  m.dk = f64s + 5 * step;
  m.zk = f64s + 6 * step;
  m.zz = f64s + 7 * step;
  m.origin = f64s + 8 * step;
  m.tau = f64s + 9 * step;
  m.zhat = f64s + 10 * step;
  m.u = f64s + 11 * step;
  m.spare = f64s + 12 * step;
  m.root = f64s + 15 * step;
  m.order = i32s;
  m.kept = i32s + step / 2;
  m.deflated = i32s + step;
  m.place = i32s + 3 * step / 2;
  m.kind = i32s + 2 * step;
  m.panel = panel;
  m.columns = columns;
  return m;
}
