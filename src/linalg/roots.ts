import { float64 } from "../arrays.ts";
import { checkFlag, known } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import { check, frame } from "../wasm/memory.ts";
import { interleaved, isReal, type Numbers } from "./polynomial.ts";

export interface Roots {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Around every root a disc that certainly holds a root of the polynomial as given. */
  readonly radius: Float64Array;
}

/** Largest degree. */
const LIMIT = 200;

/**
 * All roots of c₀ + c₁x + … + c_n xⁿ, each with a certified radius.
 *
 * Aberth–Ehrlich iteration from the circles of the Newton polygon (Bini, Numer. Algorithms 13, 1996) until every
 * backward error is at most 8 n u (u = 2⁻⁵³), then polished with residuals as if in twice the precision
 * (compensated Horner, Graillat and Ménissier-Morain, Inf. Comput. 216, 2012): simple roots end with a relative
 * error of about u + (n u)² cond. Coefficients may lie anywhere in the range of f64.
 *
 * The discs |x − x_j| ≤ radius_j hold all roots, k connected ones exactly k, and every single one at least one
 * (B. T. Smith, J. ACM 17, 1970; rounding included). A real disc that touches no other proves its root real
 * and simple, if the coefficients are real.
 *
 * @param coefficients ascending; real numbers, or complex ones by their parts. Leading zeros (the last
 *   coefficients) are dropped. Degree 0 to 200; a non-zero constant has no roots.
 * @param options.polish default true; without, roots are backward stable only (the discs are as certain)
 * @returns roots ascending by real part, then by |imaginary part|. For real coefficients they are real or
 *   exactly conjugate neighbours, the one below the axis first. Roots that are exactly zero have radius 0.
 * @throws ArgumentError for no or only zero coefficients, a NaN or an infinity, a degree beyond 200, or a root
 *   that overflows; ConvergenceError
 */
export function roots(coefficients: Numbers, options: { polish?: boolean } = {}): Roots {
  const { polish = true } = known(options, ["polish"]);
  checkFlag("polish", polish);
  const pairs = interleaved("coefficients", coefficients);
  let n = pairs.length / 2 - 1;
  while (n >= 0 && pairs[2 * n] === 0 && pairs[2 * n + 1] === 0) n--;
  if (n < 0) throw new ArgumentError("coefficients", "one that is not zero", show(coefficients));
  if (n > LIMIT) throw new ArgumentError("coefficients", `a degree up to ${LIMIT}`, `degree ${n}`);
  return frame("float64", (f) => {
    const a = f.put(pairs.subarray(0, 2 * (n + 1)));
    const out = f.alloc(3 * n);
    const [x, y, r] = [out, out + 8 * n, out + 16 * n] as const;
    check(
      f.kernels.roots(n, Number(isReal(coefficients)), Number(polish), a, x, y, r),
      "coefficients",
    );
    return {
      re: f.take(x, n, float64(n)),
      im: f.take(y, n, float64(n)),
      radius: f.take(r, n, float64(n)),
    };
  });
}
