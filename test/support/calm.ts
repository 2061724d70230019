/** What a test does for itself, undisturbed by the faults that it plants. */
let depth = 0;

export const isCalm = (): boolean => depth > 0;

/** Runs a job that no fault disturbs. */
export function calmly<T>(job: () => T): T {
  depth++;
  let later = false;
  try {
    const found = job();
    if (found instanceof Promise) {
      later = true;
      return found.finally(() => depth--) as T;
    }
    return found;
  } finally {
    if (!later) depth--;
  }
}
