import fc from "fast-check";
import * as assert from "uvu/assert";
import { Info } from "../../assembly/info.ts";
import { names } from "../../src/wasm/binaries/index.ts";
import type { Kernels as Jacobi } from "../../src/wasm/rooms/jacobi.ts";
import type { Kernels as Lanes } from "../../src/wasm/rooms/lanes.ts";
import type { Kernels as Nonsymmetric } from "../../src/wasm/rooms/nonsymmetric.ts";
import { frame, type Kernels as Orthogonal } from "../../src/wasm/rooms/orthogonal.ts";
import type { Kernels as Polynomials } from "../../src/wasm/rooms/polynomials.ts";
import type { Kernels as Products } from "../../src/wasm/rooms/products.ts";
import type { Kernels as Random } from "../../src/wasm/rooms/random.ts";
import type { Kernels as Spreading } from "../../src/wasm/rooms/spreading.ts";
import type { Kernels as Symmetric } from "../../src/wasm/rooms/symmetric.ts";
import type { Kernels as Systems } from "../../src/wasm/rooms/systems.ts";
import type { Kernels as Training } from "../../src/wasm/rooms/training.ts";
import { kernels as binaries, type Room } from "../support/kernels.ts";
import { build, gaussian } from "../support/matrices.ts";
import { precisions, type Precision } from "../support/precisions.ts";
import { quasi } from "../support/quasi.ts";
import { suite } from "../support/suite.ts";
import { Failing } from "../support/failing.ts";

/** Puts gaussian numbers. */
const filled =
  (f: Failing<unknown>, precision: Precision) =>
  (m: number, n = 1) =>
    f.put(gaussian(m, n, precision).data);

type Job = () => () => Info | void;

/** Jobs of a driver of the singular value decomposition. */
const svdJobs =
  (f: Failing<unknown>, kernel: Symmetric["gesdd"], precision: Precision) =>
  (wide: number, m: number, n: number, vectors: number) =>
  () => {
    const put = filled(f, precision);
    const [a, u, s, v] = [put(m, n), put(m, n), put(n + 2), put(n, n)];
    return () => kernel(wide, m, n, n, vectors, 0, a, u, s, v);
  };

/** Drivers of each room, ready to be run on matrices of about m x n; the kernel of the room `random` allocates nothing. */
const drivers: Record<
  Exclude<Room, "random">,
  (f: Failing<any>, precision: Precision, m: number, n: number) => Record<string, Job>
> = {
  jacobi(f: Failing<Jacobi>, precision, m, n) {
    const gejsv = svdJobs(f, f.kernels.gejsv, precision);
    const of = (k: number, entry: (i: number, j: number) => number) => () => {
      const a = f.put(build(k, k, precision, entry).data);
      const [u, s, v] = [k * k, k + 2, k * k].map((size) =>
        f.put(gaussian(1, size, precision).data),
      );
      return () => f.kernels.gejsv(0, k, k, k, 1, 0, a, u!, s!, v!);
    };
    return {
      // Without an inverse, and so large that it is preconditioned.
      "gejsv singular": of(m, (i, j) => Number(i % 3 === j % 3)),
      "gejsv preconditioned": of(96, (i, j) => Number(i === j) + ((7 * i + 3 * j) % 11) / 300),
      "gejsv tall": gejsv(0, m, n, 1),
      "gejsv wide": gejsv(1, m, n, 1),
      "gejsv, values only": gejsv(0, m, n, 0),
    };
  },
  lanes(f: Failing<Lanes>, precision, m) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      gesvjb: () => {
        const [a, u, s, v] = [put(20, m), put(20, m), put(4, m), put(16, m)];
        return () => kernels.gesvjb(0, m, 5, 4, 1, a, u, s, v);
      },
    };
  },
  nonsymmetric(f: Failing<Nonsymmetric>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const schur = (k: number) => f.put(quasi(k, precision, { seed: 1, pairs: 7, shift: 5 }).data); // prettier-ignore
    const gees = (vectors: number, balance: number, k: number, sizes: number[]) => () => {
      const [a, z, w] = [put(k, k), put(k, k), put(2, k)];
      const [nb, nmin, nw, bulges] = sizes as [number, number, number, number];
      return () => kernels.gees(vectors, balance, k, nb, nmin, nw, bulges, a, z, w);
    };
    const trsyl = () => {
      const [a, b, c, status] = [schur(m), schur(n), put(m, n), put(2)];
      return () => kernels.trsyl(0, 0, 0, m, n, a, b, c, status);
    };
    return {
      "gees, lahqr": gees(1, 0, m, [32, 1000, 8, 1]),
      "gees, laqr0": gees(1, 0, 17, [32, 3, 3, 1]),
      "gees, balanced values": gees(0, 1, 12, [32, 1000, 8, 1]),
      trevc: () => {
        const [t, z, v] = [schur(m), put(m, m), put(m, m)];
        return () => kernels.trevc(m, t, z, v);
      },
      trsyl,
    };
  },
  orthogonal(f: Failing<Orthogonal>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      haar: () => {
        const q = put(m, n);
        return () => kernels.haar(0, m, n, 1, 2, 0, q);
      },
      qr: () => {
        const [a, q, r] = [put(m, n), put(m, n), put(n, n)];
        return () => kernels.qr(m, n, n, 1, 0, a, q, r);
      },
    };
  },
  polynomials(f: Failing<Polynomials>, precision, m) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      roots: () => {
        const [a, re, im, radius] = [put(m + 1, 2), put(m), put(m), put(m)];
        return () => kernels.roots(m, 0, 1, a, re, im, radius);
      },
      "roots of a cluster": () => {
        // (1 - x)ⁿ times x, whose discs touch.
        const c = [0, 1];
        for (let k = 1; k < m; k++) for (let j = (c.push(0), k + 1); j > 0; j--) c[j]! -= c[j - 1]!;
        const a = f.put(c.flatMap((x) => [x, 0]));
        const [re, im, radius] = [put(m), put(m), put(m)];
        return () => kernels.roots(m, 1, 1, a, re, im, radius);
      },
    };
  },
  products(f: Failing<Products>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      gemm: () => {
        const [a, b, c] = [put(m, n), put(n, m), put(m, m)];
        return () => kernels.gemm(0, 0, m, m, n, 1, a, n, b, m, 0, c, m);
      },
    };
  },
  spreading(f: Failing<Spreading>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      spread: () => {
        const a = put(n, m);
        return () => kernels.spread(0, m, n, 0.1, a);
      },
    };
  },
  symmetric(f: Failing<Symmetric>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const gesdd = svdJobs(f, kernels.gesdd, precision);
    return {
      "gesdd tall": gesdd(0, 80, 40, 1),
      "gesdd nearly square": gesdd(0, 45, 40, 1),
      "gesdd wide": gesdd(1, m, n, 1),
      "gesdd, values only": gesdd(0, m, n, 0),
      "syevd, leaf": () => {
        const [a, w, z] = [put(m, m), put(m), put(m, m)];
        return () => kernels.syevd(m, 1, 0, a, w, z);
      },
      "syevd, values only": () => {
        const [a, w] = [put(40, 40), put(40)];
        return () => kernels.syevd(40, 0, 0, a, w, 0);
      },
    };
  },
  systems(f: Failing<Systems>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const definite = () => f.put(build(m, m, precision, (i, j) => (i === j ? m : 1 / (1 + i + j))).data); // prettier-ignore
    return {
      cholesky: () => {
        const [a, status] = [definite(), put(1)];
        return () => kernels.cholesky(m, a, status);
      },
      gesv: () => {
        const [a, b, status] = [put(m, m), put(m, n), put(2)];
        return () => kernels.gesv(0, m, n, a, b, status);
      },
      "gesv, positive definite": () => {
        const [a, b, status] = [definite(), put(m, n), put(2)];
        return () => kernels.gesv(1, m, n, a, b, status);
      },
      gesvb: () => {
        const [a, b, d, done] = [put(m, 9), put(m, 6), put(m, 3), put(m)];
        return () => kernels.gesvb(0, m, 3, 2, a, b, d, done);
      },
      getri: () => {
        const [a, status] = [put(m, m), put(2)];
        return () => kernels.getri(m, a, status);
      },
      lu: () => {
        const [a, l, u, rows, status] = [put(m, n), put(m, n), put(n, n), put(m), put(2)];
        return () => kernels.lu(m, n, a, l, u, 0, rows, status);
      },
      trtrs: () => {
        const [a, b, status] = [put(m, m), put(m, n), put(1)];
        return () => kernels.trtrs(1, 0, 0, m, n, a, b, status);
      },
    };
  },
  training(f: Failing<Training>, precision) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      wgrad: () => {
        // More pixels than a block has: it needs sums of its own.
        const [x, dy, dw] = [put(20 * 20, 2), put(20 * 20, 3), put(18, 3)];
        return () => kernels.wgrad(20, 20, 2, 3, 20, 20, 3, 3, 1, 1, 1, 1, x, dy, dw);
      },
      dwgrad: () => {
        const [x, dy, dw] = [put(25, 2), put(25, 6), put(9, 6)];
        return () => kernels.dwgrad(5, 5, 2, 3, 5, 5, 3, 3, 1, 1, 1, 1, x, dy, dw);
      },
    };
  },
};

/** Other ways through the drivers, and kernels that allocate nothing: whether one of their allocations fails is not asked. */
const ways: Partial<
  Record<Room, (f: Failing<any>, precision: Precision, m: number, n: number) => Record<string, Job>>
> = {
  jacobi(f: Failing<Jacobi>, precision, m, n) {
    const { gejsv } = f.kernels;
    const of =
      (wide: number, cols: number, entry: (x: number, i: number, j: number) => number) => () => {
        const { data } = gaussian(m, n, precision);
        const a = f.put(data.map((x, at) => entry(x, Math.floor(at / n), at % n)));
        const [u, s, v] = [m * cols, n + 2, n * n].map((size) => f.put(new Array(size).fill(0)));
        return () => gejsv(wide, m, n, cols, 1, 0, a, u!, s!, v!);
      };
    return {
      complete: of(0, m, (x) => x),
      "graded columns": of(0, n, (x, _, j) => x * 10 ** (-3 * j)),
      "graded rows": of(0, m, (x, i) => x * 10 ** (-3 * (i % 5))),
      "half the rank": of(1, n, (x, _, j) => (j % 2 ? x : 0)),
      // Its right vectors cannot be solved for in f64.
      "subnormal columns": of(0, n, (x, _, j) => (j % 2 ? x : precision.tiny * Math.round(99 * x))),
      zero: of(0, n, () => 0),
    };
  },
  lanes(f: Failing<Lanes>, precision, m, n) {
    const put = filled(f, precision);
    const of = (wide: number, vectors: number) => () => {
      const [a, u, s, v] = [put(n * n, m), put(n * n, m), put(n, m), put(n * n, m)];
      return () => f.kernels.gesvjb(wide, m, n, n, vectors, a, u, s, v);
    };
    return { wide: of(1, 1), "values only": of(0, 0) };
  },
  nonsymmetric(f: Failing<Nonsymmetric>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const gees = (vectors: number, k: number, sizes: number[]) => () => {
      const [a, z, w] = [put(k, k), put(k, k), put(2, k)];
      const [nb, nmin, nw, bulges] = sizes as [number, number, number, number];
      return () => kernels.gees(vectors, 0, k, nb, nmin, nw, bulges, a, z, w);
    };
    const trsyl = (transA: number, transB: number) => () => {
      const [a, b] = [m, n].map((k) => f.put(quasi(k, precision, { pairs: 9, shift: 5 }).data));
      const [c, status] = [put(m, n), put(2)];
      return () => kernels.trsyl(transA, transB, 1 - transA, m, n, a!, b!, c, status);
    };
    return {
      "gees in blocks": gees(1, m + n, [8, 1000, 8, 1]),
      "laqr0 with two bulges": gees(1, m + n, [8, 3, 8, 2]),
      "laqr0, a small window": gees(1, m, [8, 3, 2, 1]),
      "laqr0, values only": gees(0, m + n, [32, 3, 5, 1]),
      "gees, isolated values": () => {
        // Rows and columns of zeros at either end.
        const a = gaussian(m, m, precision).data.map((x, at) =>
          at % m < Math.floor(at / m) && (at % m < 2 || at >= m * (m - 2)) ? 0 : x,
        );
        const [at, w] = [f.put(a), put(2, m)];
        return () => kernels.gees(0, 1, m, 8, 1000, 8, 1, at, 0, w);
      },
      "trsyl, transposed": trsyl(1, 0),
      "trsyl, both transposed": trsyl(0, 1),
      "trevc, small": () => {
        const k = Math.ceil(n / 2);
        const [t, z, v] = [f.put(quasi(k, precision, { pairs: 3 }).data), put(k, k), put(k, k)];
        return () => kernels.trevc(k, t, z, v);
      },
      trexc: () => {
        const { data } = quasi(m, precision, { shift: 5 });
        const [t, v, work] = [f.put(data), put(m, m), put(640 / precision.bytes)];
        const from = data[m * m - 2] === 0 ? m - 1 : m - 2;
        return () => void kernels.trexc(m, t, m, v, m, from, 0, work);
      },
    };
  },
  orthogonal(f: Failing<Orthogonal>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const qr = (rows: number, cols: number, width: number) => () => {
      const k = Math.min(rows, cols);
      const [a, q, r] = [put(rows, cols), put(rows, width), put(k, cols)];
      return () => kernels.qr(rows, cols, width, 0, 0, a, q, r);
    };
    return {
      "haar, transposed": () => {
        const q = put(m, n);
        return () => kernels.haar(1, m, n, 1, 2, 0, q);
      },
      "qr, complete": qr(m, n, m),
      "qr, wide": qr(n, m, n),
      "qr, tiny columns": () => {
        // Of reflectors that are lifted.
        const tiny = (x: number, at: number) =>
          at % n && at % n < n - 1 ? x : x * precision.safmin;
        const [a, q, r] = [f.put(gaussian(m, n, precision).data.map(tiny)), put(m, n), put(n, n)];
        return () => kernels.qr(m, n, n, 1, 0, a, q, r);
      },
      larnv: () => {
        const [x, work] = [put(m, n), put(128 / precision.bytes)];
        return () => kernels.larnv(m * n, 1, 2, 0n, x, work);
      },
    };
  },
  polynomials(f: Failing<Polynomials>, precision, m, n) {
    const put = filled(f, precision);
    return {
      "roots of a real one": () => {
        const a = f.put(gaussian(m, 2, precision).data.map((x, at) => (at < 4 || at % 2 ? 0 : x)));
        const [re, im, radius] = [put(m - 1), put(m - 1), put(m - 1)];
        return () => f.kernels.roots(m - 1, 1, 1, a, re, im, radius);
      },
      "roots that are zero": () => {
        const a = f.put([...new Array(2 * m).fill(0), 1, 0]);
        const [re, im, radius] = [put(m), put(m), put(m)];
        return () => f.kernels.roots(m, 0, 1, a, re, im, radius);
      },
      "a root apart from a cluster": () => {
        // (1 - x)ⁿ times 1 - 100 x.
        const c = [1, -100];
        for (let k = 1; k < n; k++) for (let j = (c.push(0), k + 1); j > 0; j--) c[j]! -= c[j - 1]!;
        const a = f.put(c.flatMap((x) => [x, 0]));
        const [re, im, radius] = [put(n), put(n), put(n)];
        return () => f.kernels.roots(n, 0, 1, a, re, im, radius);
      },
      polyval: () => {
        const [a, moduli, x] = [put(m + 1, 2), put(m + 1), put(n, 2)];
        return () => f.kernels.polyval(m, a, moduli, n, x);
      },
    };
  },
  products(f: Failing<Products>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const NR = 32 / precision.bytes;
    const panels = (rows: number, cols: number) =>
      put(8 * Math.ceil(rows / 8), NR * Math.ceil(cols / NR));
    /** AᵀB of a packed rows x k and k x cols matrix. */
    const packed = (rows: number, cols: number, k: number) => () => {
      const [a, b, c] = [put(rows, k), put(k, cols), put(rows, cols)];
      const [pa, pb, work] = [panels(k, rows), panels(k, cols), panels(128, cols)];
      return () => {
        kernels.gemmPack(1, k, rows, 0, rows, a, k, pa);
        kernels.gemmPack(0, k, cols, 0, k, b, cols, pb);
        kernels.gemmTiles(rows, cols, k, 0, rows, pa, pb, c, work);
      };
    };
    return {
      "gemm, transposed": () => {
        const [a, b, c] = [put(n, m), put(m, n), put(m, m)];
        return () => kernels.gemm(1, 1, m, m, n, 2, a, m, b, n, 0.5, c, m);
      },
      packed: packed(m, n, m),
      "packed, a block": packed(128, n, m),
      "packed in pieces": () => {
        const pb = panels(300, n);
        const [second, first] = [put(44, n), put(256, n)];
        return () => {
          kernels.gemmPack(0, 300, n, 0, 256, first, n, pb);
          kernels.gemmPack(0, 300, n, 256, 44, second, n, pb);
        };
      },
    };
  },
  random(f: Failing<Random>, precision, m) {
    const put = filled(f, precision);
    const kinds = [0, 1, 2].map((kind) => [
      `draw, kind ${kind}`,
      () => {
        const [x, work] = [put(4, m), put(32)];
        return () => f.kernels.draw(kind, 4 * m, 1, 2, 0n, 1, 2, -1, 3, x, work);
      },
    ]);
    return Object.fromEntries(kinds);
  },
  spreading(f: Failing<Spreading>, precision, m, n) {
    const put = filled(f, precision);
    return {
      "spread, rows": () => {
        const a = put(m, n);
        return () => f.kernels.spread(1, m, n, 0.1, a);
      },
    };
  },
  symmetric(f: Failing<Symmetric>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const syevd = (k: number, entry?: (i: number, j: number) => number) => () => {
      const a = entry ? f.put(build(k, k, precision, entry).data) : put(k, k);
      const [w, z] = [put(k), put(k, k)];
      return () => kernels.syevd(k, 1, 0, a, w, z);
    };
    return {
      "gesdd, complete": () => {
        const [a, u, s, v] = [put(m, n), put(m, m), put(n + 2), put(n, n)];
        return () => kernels.gesdd(0, m, n, m, 1, 0, a, u, s, v);
      },
      // Some rows of it are nothing, among them one that two pieces meet in.
      "gesdd, diagonal": () => {
        const a = f.put(build(72, 72, precision, (i, j) => Number(i === j && i % 24 !== 23)).data);
        const [u, s, v] = [put(72, 72), put(74), put(72, 72)];
        return () => kernels.gesdd(0, 72, 72, 72, 1, 0, a, u, s, v);
      },
      "gesdd, two leaves": svdJobs(f, kernels.gesdd, precision)(0, 48 + n, 48, 1),
      "syevd, two leaves": syevd(32 + m),
      "syevd, deflated": syevd(32 + m, (i, j) => Number(i % 3 === j % 3)),
    };
  },
  systems(f: Failing<Systems>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    const trtrs = (lower: number, trans: number, unit: number) => () => {
      const [a, b, status] = [put(m, m), put(m, n), put(1)];
      return () => kernels.trtrs(lower, trans, unit, m, n, a, b, status);
    };
    return {
      "trtrs, lower and transposed": trtrs(1, 1, 0),
      "trtrs, upper": trtrs(0, 0, 0),
      "trtrs, upper and transposed": trtrs(0, 1, 1),
      "lu, wide": () => {
        const [a, l, u, d, rows, status] = [put(n, m), put(n, n), put(n, m), put(n), put(n), put(2)]; // prettier-ignore
        return () => kernels.lu(n, m, a, l, u, d, rows, status);
      },
      "gesvb, positive definite": () => {
        const one = build(n, n, precision, (i, j) => (i === j ? 2 : 1)).data;
        const a = f.put(Array.from({ length: m }, () => [...one]).flat());
        const [b, d, done] = [put(m, n), put(m, 3), put(m)];
        return () => kernels.gesvb(1, m, n, 1, a, b, d, done);
      },
    };
  },
  training(f: Failing<Training>, precision, m, n) {
    const put = filled(f, precision);
    const { kernels } = f;
    return {
      "wgrad, strides": () => {
        const [x, dy, dw] = [put(7 * 6, m), put(4 * 3, n), put(9 * m, n)];
        return () => kernels.wgrad(7, 6, m, n, 4, 3, 3, 3, 2, 2, 1, 0, x, dy, dw);
      },
      "wgrad, wider than the image": () => {
        const [x, dy, dw] = [put(3, m), put(3, n), put(4 * m, n)];
        return () => kernels.wgrad(3, 1, m, n, 3, 1, 1, 4, 1, 2, 0, 1, x, dy, dw);
      },
      "dwgrad, wider than the image": () => {
        const [x, dy, dw] = [put(3, m), put(3, m), put(4, m)];
        return () => kernels.dwgrad(3, 1, m, 1, 3, 1, 1, 4, 1, 2, 0, 1, x, dy, dw);
      },
      "dwgrad, strides": () => {
        const [x, dy, dw] = [put(7 * 6, m), put(4 * 3, m), put(9, m)];
        return () => kernels.dwgrad(7, 6, m, 1, 4, 3, 3, 3, 2, 2, 1, 0, x, dy, dw);
      },
    };
  },
};

/** gehrd's seven products of one block, three pieces each: gees makes sure of them in advance, and does not ask. */
const sureFrom: Record<string, number> = {
  "gees, lahqr": 4,
  "gees, laqr0": 4,
  "gees, balanced values": 5,
};

suite("assembly/arena", (test) => {
  for (const precision of precisions) {
    const { dtype } = precision;
    const name = (what: string) => `${dtype}: ${what}`;

    test(name("blocks are aligned, apart, and never at address 0"), () =>
      frame(dtype, ({ kernels }) => {
        let free = 1;
        for (const bytes of [0, 1, 15, 16, 17, 1000, 65536, 3]) {
          const start = kernels.alloc(BigInt(bytes));
          assert.is(start % 16, 0);
          assert.ok(start >= free, `${start} lies in the block before, which ends at ${free}`);
          free = start + bytes;
        }
      }),
    );

    test(
      name("frames nest: release takes back what was allocated since mark, nothing else"),
      () => {
        // A sequence of frames: each allocates, opens the next, and must find its own top afterwards.
        const property = fc.property(fc.array(fc.nat(5000), { maxLength: 12 }), (sizes) =>
          frame(dtype, ({ kernels }) => {
            const descend = (depth: number): void => {
              if (depth === sizes.length) return;
              const mark = kernels.mark();
              const block = kernels.alloc(BigInt(sizes[depth]));
              assert.is(block, mark);
              descend(depth + 1);
              kernels.release(mark);
              assert.is(kernels.mark(), mark);
            };
            descend(0);
          }),
        );
        fc.assert(property, { seed: 1 });
      },
    );

    test(name("memory that cannot be had is address 0, and nothing moves"), () =>
      frame(dtype, ({ kernels }) => {
        const top = kernels.mark();
        const size = kernels.memory.buffer.byteLength;
        const impossible = [
          0xfffffff8n, // rounded up to 16 it would be 2^32
          2n ** 32n - 1n,
          2n ** 32n,
          2n ** 32n + 16n, // 16 if cut to 32 bits
          2n ** 63n,
          2n ** 64n - 16n,
          2n ** 64n - 1n, // 0 if rounded up to 16
        ];
        for (const bytes of impossible) assert.is(kernels.alloc(bytes), 0, `${bytes} bytes`);
        assert.is(kernels.mark(), top);
        assert.is(kernels.memory.buffer.byteLength, size);
        assert.is(kernels.alloc(16n), top);
      }),
    );

    test(name("a block that passes the end of memory grows it by as much as it needs"), () =>
      frame(dtype, ({ kernels }) => {
        const before = kernels.memory.buffer.byteLength;
        const start = kernels.alloc(BigInt(before));
        const end = start + before;
        assert.is(kernels.memory.buffer.byteLength, Math.ceil(end / 65536) * 65536);
        new Uint8Array(kernels.memory.buffer)[end - 1] = 1;
      }),
    );

    const precisionName = dtype === "float32" ? "f32" : "f64";
    for (const room of Object.keys(ways) as Room[]) {
      if (!names.includes(`${room}.${precisionName}`)) continue;
      test(
        name(
          `${room}: whichever allocation fails, a driver says so and writes nothing where it must not`,
        ),
        () => {
          const failing = new Failing<any>(room, precision);
          const attempt = (job: Job, k: number, what = "") => {
            failing.clear();
            const run = job();
            const [bottom, top] = [failing.bottom(), failing.kernels.mark()];
            const info = failing.run(k, run);
            assert.is(failing.kernels.mark(), top, `${what}: left something on the arena`);
            assert.equal(failing.bottom(), bottom, `${what}: wrote to address 0`);
            assert.ok(failing.intact(), `${what}: wrote past its result`);
            return info;
          };
          const jobs = (m: number, n: number) => room === "random" ? [] : Object.entries<Job>(drivers[room](failing, precision, m, n)); // prettier-ignore
          // Also of whole panels, past which is what is nobody's.
          for (const [m, n] of [
            [16, 8],
            [9, 5],
            [16, 5],
            [8, 8],
            [33, 12],
            [24, 16],
          ] as const)
            for (const [what, job] of [
              ...jobs(m, n),
              ...Object.entries<Job>(ways[room]!(failing, precision, m, n)),
            ]) {
              const which = `${what}, ${m} x ${n}`;
              assert.is(attempt(job, 1e9, which) ?? Info.OK, Info.OK, which);
              assert.is(failing.astray(job), 0, `${which}: went astray`);
            }
          for (const [what, job] of jobs(9, 5)) {
            // First none fails, then one after the other.
            const [done, total] = [attempt(job, 1000, what), failing.allocations];
            assert.is(done, Info.OK, what);
            const sure = sureFrom[what] ?? Infinity;
            for (let k = 1; k <= total; k++) {
              if (k >= sure && k < sure + 21) continue;
              const info = attempt(job, k, `${what}, allocation ${k} of ${total}`);
              assert.is(info, Info.MEMORY, `${what}, allocation ${k} of ${total}`);
            }
            assert.ok(total >= 1, `${what}: ${total} allocations`);
          }
        },
      );
    }

    if (binaries === "debug")
      test(name("fresh blocks hold NaN, also where a released block was"), () => {
        for (const fill of [1, 2])
          frame(dtype, (f) => {
            const x = f.alloc(100);
            const seen = f.take(x, 100, new Float64Array(100));
            assert.ok(seen.every(Number.isNaN));
            f.put(new Array(100).fill(fill));
          });
      });
  }
});
