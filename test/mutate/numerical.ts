/**
 * Faults that a numerical analyst fears: a safeguard, correction or second pass that is gone, a threshold that is off. The
 * program still runs, and on well-behaved input hardly anybody sees a difference. Each is a piece of a source that occurs
 * once in it, and what takes its place.
 */
import type { Fault } from "./fault.ts";

type Entry = [find: string, put: string, what: string];

const list: Record<string, Entry[]> = {
  "assembly/blas/nrm2.ts": [
    ["SINGLE || (sum > SMALL && sum < BIG)", "true", "no second sum on scaled data"],
  ],
  "assembly/blas/rotg.ts": [["r < SMALL", "false", "small rotations are not lifted"]],
  "assembly/blas/exponent.ts": [
    ["if (bits)", "if (bits >= 0)", "subnormal numbers have no exponent of their own"],
  ],
  "assembly/blas/tile.ts": [
    ["CHUNK: i32 = 128", "CHUNK: i32 = 1 << 20", "sums of a block are not cut"],
  ],
  "assembly/lapack/larfg.ts": [
    ["!SINGLE && abs(beta) < SAFMIN / EPS", "false", "short vectors are not lifted"],
    ["-copysign(hypotenuse", "copysign(hypotenuse", "the sign that cancels"],
    ["return w * sqrt(1 + z * z)", "return sqrt(a * a + b * b)", "a hypotenuse that overflows"],
  ],
  "assembly/lapack/bulge.ts": [
    ["max(abs(v0), size) < SMALL", "false", "short bulges are not lifted"],
    [
      "return ba * (ab / s) <= max(floor, ULP * (bb * (aa / s)))",
      "return true",
      "no second criterion after Ahues and Tisseur",
    ],
    [
      "return abs(get(h, ld, k, k - 1)) <= ULP * size",
      "return false",
      "nothing drowns in a skew-symmetric matrix",
    ],
  ],
  "assembly/lapack/gebal.ts": [
    ["f + g < GAIN * before ? k : 0", "0", "no balancing"],
    ["!SINGLE && bits < LEAD", "false", "subnormal entries are not lifted"],
    [
      "top = max(top, exponent(x) + apart(d, i, j))",
      "top = max(top, exponent(x))",
      "the scale ignores the balancing",
    ],
  ],
  "assembly/lapack/gees.ts": [
    ["reciprocalPower(top / TOP)", "1", "no scaling"],
    ["  settle(n, a, z, work);\n", "", "blocks that became real are not turned"],
  ],
  "assembly/lapack/gecon.ts": [
    [
      "estimate = max(estimate, (2 * solved(posdef, false, n, a, pivots, x)) / (3 * <f64>n));",
      "",
      "no vector of alternating signs",
    ],
    ["round < ROUNDS", "round < 1", "no gradient steps"],
  ],
  "assembly/lapack/geqp3.ts": [
    ["left * before * before > STALE", "true", "norms are never recomputed"],
    ["if (load<f64>(now + 8 * l) > load<f64>(now + 8 * pivot)) pivot = l;", "", "no pivoting"],
    ["<= drop)", "<= 0)", "what is nothing is not dropped"],
  ],
  "assembly/lapack/gejsv.ts": [
    [
      "first = max(scale, 1), second = min(scale, 1) * LIFT",
      "first: f64 = 1, second: f64 = 1",
      "no scaling",
    ],
    ["n > 1 && graded(", "false && graded(", "graded rows are not sorted"],
    ["EPS * (vectors ?", "1e4 * EPS * (vectors ?", "a loose test of orthogonality"],
    ["const singular = rank > 0 &&", "const singular = false &&", "zero columns are not completed"],
    [
      "singular || !solve(rank, l, u1, w, work)",
      "!solve(rank, l, u1, w, work) && false",
      "no product and QR where the solve fails",
    ],
  ],
  "assembly/lapack/precondition.ts": [
    ["> VISIBLE * abs(", "> 0 * abs(", "graded matrices are preconditioned, too"],
    ["unit * load<real>(r + i)", "load<real>(r + i)", "squares of lifted entries"],
  ],
  "assembly/lapack/rightvectors.ts": [
    ["step < STEPS && bent > sqrt(EPS)", "step < 1", "no second correction of right vectors"],
    [
      "let bent = straighten(n, w, stride, l, work)",
      "let bent: f64 = 0",
      "no correction of right vectors at all",
    ],
    ["return bent <= sqrt(EPS)", "return true", "corrections that did not converge"],
    [
      "y2 <= f64.MAX_VALUE ? 1 / sqrt(y2) : NaN",
      "1 / sqrt(y2)",
      "columns whose squares overflow vanish",
    ],
  ],
  "assembly/lapack/gesvj.ts": [
    [
      "if (strays(run, j)) normalise(run, p, j);\n        if (strays(run, l)) normalise(run, q, l);",
      "",
      "no rescaling within a sweep",
    ],
    ["SINGLE || y2 > LOST", "true", "squares that underflowed count"],
    [
      "<f64>n * n * cos2 * tan2 < run.limit",
      "cos2 * tan2 < 1e12 * run.limit",
      "sweeps end too early",
    ],
    [
      "return dot * dot > run.limit * load<f64>(run.squares + 8 * i) * load<f64>(run.squares + 8 * j)",
      "return dot * dot > run.limit",
      "orthogonality relative to nothing",
    ],
  ],
  "assembly/lapack/angles.ts": [
    ["f64x2.gt(size, f64x2.splat(134217728.0))", "f64x2.splat(0)", "tiny angles overflow"],
    [
      "if (!SINGLE) {\n      // Only",
      "if (false) {\n      // Only",
      "squares of scales are not kept in range",
    ],
  ],
  "assembly/lapack/gesvjb.ts": [
    ["> GRADED * largest", "> 0 * largest", "graded matrices stay in the lanes"],
    ["top > 0 ? reciprocalPower(top / TOP) : 1", "1", "no scaling in the lanes"],
    ["4 * <f64>m * EPS * EPS", "4e8 * <f64>m * EPS * EPS", "a loose test of orthogonality"],
    [
      "if (!v128.any_true(turned)) break;",
      "if (sweep == 1) turned = zero;\n    if (!v128.any_true(turned)) break;",
      "two sweeps and no more",
    ],
  ],
  "assembly/lapack/gesdd.ts": [
    ["SINGLE ? 1099511627776 : 2.5822498780869086e120", "1", "entries are not lifted"],
    [
      "first = max(scale, 1), second = min(scale, 1) * LIFT",
      "first: f64 = 1, second: f64 = LIFT",
      "no scaling",
    ],
  ],
  "assembly/lapack/bdsdc.ts": [
    ["raised = max(abs(own), tolerance)", "raised = abs(own)", "z of the row is not raised"],
    [
      "max(load<f64>(m.dk + 8 * i), 0.5 * tolerance)",
      "load<f64>(m.dk + 8 * i)",
      "poles at zero are not moved apart",
    ],
    [
      "load<f64>(m.spare) * (abs(own) / raised)",
      "load<f64>(m.spare)",
      "the smallest value is not brought back",
    ],
  ],
  "assembly/lapack/laed2.ts": [
    [
      "NEGLIGIBLE: f64 = 8 * EPS",
      "NEGLIGIBLE: f64 = 8e4 * EPS",
      "deflation ten thousand times too soon",
    ],
    ["abs((dj - dh) * c * s) > tolerance", "true", "close values are not deflated"],
    [
      "if (rho * abs(load<f64>(z + 8 * j)) <= tolerance)",
      "if (false)",
      "negligible z are not deflated",
    ],
    ["store<f64>(d + 8 * held, dh * c * c + dj * s * s);", "", "a rotated value stays what it was"],
  ],
  "assembly/lapack/bdsqr.ts": [
    ["nothing = U * norm", "nothing = 1e4 * U * norm", "entries count as nothing too soon"],
    [
      "if (k > 0 && abs(load<f64>(d + 8 * k)) <= nothing)",
      "if (false)",
      "a zero value is not chased out",
    ],
    [
      "if (abs(load<f64>(d + 8 * l - 8)) <= nothing)",
      "if (false)",
      "a zero on the diagonal does not split",
    ],
  ],
  "assembly/lapack/steqr.ts": [
    ["nothing = U * norm", "nothing = 1e4 * U * norm", "entries count as nothing too soon"],
    ["if (r == 0)", "if (false)", "a zero rotation does not split"],
  ],
  "assembly/lapack/laed3.ts": [
    [
      "  refit(m, k);\n",
      "  memory.copy(m.zhat, m.zk, 8 * k);\n",
      "z is not refitted (Gu and Eisenstat)",
    ],
  ],
  "assembly/lapack/laed4.ts": [
    [
      "tolerance = U * (8 + 0.25 * k)",
      "tolerance = 1e6 * U * (8 + 0.25 * k)",
      "roots of the secular equation end early",
    ],
    ["if (!(next > lo && next < hi)) next = 0.5 * (lo + hi);", "", "no bisection"],
    ["if (count == 0 && !last && f < 0)", "if (false)", "distances from the far pole"],
  ],
  "assembly/lapack/lahqr.ts": [
    ["if (foot || top)", "if (false)", "no exceptional shifts"],
    [
      "if (stalled > STALL && stalled % STALL == STALL / 2)",
      "if (false)",
      "shifts are not moved aside",
    ],
    [
      "<= 2 * EPS * abs(v0) * around",
      "<= 2e6 * EPS * abs(v0) * around",
      "sweeps start where they may not",
    ],
    [
      "<f64>load<real>(left) * (1 - tau)",
      "<f64>load<real>(left)",
      "the entry left of a sweep is not reflected",
    ],
  ],
  "assembly/lapack/lanv2.ts": [
    [
      "NEARLY: f64 = 4 * f64.EPSILON",
      "NEARLY: f64 = 4e10 * f64.EPSILON",
      "real eigenvalues count as equal",
    ],
    [
      "abs(b + c) + abs(a - d) < SAFMIN / EPS ? 1 / SAFMIN : 1",
      "1",
      "subnormal differences are not lifted",
    ],
  ],
  "assembly/lapack/laqr0.ts": [
    ["if (stalled > 0 && stalled % (STALL + 1) == 0)", "if (false)", "no exceptional shifts"],
    ["if (top > 0) store<real>(at(h, n, top, top - 1), 0);", "", "negligible entries stay"],
  ],
  "assembly/lapack/laqr2.ts": [
    ["max(floor, 2 * EPS * own)", "max(floor, 2e5 * EPS * own)", "deflation too soon"],
  ],
  "assembly/lapack/trexc.ts": [
    [
      "if (!(abs(sum) <= max(20 * EPS * norm, SAFMIN / EPS))) return false;",
      "",
      "swaps that are too inexact are made",
    ],
    ["if (x > best)", "if (best < 0)", "no pivoting in the little equation"],
    ["best < floor ? floor :", "best == 0 ? floor :", "small pivots are not raised"],
  ],
  "assembly/lapack/lasy2.ts": [
    ["if (n > 1) pivot(n, k, work);", "", "no pivoting"],
    ["if (8 * abs(c) > big * abs(d)) fits = false;", "", "growth is not watched"],
    ["abs(d) <= smin", "d == 0", "small pivots are not replaced"],
  ],
  "assembly/lapack/laln2.ts": [
    ["if (abs(c) > abs(ar) + abs(wi))", "if (false)", "rows are not exchanged"],
    ["if (abs(dr) + abs(di) < smin)", "if (false)", "small pivots are not replaced"],
    ["if (abs(dr) >= abs(di))", "if (true)", "half of Smith's method"],
  ],
  "assembly/lapack/trsyl.ts": [
    ["topC > 0 ? reciprocalPower(topC) : 1", "1", "the right-hand side is not scaled"],
    [
      "max(shift + exponentOf(largest) - TOP, 0)",
      "0",
      "solutions overflow instead of being scaled",
    ],
    ["2 * EPS * scaleA * topAB", "0", "no pivot is too small"],
  ],
  "assembly/lapack/trsy2.ts": [
    [
      "abs(d) > e.smin && 8 * abs(rhs) <= BIG * abs(d)",
      "d != 0",
      "growth and small pivots of single blocks are not watched",
    ],
  ],
  "assembly/lapack/trevc.ts": [
    [
      "max((largest > 0 ? exponentOf(largest) : 0) - exponentOf(scale) - BIG, 0)",
      "0",
      "growing columns are not scaled down",
    ],
    ["max(EPS * (abs(wr) + wi), s.smallest)", "s.smallest", "close eigenvalues are divided by"],
    [
      "const scale = reciprocalPower(top)",
      "const scale: f64 = 1",
      "right-hand sides are not scaled",
    ],
  ],
  "assembly/lapack/getrf.ts": [
    [
      "    store<i32>(pivots + 4 * c, best);",
      "    best = c;\n    store<i32>(pivots + 4 * c, best);",
      "no pivoting",
    ],
  ],
  "assembly/lapack/gesv.ts": [
    [
      "scaleA = scaleOf(topA), scaleB = scaleOf(topB)",
      "scaleA: f64 = 1, scaleB: f64 = 1",
      "no scaling",
    ],
  ],
  "assembly/lapack/getri.ts": [["invert(n, scaleOf(top),", "invert(n, 1,", "no scaling"]],
  "assembly/lapack/lu.ts": [
    ["scale = scaleOf(top), stride", "scale: f64 = 1, stride", "no scaling"],
  ],
  "assembly/lapack/qr.ts": [["const scale = scaleOf(top)", "const scale: f64 = 1", "no scaling"]],
  "assembly/lapack/trtrs.ts": [
    ["const scale = scaleOf(topB)", "const scale: f64 = 1", "no scaling"],
  ],
  "assembly/lapack/syevd.ts": [
    ["const scale = top > 0 ? reciprocalPower(top) : 1", "const scale: f64 = 1", "no scaling"],
  ],
  "assembly/lapack/potrf.ts": [
    ["if (!(d > 0)) return r + 1;", "if (d < 0) return r + 1;", "a pivot of zero passes"],
  ],
  "assembly/lapack/gesvb.ts": [
    [
      "let best = v128.abs<real>(v128.load(x + 16 * (k * n + k)))",
      "let best = v128.splat<real>(<real>f64.MAX_VALUE)",
      "no pivoting in the lanes",
    ],
    [
      "if (abs(product) >= TINY && abs(product) <= 1 / TINY) continue;",
      "continue;",
      "products of pivots over- and underflow",
    ],
    [
      "store<real>(d, <real>(product - <f64>high), REAL);",
      "store<real>(d, 0, REAL);",
      "the low part of a determinant is lost",
    ],
    [
      "if (scaleOf(top) == 1 && scaleOf(topB) == 1)",
      "if (true)",
      "lanes take what should be scaled",
    ],
  ],
  "assembly/lapack/spread.ts": [
    ["POWERS: i32 = 8", "POWERS: i32 = 1", "one step of the power method"],
    [
      "larnv(m, 0, 0, 0, x, work);",
      "for (let i = 0; i < pad(m, NR); i++) store<real>(x + REAL * i, 1);",
      "a start in the null space",
    ],
  ],
  "assembly/poly/aberth.ts": [
    ["threshold = 4.5 * EPS", "threshold = 4.5e6 * EPS", "roots are done too soon"],
    ["sweep > LATE && sweep % 10 == 0 ? 0.5 : 1", "1", "no half steps"],
    ["noise = EPS * EPS", "noise = 1e12 * EPS * EPS", "polishing ends too soon"],
    ["step(w, j, 1) <= 2 * EPS", "step(w, j, 1) <= 2e6 * EPS", "one step of polishing"],
  ],
  "assembly/poly/horner.ts": [
    ["value = v128.add<f64>(p, e)", "value = p", "the value is not compensated"],
    ["slope = v128.add<f64>(d, f)", "slope = d", "the slope is not compensated"],
    [
      "return v128.add<f64>(v128.sub<f64>(x, v128.sub<f64>(s, y1)), v128.sub<f64>(y, y1))",
      "return f64x2.splat(0)",
      "errors of sums are dropped",
    ],
    ["f64x2.splat(134217729.0)", "f64x2.splat(1)", "factors are not split"],
    [
      "v128.add<f64>(v128.add<f64>(times(b1, b1, j1), product), rest)",
      "v128.add<f64>(times(b1, b1, j1), product)",
      "the discriminant is not compensated",
    ],
  ],
  "assembly/poly/inclusion.ts": [
    [" + noise * size", "", "discs without the error of the residual"],
    ["(<f64>n * residual)", "residual", "Smith's factor n"],
    ["if (!(product > 1e-150 && product < 1e150))", "if (false)", "products over- and underflow"],
    [" + 2 * TINY", "", "radii round to zero"],
    ["(dr + di + load<f64>(radius + 8 * j))", "(dr + di)", "widened discs do not hold the others"],
    ["moved += 2 * APART;", "", "what equal roots were moved by is forgotten"],
  ],
  "assembly/poly/start.ts": [
    [
      "if (load<f64>(w.abs) < 1e-140 || load<f64>(w.abs + 16) < 1e-140) return false;",
      "",
      "quadratics beyond their range",
    ],
    ["if (drop(height, i, j) < drop(height, j, k)) break;", "break;", "no Newton polygon"],
  ],
  "assembly/random/elementary.ts": [
    ["  p = horner(p, z, 1.0 / 5.0);\n", "", "a term of the logarithm"],
    ["  p = horner(p, z, 1.0 / 120.0);\n", "", "a term of the sine"],
    ["  p = horner(p, z, 1.0 / 24.0);\n", "", "a term of the cosine"],
  ],
  "assembly/random/larnv.ts": [
    ["f32x4.splat(<f32>(0.5 / 2147483648.0))", "f32x4.splat(0)", "the logarithm of zero"],
  ],
  "assembly/random/draw.ts": [
    ["f32x4.add(k, f32x4.splat(0.5))", "k", "uniform numbers off their centre"],
    ["return f32x4.pmin(f32x4.pmax(w, least), most)", "return w", "numbers beyond their bounds"],
    ["1.9999998642955533", "2.0000198642955533", "a coefficient of the quantile"],
  ],
  "src/linalg/topSvd.ts": [
    ["OVERSAMPLING = 8", "OVERSAMPLING = 0", "no columns beyond k"],
    [
      "if (found.residual <= tolerance * found.s[0]!) return found;",
      "return found;",
      "no test of convergence",
    ],
    [
      "multiply(a, qr(last).q, !wide)",
      "multiply(a, last, !wide)",
      "powers are not orthonormalized",
    ],
    [
      "const x = qr(double(columns(svd(space.image).u, 0, k))).q;",
      "const x = double(columns(svd(space.image).u, 0, k));",
      "the refined space is not orthonormalized",
    ],
  ],
  "src/linalg/rank.ts": [
    ["return Math.max(rows, cols) * (", "return 1e3 * Math.max(rows, cols) * (", "a rank too low"],
    [
      "if (tolerance === undefined || tolerance >= least || method !== undefined) return;",
      "return;",
      "noise counts as singular values",
    ],
  ],
  "src/linalg/ridge.ts": [
    ["if (x.info.rcond < safe) return undefined;", "", "normal equations however ill-conditioned"],
    ["scaled(double(a), -top)", "scaled(double(a), 0)", "a is not scaled"],
  ],
  "src/linalg/expm.ts": [
    ["13: 4.25", "13: 42.5", "too few squarings"],
    ["s += ell(scaled(a, -s), 13);", "", "no correction for non-normal matrices"],
    ["9: 2.097847961257068", "9: 6.3", "a degree too low"],
  ],
  "src/linalg/logm.ts": [
    [
      "    if (q === 0) r.data[i * (n + 1)] = re;\n    else setBlock(r, i, re, im, q, b, c);\n",
      "",
      "roots minus one with cancellation",
    ],
    [
      "    if (q === 0) out.data[i * (n + 1)] = modulus;\n    else setBlock(out, i, modulus, angle(p, q), q, b, c);\n",
      "",
      "diagonal blocks are not recomputed",
    ],
    ["2.64e-1", "2.64", "too few square roots"],
  ],
  "src/linalg/sqrtm.ts": [
    [
      'const e = 2 * Math.trunc(magnitude(checkFinite("a", a)) / 2)',
      'const e = 0 * checkFinite("a", a)',
      "no scaling",
    ],
    ["w > zero ? Math.sqrt(w) : 0", "Math.sqrt(Math.abs(w))", "roots of rounding errors"],
  ],
  "src/linalg/sylvester.ts": [
    [
      'const shift = magnitude(Math.max(checkFinite("a", a), checkFinite("b", b)))',
      'const shift = 0 * Math.max(checkFinite("a", a), checkFinite("b", b))',
      "no scaling",
    ],
    ["if (transposeB && isSymmetric(c)) symmetrize(found.x);", "", "solutions are not symmetric"],
  ],
  "src/linalg/bartelsStewart.ts": [
    [
      "const zero = Math.abs(sum) <= tolerance",
      "const zero = sum === 0",
      "rounding errors are divided by",
    ],
    [
      "const exponent = magnitude(largest(y.data))",
      "const exponent = 0 * largest(y.data)",
      "products overflow",
    ],
  ],
  "src/linalg/lstsq.ts": [
    [
      "const { matrix: left, e } = lifted(a)",
      "const { matrix: left, e } = { matrix: a, e: 0 * lifted(a).e }",
      "small matrices are not lifted",
    ],
    [
      "y.data[at] = value / s[Math.floor(at / b.cols)]!",
      "y.data[at] = value * (1 / s[Math.floor(at / b.cols)]!)",
      "an inverse that overflows",
    ],
  ],
  "src/linalg/pinv.ts": [
    [
      "const { matrix, e } = lifted(a)",
      "const { matrix, e } = { matrix: a, e: 0 * lifted(a).e }",
      "small matrices are not lifted",
    ],
  ],
  "src/linalg/cond.ts": [["lifted(a).matrix", "a", "small matrices are not lifted"]],
  "src/linalg/separation.ts": [
    [
      "1 / Math.max(norm, (2 * inverse(alternating, false).norm) / (3 * size))",
      "1 / norm",
      "no vector of alternating signs",
    ],
  ],
  "src/linalg/det.ts": [
    [
      "const own = exponent(pivot)",
      "const own = 0 * exponent(pivot)",
      "products of pivots overflow",
    ],
  ],
  "src/linalg/powers.ts": [
    [
      "e === -1023 && x !== 0 ? exponent(x * 2 ** 64) - 64 : e",
      "e",
      "subnormal numbers have no exponent of their own",
    ],
  ],
  "src/elementary.ts": [
    ["- k * LN2_LOW;", ";", "the low part of ln 2"],
    ["Math.abs(x) < 0.35 ? reduced(x) : exp(x) - 1", "exp(x) - 1", "e^x - 1 cancels"],
    ["if (size < TAIL)", "if (size < 30)", "tails of the normal distribution cancel"],
    ["length: 18", "length: 9", "half of the logarithm's series"],
  ],
  "src/init/data/moments.ts": [
    [
      "const weight = Math.sqrt((n * b) / (n + b))",
      "const weight = 0",
      "means of batches do not count",
    ],
    [
      "this.centre[i]! += (delta[i]! * b) / (n + b)",
      "this.centre[i]! += delta[i]! / 2",
      "a mean of batches instead of vectors",
    ],
  ],
  "src/init/data/spectrum.ts": [
    ["  basis = qr(matmul(scatter, basis)).q;\n", "", "one power step less"],
    [
      "values.at(-1) ?? 0) * d * Number.EPSILON",
      "values.at(-1) ?? 0) * 0",
      "rounding errors count as axes",
    ],
  ],
  "src/init/diversity/definite.ts": [
    ["m * 2 ** -52 * a.data[at]!", "0 * m * a.data[at]!", "dependent units count as independent"],
  ],
  "src/init/diversity/decorrelate.ts": [
    ["REGULAR = 2 ** -20", "REGULAR = 2 ** -60", "singular steps"],
  ],
  "src/init/diversity/redundant.ts": [
    ["Math.max(m, n) * 2 ** -24", "0 * Math.max(m, n)", "rounding errors count as rank"],
  ],
  "src/init/growth/gradmax.ts": [["2 ** -23 *", "0 *", "rounding errors count as directions"]],
  "src/init/head/solution.ts": [["SAFE = 2 ** -20", "SAFE = 2 ** 10", "nothing is safe"]],
  "src/init/head/crossValidation.ts": [
    ["(1 + FLAT)", "1", "errors that are alike differ"],
    ["Math.max(left, count * Number.EPSILON)", "left", "what is not spanned may be negative"],
  ],
  "src/init/head/fromMoments.ts": [
    ["STILL = 2 ** -40", "STILL = 0", "rounding errors count as a target"],
    ["Math.max(0, value) + lambda", "value + lambda", "negative eigenvalues"],
  ],
  "src/init/head/slope.ts": [["exp(e[c]! - top)", "exp(e[c]!)", "exponentials overflow"]],
  "src/init/head/kept.ts": [["NEAR = 2 ** -12", "NEAR = 0", "only equal samples are near"]],
  "src/init/lps/homotopy/track.ts": [
    ["SIMPLE = 1e-12", "SIMPLE = 1e-3", "ends that are not simple"],
    [
      "[INFINITE, EXACTLY] = [1e-3, 1e-10]",
      "[INFINITE, EXACTLY] = [0, 0]",
      "solutions at infinity count",
    ],
    ["LAST_CORRECTIONS, ROUNDOFF) ?? end", "0, ROUNDOFF) ?? end", "ends are not refined"],
  ],
  "src/init/lps/solveLPS.ts": [["SAME = 1e-6", "SAME = 0", "one solution counts several times"]],
  "src/init/lps/quadrature.ts": [["ROUNDOFF = 1e-14", "ROUNDOFF = 1e-3", "a coarse quadrature"]],
};

/** The faults of the list. A piece that is not there exactly once is an error: the list must go with the sources. */
export function numericalFaults(sources: ReadonlyMap<string, string>): Fault[] {
  return Object.entries(list).flatMap(([file, entries]) =>
    entries.map(([find, text, what]) => {
      const source = sources.get(file) ?? "";
      const start = source.indexOf(find);
      if (start < 0 || source.includes(find, start + 1))
        throw new Error(`test/mutate/numerical.ts: ${file} does not contain once: ${find}`);
      return { kind: "numerical" as const, file, start, end: start + find.length, text, what };
    }),
  );
}
