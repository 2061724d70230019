/**
 * What a kernel returns: the one table of codes for both languages.
 *
 * Zero is success. A routine that returns anything else has written no result that may be used;
 * src/errors.ts turns the code into a typed error.
 */
export enum Info {
  OK = 0,
  /** The arena could not grow to the workspace that the job needs. */
  MEMORY = 1,
  /** The input holds a NaN or an infinity. */
  NONFINITE = 2,
  /** The input is finite, the result is not: an entry passes the largest representable number. */
  OVERFLOW = 3,
  /** An iteration did not converge within its limit. */
  CONVERGENCE = 4,
  /** A matrix to be divided by is singular: a pivot is exactly zero. */
  SINGULAR = 5,
  /** A matrix is not positive definite. */
  INDEFINITE = 6,
}
