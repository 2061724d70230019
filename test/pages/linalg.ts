/** The bits of every function of `tfjs-initializers/linalg`, over both precisions and shapes around the tiles, and for n ≥ 400. */
import {
  cholesky,
  cond,
  det,
  eig,
  eigenvalues,
  eigh,
  expm,
  haar,
  inverse,
  jacobi,
  logm,
  lstsq,
  lu,
  lyapunov,
  matmul,
  normal,
  nullSpace,
  pinv,
  polar,
  polyfromroots,
  polyval,
  qr,
  rank,
  ridge,
  roots,
  schur,
  slogdet,
  solve,
  sqrtm,
  svd,
  sylvester,
  topSvd,
  triangularSolve,
  type Matrix,
  type Svd,
} from "../../src/linalg/index.ts";
import type { Data } from "../../src/wasm/memory.ts";
import { hashes, type Cases } from "../support/hash.ts";

const dtypes = ["float32", "float64"] as const;
const shapes = [
  [1, 1],
  [7, 5],
  [5, 7],
  [64, 64],
  [33, 64],
  [257, 100],
  [100, 257],
  [300, 300],
];
const seeds = [0, 42, Number.MAX_SAFE_INTEGER];

/** Values as a matrix of one row, so that they are hashed like the rest. */
const row = (data: Data) => ({ rows: 1, cols: data.length, data });
const factors = <T extends Data>({ u, s, v }: Svd<T>) => [u, row(s), v];

const cases: Cases = {};
for (const dtype of dtypes) {
  for (const seed of seeds) {
    cases[`haar 12x9 ${dtype} seed ${seed}`] = () => [haar(12, 9, { seed, dtype })];
    cases[`normal 12x9 ${dtype} seed ${seed}`] = () => [normal(12, 9, { seed, dtype })];
  }
  for (const n of [1, 7, 33, 64, 100, 257]) {
    const gram = () => {
      const a = normal(n, n, { seed: 1, dtype });
      return matmul(a, a, { transposeA: true });
    };
    cases[`eigh ${n} ${dtype}`] = () => {
      const { values, vectors } = eigh(gram());
      return [{ rows: 1, cols: n, data: values }, vectors];
    };
  }
  for (const [m, n] of [
    [1, 1],
    [7, 5],
    [33, 64],
    [100, 20],
  ] as const) {
    // prettier-ignore
    const draw = (rows: number, cols: number, seed: number) => normal(rows, cols, { seed, dtype });
    const gram = (order: number, seed: number) => {
      const a = draw(order, 2 * order, seed);
      return matmul(a, a, { transposeB: true });
    };
    const shape = `${m}x${n} ${dtype}`;
    cases[`sylvester ${shape}`] = () => [sylvester(draw(m, m, 1), draw(n, n, 2), draw(m, n, 3))];
    cases[`sylvester symmetric ${shape}`] = () => [sylvester(gram(m, 1), gram(n, 2), draw(m, n, 3))]; // prettier-ignore
    cases[`lyapunov ${shape}`] = () => [lyapunov(draw(m, m, 1), gram(m, 2))];
  }
  for (const n of [1, 7, 33, 64, 130]) {
    const draw = (m: number, seed: number) => normal(m, n, { seed, dtype });
    const gram = () => matmul(draw(2 * n, 3), draw(2 * n, 3), { transposeA: true });
    const right = () => normal(n, 3, { seed: 2, dtype });
    const number = (x: number) => row(Float64Array.of(x));
    cases[`cholesky ${n} ${dtype}`] = () => [cholesky(gram())];
    cases[`solve ${n} ${dtype}`] = () => {
      const x = solve(draw(n, 1), right());
      return [x, number(x.info.rcond)];
    };
    cases[`solve posdef ${n} ${dtype}`] = () => [solve(gram(), right(), { assume: "posdef" })];
    cases[`triangularSolve ${n} ${dtype}`] = () => [triangularSolve(cholesky(gram()), right())];
    cases[`inverse ${n} ${dtype}`] = () => [inverse(draw(n, 1))];
    cases[`ridge ${n} ${dtype}`] = () => [
      ridge(draw(n + 5, 1), normal(n + 5, 2, { seed: 2, dtype }), 0.1),
    ];
    cases[`eig ${n} ${dtype}`] = () => {
      const { values, vectors } = eig(draw(n, 1));
      return [row(values.re), row(values.im), vectors.re, vectors.im];
    };
    if (n <= 64) {
      const near = () => {
        const a = draw(n, 4);
        return { ...a, data: a.data.map((x: number) => x / 16) } as Matrix;
      };
      cases[`expm ${n} ${dtype}`] = () => [expm(near())];
      cases[`logm ${n} ${dtype}`] = () => [logm(expm(near()))];
      cases[`sqrtm ${n} ${dtype}`] = () => [sqrtm(expm(near())), sqrtm(gram())];
    }
    cases[`det ${n} ${dtype}`] = () => [det(draw(n, 1)), slogdet(draw(n, 1)).logdet].map(number);
  }
  for (const [rows, cols] of shapes) {
    const shape = `${rows}x${cols} ${dtype}`;
    const draw = (m: number, n: number, seed: number) => normal(m, n, { seed, dtype });
    const a = () => draw(rows, cols, 1);
    cases[`lu ${shape}`] = () => {
      const { p, l, u } = lu(a());
      return [row(Float64Array.from(p)), l, u];
    };
    cases[`haar ${shape}`] = () => [haar(rows, cols, { seed: 1, dtype })];
    cases[`normal ${shape}`] = () => [a()];
    cases[`matmul a·b ${shape}`] = () => [matmul(a(), draw(cols, 19, 2))];
    cases[`matmul aᵀ·b ${shape}`] = () => [matmul(a(), draw(rows, 19, 2), { transposeA: true })];
    cases[`matmul a·bᵀ ${shape}`] = () => [matmul(a(), draw(19, cols, 2), { transposeB: true })];
    cases[`qr ${shape}`] = () => Object.values(qr(a(), { mode: "reduced" }));
    cases[`qr positive ${shape}`] = () =>
      Object.values(qr(a(), { mode: "reduced", positive: true }));
    cases[`qr complete ${shape}`] = () => Object.values(qr(a(), { mode: "complete" }));
    cases[`svd ${shape}`] = () => factors(svd(a()));
    cases[`svd complete ${shape}`] = () => factors(svd(a(), { mode: "complete" }));
    cases[`svd jacobi ${shape}`] = () => factors(svd(a(), { method: jacobi }));
    cases[`svd jacobi complete ${shape}`] = () =>
      factors(svd(a(), { method: jacobi, mode: "complete" }));
    if (rows !== cols) continue;
    cases[`schur ${shape}`] = () => Object.values(schur(a()));
    cases[`eigenvalues ${shape}`] = () => Object.values(eigenvalues(a())).map(row);
  }
}

for (const n of [2, 7, 20, 60, 200]) {
  const draw = (seed: number) => normal(1, n + 1, { seed, dtype: "float64" }).data;
  const complex = { re: draw(1), im: draw(2) };
  cases[`roots ${n}`] = () => Object.values(roots(draw(1))).map(row);
  cases[`roots ${n} unpolished`] = () => Object.values(roots(draw(1), { polish: false })).map(row);
  cases[`roots ${n} complex`] = () => Object.values(roots(complex)).map(row);
  cases[`polyval ${n} complex`] = () => Object.values(polyval(draw(1), complex)).map(row);
}

// The rest of what is composed of these; a rank deficient matrix has a null space.
for (const dtype of dtypes) {
  const draw = (m: number, n: number, seed: number) => normal(m, n, { seed, dtype });
  const deficient = () => matmul(draw(40, 9, 1), draw(9, 30, 2));
  cases[`cond, rank ${dtype}`] = () => [row(Float64Array.of(cond(draw(40, 30, 1)), rank(deficient())))]; // prettier-ignore
  cases[`lstsq 40x30 ${dtype}`] = () => [lstsq(deficient(), draw(40, 3, 3)).x];
  cases[`nullSpace 40x30 ${dtype}`] = () => [nullSpace(deficient())];
  cases[`pinv 40x30 ${dtype}`] = () => [pinv(deficient())];
  cases[`polar 40x30 ${dtype}`] = () => Object.values(polar(draw(40, 30, 1)));
  cases[`topSvd 300x200 ${dtype}`] = () => {
    const { u, s, v } = topSvd(draw(300, 200, 1), 5);
    return [u, row(s), v];
  };
}
cases["polyfromroots 20"] = () => [row(polyfromroots(normal(1, 20, { dtype: "float64", seed: 1 }).data))]; // prettier-ignore
cases["polyval 20"] = () => {
  const { data } = normal(1, 20, { dtype: "float64", seed: 1 });
  return [row(polyval(data, data))];
};

// Large matrices, where all blocked paths are taken.
for (const dtype of dtypes) {
  const draw = (m: number, n: number, seed: number) => normal(m, n, { seed, dtype });
  const n = dtype === "float32" ? 421 : 400;
  const name = (what: string) => `${what} ${n}x${n} ${dtype}`;
  cases[name("haar")] = () => [haar(n, n, { seed: 1, dtype })];
  cases[name("matmul")] = () => [matmul(draw(n, n, 1), draw(n, n, 2))];
  cases[name("qr")] = () => Object.values(qr(draw(n, n, 1)));
  cases[name("svd")] = () => factors(svd(draw(n, n, 1)));
  cases[name("svd jacobi")] = () => factors(svd(draw(n, n, 1), { method: jacobi }));
  cases[name("eigh")] = () => {
    const { values, vectors } = eigh(matmul(draw(n, n, 1), draw(n, n, 1), { transposeA: true }));
    return [row(values), vectors];
  };
  cases[name("schur")] = () => Object.values(schur(draw(n, n, 1)));
  cases[name("eigenvalues")] = () => Object.values(eigenvalues(draw(n, n, 1))).map(row);
  cases[name("sylvester")] = () => [sylvester(draw(n, n, 1), draw(40, 40, 2), draw(n, 40, 3))];
  cases[name("solve")] = () => [solve(draw(n, n, 1), draw(n, 9, 2))];
  cases[name("inverse")] = () => [inverse(draw(n, n, 1))];
  cases[name("cholesky")] = () => [cholesky(matmul(draw(n, 500, 1), draw(n, 500, 1), { transposeB: true }))]; // prettier-ignore
}

export const report = () => hashes(cases);
