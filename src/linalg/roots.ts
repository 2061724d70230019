import { checkFlag, known } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import { check } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/polynomials.ts";
import { interleaved, isReal, type Numbers } from "./polynomial.ts";

export interface Roots {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Radius of a disc around each root that certainly contains a root of the polynomial as given. */
  readonly radius: Float64Array;
}

const LIMIT = 200;

/**
 * Computes all roots of a polynomial c₀ + c₁x + … + c_n xⁿ, each with a certified radius.
 *
 * @param coefficients ascending; real numbers, or complex ones by their parts, anywhere in the range of f64. Leading
 *   zeros (the last coefficients) are dropped. The degree is 0 to 200; a non-zero constant has no roots.
 * @param options.polish default true; without it, roots are only backward stable (the discs are equally certain)
 * @returns roots in ascending order of real part, then of |imaginary part|. Those of a polynomial with real
 *   coefficients are real or exactly conjugate neighbours, the one below the axis first. A root that is exactly zero
 *   has radius 0.
 *
 * @remarks
 * Aberth–Ehrlich iteration from the circles of the Newton polygon (Bini, Numer. Algorithms 13, 1996) until every
 * backward error is at most 8 n u (u = 2⁻⁵³), then polished with residuals as if in twice the precision (compensated
 * Horner, Graillat and Ménissier-Morain, Inf. Comput. 216, 2012): simple roots end with a relative error of about
 * u + (n u)² cond.
 *
 * The discs |x − x_j| ≤ radius_j contain all roots: a connected group of k discs contains exactly k roots, and every
 * single disc at least one (B. T. Smith, J. ACM 17, 1970; rounding included). If the coefficients are real, a disc
 * around a real root that touches no other disc proves that root real and simple.
 *
 * @throws ArgumentError for missing or only zero coefficients, a NaN or an infinity, a degree beyond 200, or a root
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
    const take = (address: number) => f.copy(address, n) as Float64Array;
    return { re: take(x), im: take(y), radius: take(r) };
  });
}
