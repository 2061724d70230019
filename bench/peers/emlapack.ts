/** emlapack: LAPACK (CLAPACK, scalar) compiled to WebAssembly. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import {
  eigen,
  type Equation,
  orthogonality,
  residual,
  similar,
  singular,
  solution,
  spectral,
  transpose,
} from "../accuracy.ts";
import { Absent, type Contender, job } from "../harness.ts";
import { type Complex, type Matrix, normal } from "../../src/linalg/index.ts";
import { symmetric } from "../matrices.ts";

type Routine = (...pointers: number[]) => void;

export interface Emlapack {
  HEAP32: Int32Array;
  HEAPF32: Float32Array;
  HEAPF64: Float64Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _sgeqrf_: Routine;
  _sorgqr_: Routine;
  _sgesdd_: Routine;
  _dsyevd_: Routine;
  _dgees_: Routine;
  _dtrsyl_: Routine;
  _f2c_dgemm: Routine;
  _dgeev_: Routine;
}

const require = createRequire(import.meta.url);
let loaded: Promise<Emlapack> | undefined;

/**
 * Loads emlapack. Its loader of 2017 does not find its binary in today's Node, prints, and catches the errors of the
 * process. So the loader runs with substitutes for everything that it takes from outside.
 */
function load(): Promise<Emlapack> {
  return (loaded ??= new Promise((resolve, reject) => {
    const path = require.resolve("emlapack/wasm.js");
    const quiet = () => {};
    const Module = {
      wasmBinary: readFileSync(require.resolve("emlapack/emlapack.wasm")),
      print: quiet,
      printErr: (message: string) => /fail/.test(message) && reject(new Error(message)),
      onRuntimeInitialized: () => resolve(Module as unknown as Emlapack),
    };
    const shell = Object.assign(Object.create(process), { on: quiet });
    compileFunction(readFileSync(path, "utf8"), ["Module", "module", "require", "process"])(
      Module,
      {},
      require,
      shell,
    );
  }));
}

/** Allocates arrays of the given lengths, in numbers of four bytes, one after the other. */
export function reserve(em: Emlapack, lengths: number[]): number[] {
  const pointers = lengths.map((length) => em._malloc(4 * length));
  if (!pointers.includes(0)) return pointers;
  pointers.forEach((pointer) => em._free(pointer));
  throw new Absent("does not fit emlapack's 16 MB");
}

export async function loadOrAbsent(): Promise<Emlapack> {
  return load().catch((error: unknown) => {
    throw new Absent(`emlapack does not load: ${error}`);
  });
}

/** QR. The matrix is passed in LAPACK's column-major order, so that transposing it is not part of the time. */
export function qr(m: number, n: number): Contender {
  return {
    name: "emlapack f32",
    slow: m * n > 512 * 512,
    async start() {
      const em = await loadOrAbsent();
      const a = normal(m, n, { seed: 1 });
      const columns = transpose(a).data;
      const lwork = 64 * n;
      const pointers = reserve(em, [1, 1, 1, 1, m * n, n, lwork]);
      const [mP, nP, lworkP, info, aP, tau, work] = pointers;
      em.HEAP32[mP >> 2] = m;
      em.HEAP32[nP >> 2] = n;
      em.HEAP32[lworkP >> 2] = lwork;
      const take = () => em.HEAPF32.slice(aP >> 2, (aP >> 2) + m * n);

      const run = () => {
        em.HEAPF32.set(columns, aP >> 2);
        em._sgeqrf_(mP, nP, aP, mP, tau, work, lworkP, info);
        const r = take();
        em._sorgqr_(mP, nP, nP, aP, mP, tau, work, lworkP, info);
        return { q: take(), r };
      };
      return {
        ...job(run, (result) => {
          const q = transpose({ rows: n, cols: m, data: result.q });
          const r = upper(transpose({ rows: n, cols: m, data: result.r }));
          return { orthogonality: orthogonality(q), residual: residual(a, q, r) };
        }),
        stop: () => pointers.forEach((pointer) => em._free(pointer)),
      };
    },
  };
}

/** Reduced SVD, m >= n, by divide and conquer, the faster of its two methods. Storage as in `qr`. */
export function svd(m: number, n: number, bar?: number): Contender {
  return {
    name: "emlapack f32 gesdd",
    slow: m * n > 256 * 256,
    bar,
    async start() {
      const em = await loadOrAbsent();
      const a = normal(m, n, { seed: 1 });
      const columns = transpose(a).data;
      const lwork = 4 * n * (n + 32) + 32 * m;
      const lengths = [1, 1, 1, 1, 1, m * n, n, m * n, n * n, lwork, 8 * n];
      const pointers = reserve(em, lengths);
      const [jobz, mP, nP, lworkP, info, aP, sP, uP, vtP, work, iwork] = pointers;
      em.HEAP32[jobz >> 2] = "S".charCodeAt(0);
      em.HEAP32[mP >> 2] = m;
      em.HEAP32[nP >> 2] = n;
      em.HEAP32[lworkP >> 2] = lwork;
      const take = (at: number, length: number) => em.HEAPF32.slice(at >> 2, (at >> 2) + length);

      const run = () => {
        em.HEAPF32.set(columns, aP >> 2);
        em._sgesdd_(jobz, mP, nP, aP, mP, sP, uP, mP, vtP, nP, work, lworkP, iwork, info);
        if (em.HEAP32[info >> 2] !== 0) throw new Error(`sgesdd: info ${em.HEAP32[info >> 2]}`);
        return { u: take(uP, m * n), s: take(sP, n), v: take(vtP, n * n) };
      };
      return {
        ...job(run, ({ u, s, v }) =>
          // Vᵀ in column-major order is V in row-major order.
          singular(a, {
            u: transpose({ rows: n, cols: m, data: u }),
            s,
            v: { rows: n, cols: n, data: v },
          }),
        ),
        stop: () => pointers.forEach((pointer) => em._free(pointer)),
      };
    },
  };
}

/** Symmetric eigenproblem, f64, by divide and conquer, the faster of its two methods. */
export function eigh(n: number, bar?: number): Contender {
  return {
    name: "emlapack f64 syevd",
    slow: n > 256,
    bar,
    async start() {
      const em = await loadOrAbsent();
      const a = symmetric(n, "float64");
      const lwork = 1 + 6 * n + 2 * n * n;
      const liwork = 3 + 5 * n;
      // Lengths in units of four bytes; doubles come first, where malloc aligns them.
      const pointers = reserve(em, [2 * n * n, 2 * n, 2 * lwork, liwork, 1, 1, 1, 1, 1, 1]);
      const [aP, w, work, iwork, jobz, uplo, nP, lworkP, liworkP, info] = pointers;
      em.HEAP32[jobz >> 2] = "V".charCodeAt(0);
      em.HEAP32[uplo >> 2] = "L".charCodeAt(0);
      em.HEAP32[nP >> 2] = n;
      em.HEAP32[lworkP >> 2] = lwork;
      em.HEAP32[liworkP >> 2] = liwork;
      const take = (at: number, length: number) => em.HEAPF64.slice(at >> 3, (at >> 3) + length);

      const run = () => {
        em.HEAPF64.set(a.data, aP >> 3);
        em._dsyevd_(jobz, uplo, nP, aP, nP, w, work, lworkP, iwork, liworkP, info);
        if (em.HEAP32[info >> 2] !== 0) throw new Error(`dsyevd: info ${em.HEAP32[info >> 2]}`);
        return { values: take(w, n), vectors: take(aP, n * n) };
      };
      return {
        ...job(run, ({ values, vectors }) =>
          eigen(a, { values, vectors: transpose({ rows: n, cols: n, data: vectors }) }),
        ),
        stop: () => pointers.forEach((pointer) => em._free(pointer)),
      };
    },
  };
}

/**
 * AX + XB = C, f64. LAPACK has no driver for this equation: two Schur forms, dtrsyl and four products are combined
 * here, as users of LAPACK do. With `triangular`, A and B are Schur forms, and only dtrsyl is run.
 */
export function sylvester(
  equation: () => Equation,
  { triangular = false, slow = false, bar }: { triangular?: boolean; slow?: boolean; bar?: number },
): Contender {
  return {
    name: triangular ? "emlapack f64 trsyl" : "emlapack f64 2 gees, trsyl",
    slow,
    bar,
    async start() {
      const em = await loadOrAbsent();
      const known = equation();
      const { a, b, c } = known;
      const n = c.rows;
      const [columnsA, columnsB, columnsC] = [a, b, c].map((of) => transpose(of).data);
      const lwork = 8 * n;
      const square = 2 * n * n; // in units of four bytes; doubles come first
      // The memory of emlapack holds three matrices of 512 x 512; the others are kept outside.
      const rooms = [square, square, square];
      const small = [2 * n, 2 * n, 2 * lwork, 2, 2, 2, n, 1, 1, 1, 1, 1, 1, 1, 1];
      const pointers = reserve(em, [...rooms, ...small]);
      const [p, q, r] = pointers;
      const [wr, wi, work, one, zero, scale, flags, nP, lworkP, sdim, info, plus, N, T, V] =
        pointers.slice(rooms.length);
      em.HEAPF64[one >> 3] = 1;
      em.HEAPF64[zero >> 3] = 0;
      em.HEAP32[nP >> 2] = n;
      em.HEAP32[lworkP >> 2] = lwork;
      em.HEAP32[plus >> 2] = 1;
      for (const [at, letter] of [
        [N, "N"],
        [T, "T"],
        [V, "V"],
      ] as const)
        // prettier-ignore
        em.HEAP32[at >> 2] = letter.charCodeAt(0);
      const gemm = (opX: number, x: number, opY: number, y: number, to: number) =>
        em._f2c_dgemm(opX, opY, nP, nP, nP, one, x, nP, y, nP, zero, to, nP);
      const ok = (routine: string) => {
        const code = em.HEAP32[info >> 2];
        if (code !== 0) throw new Error(`${routine}: info ${code}`);
      };
      const put = (data: ArrayLike<number>, at: number) => em.HEAPF64.set(data, at >> 3);
      const take = (at: number) => em.HEAPF64.slice(at >> 3, (at >> 3) + n * n);
      const schur = (data: ArrayLike<number>) => {
        put(data, p);
        em._dgees_(V, N, 0, nP, p, nP, sdim, wr, wi, q, nP, work, lworkP, flags, info);
        ok("dgees");
        return { t: take(p), z: take(q) };
      };
      const solve = (left: ArrayLike<number>, right: ArrayLike<number>) => {
        put(left, p);
        put(right, r);
        em._dtrsyl_(N, N, plus, nP, nP, p, nP, r, nP, q, nP, scale, info);
        ok("dtrsyl");
      };
      const run = () => {
        if (triangular) {
          put(columnsC, q);
          solve(columnsA, columnsB);
          return take(q);
        }
        const [left, right] = [schur(columnsA), schur(columnsB)];
        put(left.z, p);
        put(columnsC, q);
        gemm(T, p, N, q, r);
        put(right.z, p);
        gemm(N, r, N, p, q);
        solve(left.t, right.t);
        put(left.z, p);
        gemm(N, p, N, q, r);
        put(right.z, p);
        gemm(N, r, T, p, q);
        return take(q);
      };
      return {
        ...job(run, (data) => solution(known, transpose({ rows: n, cols: n, data }))),
        stop: () => pointers.forEach((pointer) => em._free(pointer)),
      };
    },
  };
}

/** Eigenvalues of a matrix of rows, in double precision, by the QR algorithm. */
export async function eigenvalues(a: number[][]): Promise<() => Complex> {
  const em = await loadOrAbsent();
  const n = a.length;
  const columns = Float64Array.from(a.flatMap((_, j) => a.map((row) => row[j])));
  const lwork = 8 * n;
  const lengths = [1, 1, 1, 1, 1, 2 * n * n, 2 * n, 2 * n, 2 * lwork, 2];
  const [job, nP, one, lworkP, info, aP, re, im, work, v] = reserve(em, lengths);
  em.HEAP32[job >> 2] = "N".charCodeAt(0);
  em.HEAP32[nP >> 2] = n;
  em.HEAP32[one >> 2] = 1;
  em.HEAP32[lworkP >> 2] = lwork;
  const take = (at: number) => em.HEAPF64.slice(at >> 3, (at >> 3) + n);
  return () => {
    em.HEAPF64.set(columns, aP >> 3);
    em._dgeev_(job, job, nP, aP, nP, re, im, v, one, v, one, work, lworkP, info);
    return { re: take(re), im: take(im) };
  };
}

/** dgees or, with `values`, dgeev without vectors. Storage as in `qr`. */
export function schur(n: number, values = false, bar?: number): Contender {
  return {
    name: `emlapack f64 ${values ? "geev" : "gees"}`,
    slow: n > 256,
    bar,
    async start() {
      const em = await loadOrAbsent();
      const a = normal(n, n, { seed: 1, dtype: "float64" });
      const columns = transpose(a).data;
      const lwork = 34 * n;
      const lengths = [2, 2, 2, 2, n * n, n, n, n * n, lwork, n];
      const pointers = reserve(
        em,
        lengths.map((length) => 2 * length),
      );
      const [none, nP, lworkP, info, aP, re, im, zP, work, select] = pointers;
      em.HEAP32[none >> 2] = "N".charCodeAt(0);
      em.HEAP32[(none >> 2) + 1] = "V".charCodeAt(0);
      em.HEAP32[nP >> 2] = n;
      em.HEAP32[lworkP >> 2] = lwork;
      const take = (at: number, length: number) => em.HEAPF64.slice(at >> 3, (at >> 3) + length);

      const run = () => {
        em.HEAPF64.set(columns, aP >> 3);
        // prettier-ignore
        if (values) em._dgeev_(none, none, nP, aP, nP, re, im, zP, nP, zP, nP, work, lworkP, info);
        // prettier-ignore
        else em._dgees_(none + 4, none, 0, nP, aP, nP, info + 8, re, im, zP, nP, work, lworkP, select, info);
        if (em.HEAP32[info >> 2] !== 0) throw new Error(`gees: info ${em.HEAP32[info >> 2]}`);
        return values ? [take(re, n), take(im, n)] : [take(aP, n * n), take(zP, n * n)];
      };
      return {
        ...job(run, ([x, y]) => {
          if (values) return spectral(a, x, y);
          const turned = (data: Float64Array) => transpose({ rows: n, cols: n, data });
          return similar(a, { t: turned(x), z: turned(y) });
        }),
        stop: () => pointers.forEach((pointer) => em._free(pointer)),
      };
    },
  };
}

/** R from the result of geqrf, which has reflectors below the diagonal. */
function upper({ cols: n, data }: Matrix): Matrix {
  return {
    rows: n,
    cols: n,
    data: data.slice(0, n * n).map((x, at) => (at % n < Math.floor(at / n) ? 0 : x)),
  };
}
