/**
 * gemm: C := alpha op(A) op(B) + beta C, row-major, op(X) = X or Xᵀ.
 *
 * Goto's scheme: op(B) is packed in blocks of KC x NC, op(A)ᵀ in blocks of KC x MC, both as panels;
 * the macro-kernel walks the tiles. Block sizes: a panel of A and one of B (KC · 32 bytes each) fit
 * the L1 cache together, a block of A (KC · MC) the L2 cache.
 *
 * Who has to bring the matrices into memory first takes the two halves apart: `gemmPack` packs a matrix as
 * it comes, some rows at a time, and `gemmTiles` makes some rows of C from what is packed. So neither A nor B
 * is ever here row-major as a whole, and what is packed has just been copied and is in the cache. The
 * sums are those of gemm, in the same order.
 */
import { alloc, mark, release } from "../arena";
import { Info } from "../info";
import { REAL } from "../real";
import { NR, ROW, at, columnOf, pack, panelBytes, panelStride, unpack } from "./panel";
import { MR, tileTN } from "./tile";

// @ts-ignore: decorator
@inline const KC: i32 = 256;
// @ts-ignore: decorator
@inline const MC: i32 = 128;
// @ts-ignore: decorator
@inline const NC: i32 = 1024;
// @ts-ignore: decorator
@inline const PAGE: usize = 4096;

/** What gemm allocates, at most: who cannot heed its code on every call makes sure of this much before. */
export function gemmWork(m: i32, n: i32, k: i32): u64 {
  const kc = min(k, KC);
  return panelBytes(kc, min(m, MC)) + panelBytes(kc, min(n, NC)) + <u64>MR * ROW + 3 * 16;
}

/** op(A) is m x k, op(B) is k x n, C is m x n; lda, ldb, ldc are the row lengths of what is stored. */
export function gemm(
  transA: bool, transB: bool, m: i32, n: i32, k: i32,
  alpha: real, a: usize, lda: i32, b: usize, ldb: i32, beta: real, c: usize, ldc: i32,
): Info {
  if (m == 0 || n == 0) return Info.OK;
  const frame = mark();
  const kc = min(k, KC);
  const packA = alloc(panelBytes(kc, min(m, MC)));
  const packB = alloc(panelBytes(kc, min(n, NC)));
  const edge = alloc(<u64>MR * ROW);
  if (!packA || !packB || !edge) {
    release(frame);
    return Info.MEMORY;
  }
  for (let j = 0; j < n; j += NC) {
    const nc = min(NC, n - j);
    // One round also for k = 0: it scales C by beta.
    for (let p = 0; p == 0 || p < k; p += KC) {
      const kb = min(KC, k - p);
      const scale: real = p == 0 ? beta : 1;
      pack(transB, kb, nc, b + REAL * (transB ? <usize>j * ldb + p : <usize>p * ldb + j), ldb, packB);
      for (let i = 0; i < m; i += MC) {
        const mc = min(MC, m - i);
        pack(!transA, kb, mc, a + REAL * (transA ? <usize>p * lda + i : <usize>i * lda + p), lda, packA);
        const stride = panelStride(kb);
        macro(mc, nc, kb, alpha, packA, stride, packB, stride, scale, c + REAL * (<usize>i * ldc + j), ldc, edge);
      }
    }
  }
  release(frame);
  return Info.OK;
}

/**
 * Packs for gemmTiles, one block of KC rows after the other, panelBytes(k, n) in all: `rows` rows of X, from row `first` on, X = B or (`trans`) Bᵀ of the k x n operand B; `x` is where
 * the first of them stands. `first` is a multiple of KC; with `trans`, of NR.
 */
export function gemmPack(trans: bool, k: i32, n: i32, first: i32, rows: i32, x: usize, ldx: i32, packed: usize): void {
  const from = trans ? 0 : first, to = trans ? k : first + rows;
  for (let p = from; p < to; p += KC) {
    const kb = min(KC, k - p);
    const block = packed + <usize>panelBytes(p, n);
    if (trans) pack(true, kb, rows, x + REAL * p, ldx, block + panelStride(kb) * (first / NR));
    else pack(false, kb, n, at(x, ldx, p - first, 0), ldx, block);
  }
}

/**
 * C := Aᵀ B for `rows` columns of A, k x m, from column `first`, a multiple of NR, and B, k x n, both as gemmPack
 * leaves them; C is rows x n. Where there are edges, or rows of C lie more than a page apart and their tiles compete for
 * the same lines of the L1 cache, it is summed in panels first. `work` holds panelBytes(MC, n) bytes.
 */
export function gemmTiles(
  m: i32, n: i32, k: i32, first: i32, rows: i32, a: usize, b: usize, c: usize, work: usize,
): void {
  for (let i = 0; i < rows; i += MC) {
    const mc = min(MC, rows - i);
    const direct = REAL * n <= PAGE && n % NR == 0 && mc % MR == 0;
    const cs = panelStride(mc), target = at(c, n, i, 0);
    const down = direct ? REAL * n : ROW, right = direct ? ROW : cs;
    // One round also for k = 0: C is zero then.
    for (let p = 0; p == 0 || p < k; p += KC) {
      const kb = min(KC, k - p);
      const stride = panelStride(kb);
      const from = a + <usize>panelBytes(p, m) + stride * ((first + i) / NR);
      const beta: real = p == 0 ? 0 : 1;
      let x = b + <usize>panelBytes(p, n);
      for (let j = 0, to = direct ? target : work; j < n; j += NR, x += stride, to += right) {
        for (let r = 0; r < mc; r += MR) tileTN(kb, 1, columnOf(from, stride, r), x, beta, to + down * r, down);
      }
    }
    if (!direct) unpack(false, mc, n, work, cs, target, n);
  }
}

/**
 * All tiles of C := alpha Aᵀ B + beta C for packed A and B, whose panels lie `as` and `bs` bytes apart;
 * tiles that pass the edge of C go through the scratch tile `edge`.
 */
export function macro(
  m: i32, n: i32, k: i32, alpha: real, a: usize, as: usize, b: usize, bs: usize,
  beta: real, c: usize, ldc: i32, edge: usize,
): void {
  for (let j = 0; j < n; j += NR, b += bs) {
    for (let i = 0; i < m; i += MR) {
      const ai = columnOf(a, as, i);
      const to = c + REAL * (<usize>i * ldc + j);
      const rows = min(MR, m - i);
      const cols = min(NR, n - j);
      if (rows == MR && cols == NR) {
        tileTN(k, alpha, ai, b, beta, to, REAL * ldc);
      } else {
        tileTN(k, alpha, ai, b, 0, edge, ROW);
        for (let r = 0; r < rows; r++) {
          for (let s = 0; s < cols; s++) {
            const entry = to + REAL * (<usize>r * ldc + s);
            const sum = load<real>(edge + ROW * r + REAL * s);
            store<real>(entry, beta == 0 ? sum : beta * load<real>(entry) + sum);
          }
        }
      }
    }
  }
}
