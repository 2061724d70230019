/** roots against the truth: forward and backward errors, discs, conjugates, order, and the door. */
import * as assert from "uvu/assert";
import fc from "fast-check";
import { polyfromroots, roots, type Numbers, type Roots } from "../../src/linalg/index.ts";
import { families, kac, kacComplex, multiple, special } from "../support/polynomials.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import {
  big,
  distance,
  evaluate,
  isReal,
  majorant,
  mul,
  parts,
  ratio,
  refined,
  truth,
  type Big,
} from "../twins/polynomial.ts";

const u = 2 ** -53;
const points = ({ re, im }: Roots) => Array.from(re, (x, j) => big(x, im[j]));

/** What holds for every result: sizes, order, exact conjugates. */
function shape(c: Numbers, found: Roots, degree: number): void {
  const { re, im, radius } = found;
  assert.equal([re.length, im.length, radius.length], [degree, degree, degree]);
  for (let j = 0; j < degree; j++) {
    assert.ok(
      radius[j]! >= 0 && Number.isFinite(re[j]! + im[j]!),
      `${re[j]} ${im[j]} ± ${radius[j]}`,
    );
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

/** |p(z)| ≤ 8 n u Σ|c_k||z|^k: so near is a polynomial with this root. */
function backward(p: Big[], found: Roots): void {
  const n = p.length - 1;
  for (const z of points(found)) {
    if (!z.re && !z.im) continue; // exact, or below the smallest number
    const error = ratio(evaluate(p, z)[0], majorant(p, z));
    // A root below the normal range is rounded to fewer digits.
    const bound = 8 * n * u + n * ratio(big(5e-324), z);
    assert.ok(error <= bound, `backward error ${error / u} u`);
  }
}

/** Simple roots: one each, within its disc and its condition. */
function forward(p: Big[], found: Roots): void {
  const n = p.length - 1;
  const all: Big[] = [];
  points(found).forEach((z, j) => {
    if (!z.re && !z.im) return;
    const root = refined(p, z);
    const error = ratio(distance(z, root), root);
    const cond = ratio(majorant(p, root), mul(root, evaluate(p, root)[1]));
    const name = `root ${found.re[j]} ${found.im[j]} ± ${found.radius[j]}`;
    const bound = 4 * u + 64 * n * n * u * u * cond + ratio(big(5e-324), root);
    assert.ok(error <= bound, `${name}: error ${error / u} u, cond ${cond}`);
    assert.ok(error === 0 || ratio(distance(z, root), big(found.radius[j])) <= 1, `${name}: disc`);
    const wide = ratio(big(found.radius[j]), root);
    assert.ok(wide <= 4 * n * bound, `${name}: relatively ${wide}, cond ${cond}`);
    for (const other of all) {
      assert.ok(ratio(distance(root, other), root) > 2 ** -100, `${name} twice`);
    }
    all.push(root);
  });
}

function simple(c: Numbers): void {
  const p = truth(c);
  for (const polish of [true, false]) {
    const found = roots(c, { polish });
    shape(c, found, parts(c).re.length - 1);
    if (polish) forward(p, found);
    else backward(p, found);
  }
}

type Known = [re: number, im: number, times: number][];

/** Every disc holds a root, and discs that touch hold as many as they are: Smith's theorem. */
function discs({ re, im, radius }: Roots, known: Known): void {
  const n = re.length;
  const label = Array.from(re, (_, j) => j);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.hypot(re[i]! - re[j]!, im[i]! - im[j]!) > radius[i]! + radius[j]!) continue;
      const [from, to] = [label[i], label[j]];
      label.forEach((one, k) => one === from && (label[k] = to!));
    }
  }
  const holds = (j: number, [x, y]: Known[number]) => {
    const z = distance(big(re[j], im[j]), big(x, y));
    return (!z.re && !z.im) || (radius[j]! > 0 && ratio(z, big(radius[j]!)) <= 1);
  };
  for (let j = 0; j < n; j++)
    assert.ok(
      known.some((root) => holds(j, root)),
      `disc ${j} is empty`,
    );
  for (const one of new Set(label)) {
    const members = label.flatMap((other, j) => (other === one ? [j] : []));
    const inside = known.filter((root) => members.some((j) => holds(j, root)));
    const count = inside.reduce((sum, [, , times]) => sum + times, 0);
    assert.is(count, members.length, `${members.length} discs, ${count} roots`);
  }
}

suite("linalg/roots: families", (test) => {
  for (const [name, c] of [...Object.entries(special), ...Object.entries(families)]) {
    test(name, () => simple(c));
  }

  // What is certified is the theorem's, whatever rounding did on the way.
  test("no disc is smaller than Smith's in exact arithmetic", () => {
    const list = [...Object.values(special), ...Object.values(families)];
    for (let n = 1; n <= 40; n += 3) list.push(kac(n, n + 50), kacComplex(n, n + 50));
    for (const [c] of Object.values(multiple)) list.push(c);
    for (const c of list)
      for (const polish of [true, false]) {
        const p = truth(c);
        const found = roots(c, { polish });
        const all = points(found).filter(({ re, im }) => re || im);
        const n = p.length - 1;
        assert.is(all.length, n);
        const radii = [...found.radius].slice(-n);
        if (found.re.length > n || all.some((z, j) => all.some((x, i) => i < j && !distance(x, z).re && !distance(x, z).im))) continue; // prettier-ignore
        all.forEach((z, j) => {
          const others = all.filter((_, i) => i !== j).map((x) => distance(z, x));
          const below = others.reduce(mul, p.at(-1)!);
          const exact = ratio(mul(big(n), evaluate(p, z)[0]), mul(below, big(radii[j])));
          assert.ok(exact <= 1, `root ${found.re[j]} ${found.im[j]}: ${exact} of the disc`);
        });
      }
  });

  // Where p is zero to the last bit nothing is left of a disc but what the evaluation may have missed, with its slack.
  test("the disc of an exact root is 16 (n + 1)² u² Σ|c_k||z|^k wide, over the product of the others", () => {
    for (const list of [
      [1],
      [3],
      [1, 2],
      [1, -2],
      [2, 8],
      [1, 2, 3, 4],
      [1, 2, -4, 8],
      [2, 3, 5, 7, 11],
    ]) {
      const c = polyfromroots(list);
      const [p, n] = [truth(c), list.length];
      const found = roots(c);
      assert.equal(
        Array.from(found.re),
        [...list].sort((x, y) => x - y),
      );
      const all = points(found);
      all.forEach((z, j) => {
        const below = all
          .filter((_, i) => i !== j)
          .reduce((x, y) => mul(x, distance(z, y)), p.at(-1)!);
        const missed = ratio(mul(big(16 * n * (n + 1) ** 2 * u * u), majorant(p, z)), below);
        const wide = found.radius[j]! / missed;
        assert.ok(wide >= 1 && wide <= 1 + 100 * u, `${list}, root ${j}: ${wide - 1}`);
      });
    }
  });

  test("Wilkinson 20 to 1e-15", () => {
    const c = special["Wilkinson 20"]!;
    const p = truth(c);
    for (const z of points(roots(c))) {
      const root = refined(p, z);
      assert.ok(ratio(distance(z, root), root) <= 1e-15);
    }
  });

  for (const [name, [c, known]] of Object.entries(multiple)) {
    test(name, () => {
      const n = c.length - 1;
      for (const polish of [true, false]) {
        const found = roots(c, { polish });
        shape(c, found, n);
        discs(found, known);
        for (const [x, y, times] of known) {
          const off = Array.from(found.re, (re, j) => Math.hypot(re - x, found.im[j]! - y)).sort(
            (a, b) => a - b,
          );
          const error = off[times - 1]! / Math.hypot(x, y);
          const bound = 4 * (8 * n * u) ** (1 / times);
          assert.ok(error <= bound, `${x} + ${y}i: ${error} > ${bound}`);
        }
      }
    });
  }

  // FPML's nan_inf, with degrees up to our limit.
  for (const power of [500, 511, 537, 700, 1012, 1013, 1022]) {
    const a = 2 ** power;
    const low = (k: number) => Array.from({ length: 10 }, (_, i) => i * k);
    test(`scales 2^${power}`, () => {
      for (const n of [2, 11, 100]) {
        const middle = new Array(n - 1).fill(0);
        simple([-1 / a, ...middle, a]);
        if (2 * power < 1023 * n) simple([-a, ...middle, 1 / a]);
      }
      simple([...low(0), -1 / a, a]);
      simple([...low(1), -1 / a, a]);
      if (power < 512) {
        simple([...low(0), -a, 1 / a]);
        simple([...low(1), -a, 1 / a]);
      } else {
        refused("coefficients", () => roots([...low(0), -a, 1 / a]));
        refused("coefficients", () => roots([...low(1), -a, 1 / a]));
      }
    });
  }
});

suite("linalg/roots: properties", (test) => {
  const settings = { seed: 8, numRuns: 200 };

  test("random coefficients of any size", () => {
    const coefficient = fc
      .tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -300, max: 300 }))
      .map(([m, e]) => (m / 99) * 10 ** e);
    const few = fc.array(coefficient, { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(few, few, (re, im) => {
        for (const c of [re, { re, im: re.map((_, k) => im[k] ?? 0) }]) {
          const p = parts(c);
          if (Array.from(p.re).every((x, k) => !x && !p.im[k])) continue;
          let found: Roots;
          try {
            found = roots(c);
          } catch (error) {
            assert.match(String(error), "an overflow");
            continue;
          }
          shape(c, found, found.re.length);
          backward(truth(c), roots(c, { polish: false }));
          if (
            Array.from(found.radius).every(
              (r, j) => r < 1e-9 * Math.hypot(found.re[j]!, found.im[j]!),
            )
          )
            forward(truth(c), found);
        }
      }),
      settings,
    );
  });

  test("roots of known multiplicity", () => {
    const root = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -2, max: 2 }));
    fc.assert(
      fc.property(fc.array(root, { minLength: 1, maxLength: 8 }), (list) => {
        const c = polyfromroots({ re: list.map(([x]) => x), im: list.map(([, y]) => y) });
        const times = new Map<string, number>();
        for (const z of list) times.set(String(z), (times.get(String(z)) ?? 0) + 1);
        const known = [...times].map(([z, k]): Known[number] => {
          const [x, y] = z.split(",").map(Number);
          return [x!, y!, k];
        });
        for (const polish of [true, false]) discs(roots(c, { polish }), known);
        if (c.im.every((x) => x === 0)) {
          const found = roots(c.re);
          shape(c.re, found, list.length);
          discs(found, known);
        }
      }),
      settings,
    );
  });

  test("sections of the exponential series: each root once", () => {
    // Their zeros are more than one apart, and many: none is found twice, in place of another.
    for (const n of [118, 144, 148, 154]) {
      const c = Float64Array.from({ length: n + 1 }, () => 1);
      for (let k = 1; k <= n; k++) c[k] = c[k - 1]! / k;
      const { radius } = roots(c);
      assert.ok(Math.max(...radius) < 0.5, `degree ${n}: ${Math.max(...radius)}`);
    }
  });

  test("Kac polynomials of all degrees", () => {
    for (let n = 1; n <= 40; n++) {
      simple(kac(n, n));
      simple(kacComplex(n, n));
    }
  });
});

suite("linalg/roots: the door", (test) => {
  test("zeros at both ends, constants", () => {
    assert.equal(Array.from(roots([0, 0, 6, -5, 1, 0, 0]).re), [0, 0, 2, 3]);
    assert.equal(Array.from(roots([0, 0, 7]).radius), [0, 0]);
    assert.is(roots([-3]).re.length, 0);
    assert.equal(Array.from(roots(new Float64Array([-6, 2])).re), [3]);
    assert.equal(Array.from(roots({ re: [0, 1], im: [1, 0] }).im), [-1]);
  });

  test("the largest number is no overflow", () => {
    const max = Number.MAX_VALUE;
    assert.equal(Array.from(roots([-max, 1]).re), [max]);
    assert.equal(Array.from(roots({ re: [0, 1], im: [-max, 0] }).im), [max]);
    assert.equal(Array.from(roots([-max, max]).re), [1]);
  });

  test("double roots of a quadratic stay whole", () => {
    for (const x of [1, -2, 2 ** 200]) {
      const found = roots([x * x, -2 * x, 1]);
      assert.equal([...found.re, ...found.im], [x, x, 0, 0]);
      for (const r of found.radius) assert.ok(r <= 1e-13 * Math.abs(x), `${r}`);
    }
  });

  test("nearly double roots of a quadratic: both to the last digits", () => {
    const numbers = kac(400, 3);
    const list: Numbers[] = [[2.004392452617662, 2.831531354315302, 1]];
    for (let i = 0; i < 200; i++) {
      const [t, y] = [numbers[2 * i]!, numbers[2 * i + 1]!];
      // fl((x − t)²), roots ever nearer to each other, and times a factor; complex ones.
      list.push([t * t, -2 * t, 1], [t * t * y, -2 * t * y, y]);
      list.push([t * t + (y * 2 ** (-i / 4)) ** 2, -2 * t, 1]);
      list.push({ re: [t * t - y * y, -2 * t, 1], im: [2 * t * y, -2 * y, 0] });
    }
    for (const c of list) {
      const p = truth(c);
      for (const polish of [true, false]) {
        const found = roots(c, { polish });
        const exact = points(found).map((z) => refined(p, z));
        points(found).forEach((z, j) => {
          const error = ratio(distance(z, exact[j]!), exact[j]!);
          assert.ok(error <= (polish ? 2 : 8) * u, `${JSON.stringify(c)}: ${error / u} u`);
          const wide = ratio(distance(z, exact[j]!), big(found.radius[j]));
          assert.ok(error === 0 || wide <= 1, `${JSON.stringify(c)}: outside of its disc`);
        });
        assert.ok(ratio(distance(exact[0]!, exact[1]!), exact[0]!) > 2 ** -100, "one root twice");
      }
    }
  });

  test("each disc of a cluster holds all others of it, the last one, too", () => {
    for (const centre of [1, -2, 3, 0.75, 5, -0.3])
      for (let n = 3; n <= 8; n++) {
        const { re, im, radius } = roots(polyfromroots(Array<number>(n).fill(centre)));
        const width = [re, im].reduce((sum, x) => sum + Math.max(...x) - Math.min(...x), 0);
        // Before they were widened, rounding made them of very different sizes.
        const spread = Math.max(...radius) - Math.min(...radius);
        assert.ok(spread <= 2 * width * (1 + 1e-9), `${centre}, ${n}: ${spread / width}`);
      }
  });

  // The last would go to and fro between two points for ever, were it not for half steps.
  test("perturbed (1 + x)ⁿ: the last of a cluster finds its way", () => {
    for (const [seed, n, size] of [
      [250, 150, 1e-12],
      [379, 150, 1e-12],
      [1840251388, 52, 1.2730889009809095e-12],
    ] as const) {
      let state = (seed * 16807) % 2147483647;
      const uniform = () => (state = (state * 16807) % 2147483647) / 2147483647;
      let binomial = 1;
      const c = Array.from({ length: n + 1 }, (_, k) => {
        const value = binomial * (1 + size * (2 * uniform() - 1));
        binomial = (binomial * (n - k)) / (k + 1);
        return value;
      });
      const polished = roots(c);
      shape(c, polished, n);
      backward(truth(c), polished);
      backward(truth(c), roots({ re: c, im: c.map(() => 0) }, { polish: false }));
    }
  });

  test("same bits every time, input untouched", () => {
    const c = Float64Array.from(kac(30));
    const before = c.slice();
    assert.equal(roots(c), roots(c));
    assert.equal(c, before);
  });

  test("bad input", () => {
    const bad: unknown[] = [[], [0, 0], null, undefined, 3, "1, 2", { re: [1] }];
    bad.push([1, NaN], [Infinity, 1], { re: [1, 2], im: [0] }, new Array(202).fill(1));
    bad.push([1e300, 1e-300], { re: [0, 0], im: [0, 0] });
    for (const c of bad) refused("coefficients", () => roots(c as number[]));
    refused("polish", () => roots([1, 2], { polish: 1 as unknown as boolean }));
    assert.equal(Array.from(roots([6, -5, 1]).re), [2, 3]);
  });
});
