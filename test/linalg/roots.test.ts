/** roots against the truth: forward and backward errors, discs, conjugates, order, and the door. */
import * as assert from "uvu/assert";
import fc from "fast-check";
import { polyfromroots, polyval, roots, type Numbers, type Roots } from "../../src/linalg/index.ts";
import { families, kac, kacComplex, multiple, special } from "../polynomials.ts";
import { suite } from "../suite.ts";
import { refused } from "../thrown.ts";
import {
  add,
  big,
  evaluate,
  exact,
  majorant,
  minus,
  mul,
  ratio,
  refined,
  type Big,
} from "../twins/polynomial.ts";

const u = 2 ** -53;
const isReal = (c: Numbers): c is ArrayLike<number> => "length" in c;
const parts = (c: Numbers) =>
  isReal(c) ? { re: c, im: Array.from(c, () => 0) } : c;

/** The polynomial in full precision, without the zeros at its ends. */
function truth(c: Numbers): Big[] {
  const p = exact(parts(c));
  const zero = (x?: Big) => x !== undefined && !x.re && !x.im;
  while (zero(p.at(-1))) p.pop();
  while (zero(p[0])) p.shift();
  return p;
}

const points = ({ re, im }: Roots) => Array.from(re, (x, j) => big(x, im[j]));
const distance = (a: Big, b: Big) => add(a, minus(b));

/** What holds for every result: sizes, order, exact conjugates. */
function shape(c: Numbers, found: Roots, degree: number): void {
  const { re, im, radius } = found;
  assert.equal([re.length, im.length, radius.length], [degree, degree, degree]);
  for (let j = 0; j < degree; j++) {
    assert.ok(radius[j]! >= 0 && Number.isFinite(re[j]! + im[j]!), `${re[j]} ${im[j]} ± ${radius[j]}`);
    if (j === 0) continue;
    const ordered = re[j - 1]! - re[j]! || Math.abs(im[j - 1]!) - Math.abs(im[j]!);
    assert.ok(ordered <= 0, `order at ${j}`);
  }
  if (!isReal(c)) return;
  for (let j = 0; j < degree; j++) {
    if (im[j] === 0) continue;
    assert.is(re[j + 1], re[j]);
    assert.is(im[j + 1], -im[j]!);
    assert.ok(im[j]! < 0);
    j++;
  }
}

/** |p(z)| ≤ 8 n u Σ|c_k||z|^k: the nearest polynomial with this root. */
function backward(p: Big[], found: Roots): void {
  const n = p.length - 1;
  for (const z of points(found)) {
    if (!z.re && !z.im) continue; // exact, or below the smallest number
    const error = ratio(evaluate(p, z)[0], majorant(p, z));
    assert.ok(error <= 8 * n * u, `backward error ${error / u} u`);
  }
}

/** Simple roots: one each, within its disc and its condition. Returns the largest error in u. */
function forward(p: Big[], found: Roots): number {
  const n = p.length - 1;
  let worst = 0;
  const zeros = found.re.length - n;
  const seen = new Set<string>();
  points(found).forEach((z, j) => {
    if (!z.re && !z.im) return;
    const root = refined(p, z);
    const error = ratio(distance(z, root), root);
    const cond = ratio(majorant(p, root), mul(root, evaluate(p, root)[1]));
    const tiny = ratio(big(5e-324), root); // a root below the normal range has fewer digits
    const bound = 4 * u + 64 * n * n * u * u * cond + 2 * tiny;
    assert.ok(error <= bound, `root ${found.re[j]} ${found.im[j]}: error ${error / u} u, cond ${cond}`);
    assert.ok(
      ratio(distance(z, root), big(found.radius[j]!)) <= 1 || error === 0,
      `root ${found.re[j]} ${found.im[j]} ± ${found.radius[j]}: off by ${error}, relatively`,
    );
    worst = Math.max(worst, error / u);
    const digits = 300 - root.re.toString(2).length;
    seen.add(`${root.re >> BigInt(Math.max(-digits, 0))} ${root.e}`);
  });
  void zeros;
  return worst;
}
