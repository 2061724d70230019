import * as assert from "uvu/assert";
import { eigenvalues, schur, svd, type Matrix } from "../../src/linalg/index.ts";
import { build, gaussian, uniform } from "../support/matrices.ts";
import { dchkhs, stubborn } from "../support/nonsymmetric.ts";
import { double, precisionOf, precisions, type Precision } from "../support/precisions.ts";
import { Family, largest } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

type Values = { re: ArrayLike<number>; im: ArrayLike<number> };

/** The largest distance of a value to its partner, taken greedily; NaN if the numbers differ. */
function apart(found: Values, expected: [number, number][]): number {
  const left = [...expected];
  if (left.length !== found.re.length) return NaN;
  let worst = 0;
  for (let i = 0; i < found.re.length; i++) {
    const away = left.map(([re, im]) => Math.hypot(re - found.re[i]!, im - found.im[i]!));
    const at = away.indexOf(Math.min(...away));
    worst = Math.max(worst, away[at]!);
    left.splice(at, 1);
  }
  return worst;
}

/** Largest σ_min(A − λI) / (n ‖A‖₂ u): each value is exact for a matrix so near. In f64 as a real matrix. */
function backward(a: Matrix, { re, im }: Values): number {
  const n = a.rows;
  const top = largest(Float64Array.from(a.data));
  if (top === 0) return largest(Float64Array.from([...Array.from(re), ...Array.from(im)]));
  const norm = svd(
    build(n, n, double, (i, j) => a.data[i * n + j]! / top),
    { vectors: false },
  ).s[0]!;
  let worst = 0;
  for (let k = 0; k < n; k++) {
    if (im[k]! < 0) continue;
    const shifted = build(2 * n, 2 * n, double, (i, j) => {
      const [r, c] = [i % n, j % n];
      if (i < n !== j < n) return r === c ? (i < n ? im[k]! : -im[k]!) / top : 0;
      return (a.data[r * n + c]! - (r === c ? re[k]! : 0)) / top;
    });
    worst = Math.max(worst, svd(shifted, { vectors: false }).s[2 * n - 1]! / norm);
  }
  const { u, tiny } = precisionOf(a.data);
  return worst / (n * Math.max(u, tiny / top));
}

/** Pairs stand together, positive imaginary part first. */
function ordered({ re, im }: Values, what: string): void {
  for (let i = 0; i < re.length; i++) {
    if (im[i] === 0) continue;
    assert.ok(im[i]! > 0 && im[i + 1] === -im[i]! && re[i] === re[i + 1], `${what}, pair at ${i}`);
    i++;
  }
}

const flags = [true, false];
const permuted = (n: number, p: Precision, entry: (i: number, j: number) => number) =>
  build(n, n, p, (i, j) => entry((7 * i + 3) % n, (7 * j + 3) % n));

suite("linalg/eigenvalues", (test) => {
  for (const precision of precisions) {
    const { dtype, u } = precision;
    const family = new Family(`eigenvalues ${dtype} σ(A − λI)`, 10);

    for (const [type, make] of Object.entries({ ...dchkhs, ...stubborn }))
      test(`${dtype}: ${type}`, () => {
        for (const n of [1, 2, 3, 7, 12])
          for (const balance of flags) {
            const a = make(n, precision);
            const found = eigenvalues(a, { balance });
            const what = `${type}, ${n}, ${balance ? "" : "not "}balanced`;
            ordered(found, what);
            // Balancing may trade the norm of the whole for that of the parts.
            family.check(backward(a, found), what);
          }
      });

    test(`${dtype}: known in closed form`, () => {
      for (const n of [2, 5, 16, 33, 100]) {
        const near = (found: Values, expected: (k: number) => [number, number], scale: number) => {
          const error = apart(
            found,
            Array.from({ length: n }, (_, k) => expected(k)),
          );
          assert.ok(error <= 10 * n * u * scale, `${n}: ${error / (n * u * scale)} n u`);
        };
        const angle = (k: number) => (2 * Math.PI * k) / n;
        // Roots of unity: the double shift alone never moves this matrix.
        for (const type of ["cyclic permutation", "backward cyclic permutation"])
          near(eigenvalues(stubborn[type]!(n, precision)), (k) => [Math.cos(angle(k)), Math.sin(angle(k))], 1); // prettier-ignore
        const clement = eigenvalues(stubborn.Clement!(n, precision));
        if (n < 20) near(clement, (k) => [n - 1 - 2 * k, 0], n * 2 ** (n / 2));
        const toeplitz = build(n, n, precision, (i, j) => Number(Math.abs(i - j) === 1));
        near(eigenvalues(toeplitz), (k) => [2 * Math.cos((Math.PI * (k + 1)) / (n + 1)), 0], 2);
        near(eigenvalues(stubborn.ones!(n, precision)), (k) => [k === 0 ? n : 0, 0], n);
      }
    });

    test(`${dtype}: the companion matrix of Wilkinson's polynomial, and Frank's matrix`, () => {
      const coefficients = Array.from({ length: 10 }, (_, i) => i + 1).reduce(
        (p, root) => [...p, 0].map((c, i) => c - (i > 0 ? root * p[i - 1]! : 0)),
        [1],
      );
      const companion = build(10, 10, precision, (i, j) =>
        i === 0 ? -coefficients[j + 1]! : Number(i === j + 1),
      );
      const roots = Array.from({ length: 10 }, (_, i): [number, number] => [i + 1, 0]);
      const error = apart(eigenvalues(companion), roots);
      if (dtype === "float64") assert.ok(error < 1e-7, `Wilkinson 10: ${error}`);
      // Reciprocal pairs, all real; the smallest are ill-conditioned.
      const { re } = eigenvalues(stubborn.Frank!(8, precision));
      const sorted = Float64Array.from(re).sort();
      for (let i = 0; i < 4; i++)
        assert.ok(Math.abs(sorted[i]! * sorted[7 - i]! - 1) < 1e5 * u, `Frank: ${sorted}`);
    });

    test(`${dtype}: a triangular matrix in disguise has exactly its diagonal`, () => {
      for (const n of [3, 10, 50]) {
        const { data } = uniform(n, n, precision);
        const a = permuted(n, precision, (i, j) => (i <= j ? data[i * n + j]! : 0));
        const diagonal = Array.from({ length: n }, (_, i): [number, number] => [
          data[i * (n + 1)]!,
          0,
        ]);
        assert.is(apart(eigenvalues(a), diagonal), 0);
      }
    });

    test(`${dtype}: single eigenvalues on either side of a pair are exactly theirs, in every order`, () => {
      const n = 7;
      const { data } = uniform(n, n, precision);
      for (let pair = 0; pair < n - 1; pair++)
        for (let turn = 0; turn < n; turn++) {
          const entry = (i: number, j: number) => i <= j || (i === pair + 1 && j === pair) ? Math.abs(data[i * n + j]!) * (i > j ? -1 : 1) : 0; // prettier-ignore
          const a = build(n, n, precision, (i, j) => entry((i + turn) % n, (j + turn) % n));
          const { re } = eigenvalues(a);
          for (let i = 0; i < n; i++)
            if (i !== pair && i !== pair + 1) assert.ok(re.includes(Math.abs(data[i * n + i]!)), `pair ${pair}, turn ${turn}, ${i}`); // prettier-ignore
        }
    });

    test(`${dtype}: an entry below the diagonal counts by what is above`, () => {
      // Negligible against the diagonal, not against its product with the entry above (Ahues and Tisseur).
      const above = u ** -0.6;
      const a = build(2, 2, precision, (i, j) => (i === j ? 1 : i < j ? above : u));
      const { re } = eigenvalues(a, { balance: false });
      const root = Math.sqrt(a.data[1]! * u);
      assert.ok(Math.abs(Math.abs(re[0]! - re[1]!) / (2 * root) - 1) < 1e-3, `${re}`);
    });

    test(`${dtype}: balancing undoes scales`, () => {
      const n = 20;
      const a = uniform(n, n, precision);
      const scale = (i: number) => 2 ** ((dtype === "float32" ? 2 : 20) * ((5 * i) % n));
      const bent = build(n, n, precision, (i, j) => (a.data[i * n + j]! * scale(i)) / scale(j));
      const { re, im } = eigenvalues(a);
      const expected = Array.from(re, (x, i): [number, number] => [x, im[i]!]);
      assert.ok(apart(eigenvalues(bent), expected) < 1000 * n * u);
      assert.ok(apart(eigenvalues(bent, { balance: false }), expected) > 1e-4);
    });

    test(`${dtype}: balancing undoes the scale of a single row or column, to the bit`, () => {
      const n = 40;
      const a = gaussian(n, n, precision);
      // So little that it does not show in the others.
      for (const power of [8, 1 / 8]) {
        const d = (i: number) => (i === 0 ? power : 1);
        const scaled = build(n, n, precision, (i, j) => (a.data[i * n + j]! * d(i)) / d(j));
        assert.equal(eigenvalues(scaled), eigenvalues(a));
      }
    });

    test(`${dtype}: balancing undoes scales that leave the range on the way`, () => {
      const large = dtype === "float32" ? 2 ** 100 : 2 ** 700;
      const close = (a: number[], expected: [number, number][], what: string) => {
        const n = expected.length;
        const found = eigenvalues(build(n, n, precision, (i, j) => a[i * n + j]!));
        ordered(found, what);
        const size = Math.max(...expected.map(([re, im]) => Math.hypot(re, im)));
        assert.ok(apart(found, expected) <= 10 * n * u * size, `${what}: ${found.re}, ${found.im}`);
      };
      const root = Math.sqrt(3);
      close([1, large, 2 / large, 3], [[2 + root, 0], [2 - root, 0]], "apart"); // prettier-ignore
      close([1, large, -3 / large, 1], [[1, root], [1, -root]], "a pair"); // prettier-ignore
      close([large, 0, 5, 1 / large], [[large, 0], [1 / large, 0]], "isolated"); // prettier-ignore
      const small = eigenvalues(
        build(2, 2, precision, (i, j) => [1 / large, 0, 5, large][2 * i + j]!),
      );
      assert.ok(small.re.includes(1 / large), "an isolated one is what it was");
      // A cycle of ever larger steps; its cube roots.
      const third = Math.cbrt(large * large * (1 / large));
      close([0, large, 0, 0, 0, large, 1 / large, 0, 0], [[third, 0], [-third / 2, (third * root) / 2], [-third / 2, (-third * root) / 2]], "a cycle"); // prettier-ignore
      // Chains whose balancing takes more than all of the range, 2^(k n) between their ends; one has subnormal entries.
      const n = 9;
      const chains = dtype === "float32" ? [[60, -60], [127, -149]] : [[500, -500], [1016, -1066]]; // prettier-ignore
      for (const [up, down] of chains) {
        const chain = build(n, n, precision, (i, j) => j === i + 1 ? 2 ** up! : j === i - 1 ? 2 ** down! : 0); // prettier-ignore
        const size = 2 ** ((up! + down!) / 2);
        const cosines = Array.from({ length: n }, (_, k): [number, number] => [2 * size * Math.cos((Math.PI * (k + 1)) / (n + 1)), 0]); // prettier-ignore
        assert.ok(apart(eigenvalues(chain), cosines) <= 20 * n * u * size, `2^${up}, 2^${down}`);
      }
    });

    test(`${dtype}: companion matrices of xⁿ = c`, () => {
      const powers = dtype === "float32" ? [-120, -41, 77, 120] : [-1000, -333, 777, 1000];
      for (const power of powers)
        for (const n of [2, 5, 8]) {
          const a = build(n, n, precision, (i, j) => i === 0 ? (j === n - 1 ? 2 ** power : 0) : Number(i === j + 1)); // prettier-ignore
          const r = 2 ** (power / n);
          const expected = Array.from({ length: n }, (_, k): [number, number] => [r * Math.cos((2 * Math.PI * k) / n), r * Math.sin((2 * Math.PI * k) / n)]); // prettier-ignore
          const error = apart(eigenvalues(a), expected) / (r * n * u);
          assert.ok(error <= 10, `x^${n} = 2^${power}: ${error} n u`);
        }
    });

    test(`${dtype}: what can be represented is not refused`, () => {
      const { max, tiny } = precision;
      for (const t of [max / 2, max * 0.75, max])
        for (const balance of flags) {
          // Blocks [p b; −c p] with b·c, but not b, within the range once T is scaled back; triangular, full.
          const tilted = build(2, 2, precision, (i, j) => [0.75 * t, t, -t * 2 ** -20, 0.75 * t][2 * i + j]!); // prettier-ignore
          const { re, im } = eigenvalues(tilted, { balance });
          assert.ok(Math.abs(re[0]! / t - 0.75) <= 10 * u && Math.abs((im[0]! / t) * 2 ** 10 - 1) <= 1e4 * u); // prettier-ignore
          const n = 6;
          const { data } = uniform(n, n, precision);
          const upper = build(n, n, precision, (i, j) => i > j ? 0 : i === j ? data[i * n + j]! * t : t); // prettier-ignore
          assert.is(apart(eigenvalues(upper, { balance }), Array.from({ length: n }, (_, i) => [upper.data[i * (n + 1)]!, 0])), 0); // prettier-ignore
          const mixed = build(4, 4, precision, (i, j) => [1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1][4 * i + j]! * (t / 2)); // prettier-ignore
          assert.ok(apart(eigenvalues(mixed, { balance }), [[t, 0], [t, 0], [-t, 0], [-t, 0]]) <= 40 * u * t); // prettier-ignore
        }
      refused("a", () => eigenvalues(build(3, 3, precision, () => max / 2)));
      // Nor does a pair become a pair of signed zeros where its imaginary part vanishes.
      const flat = eigenvalues(build(2, 2, precision, (i, j) => [max / 4, tiny, -tiny, max / 4][2 * i + j]!)); // prettier-ignore
      assert.equal([...flat.im], [0, 0]);
    });

    test(`${dtype}: those of the Schur form, for normal matrices to n u`, () => {
      for (const n of [10, 76, 230])
        for (const type of ["skew", "orthogonal"]) {
          const a = stubborn[type]!(n, precision);
          const { re, im } = eigenvalues(a);
          const { t } = schur(a);
          const own = eigenvalues(t, { balance: false });
          const expected = Array.from(own.re, (x, i): [number, number] => [x, own.im[i]!]);
          const norm = Math.max(...expected.map(([x, y]) => Math.hypot(x, y)));
          const error = apart({ re, im }, expected) / (n * u * norm);
          assert.ok(error < 5, `${type} ${n}: ${error} n u`);
        }
    });

    test(`${dtype}: the empty matrix, and what is refused`, () => {
      assert.is(eigenvalues(build(0, 0, precision, () => 0)).re.length, 0);
      refused("a", () => eigenvalues(gaussian(3, 4, precision)));
      refused("balance", () => eigenvalues(gaussian(3, 3, precision), { balance: 1 as never }));
      for (const bad of [NaN, Infinity])
        refused("a", () => eigenvalues(build(5, 5, precision, (i, j) => (i * j === 6 ? bad : 1))));
    });

    test(`${dtype}: the input is not changed; the same bits every time`, () => {
      const a = gaussian(30, 30, precision);
      const copy = a.data.slice();
      const first = eigenvalues(a);
      assert.equal(a.data, copy);
      assert.equal(first, eigenvalues(a));
      for (const data of [first.re, first.im]) assert.is(precisionOf(data), precision);
    });

    test.after(() => family.note());
  }
});
