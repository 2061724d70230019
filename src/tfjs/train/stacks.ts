/** The pairs of matrices in a product of two broadcast stacks, as runs of equal steps. */
export interface Runs {
  /** Number of products in a run. */
  readonly count: number;
  /** Whether all products of a run share this factor; otherwise each product takes the next matrix. */
  readonly sharedA: boolean;
  readonly sharedB: boolean;
  /** Indices of the matrices with which the runs begin. */
  readonly starts: readonly (readonly [a: number, b: number])[];
}

/**
 * Divides the stack of a product into runs. A run covers as many of the last axes as possible, so that along them each
 * factor either is repeated throughout or advances throughout. Each position on the axes before them begins a run.
 *
 * @param a, b, stack the shapes without the last two axes, of the factors and of the product
 */
export function runsOf(a: readonly number[], b: readonly number[], stack: readonly number[]): Runs {
  const [stepsA, stepsB] = [steps(a, stack), steps(b, stack)];
  let [count, sharedA, sharedB] = [1, true, true];
  let axis = stack.length;
  for (; axis > 0; axis--) {
    const size = stack[axis - 1]!;
    if (size === 1) continue;
    const [repeatsA, repeatsB] = [stepsA[axis - 1] === 0, stepsB[axis - 1] === 0];
    if (count > 1 && (repeatsA !== sharedA || repeatsB !== sharedB)) break;
    [sharedA, sharedB] = [repeatsA, repeatsB];
    count *= size;
  }
  let starts: Runs["starts"] = [[0, 0]];
  for (let outer = 0; outer < axis; outer++) {
    const positions = Array.from({ length: stack[outer]! }, (_, i) => i);
    starts = starts.flatMap(([p, q]) =>
      positions.map((i) => [p + i * stepsA[outer]!, q + i * stepsB[outer]!] as const),
    );
  }
  return { count, sharedA, sharedB, starts };
}

/** For each axis of the product's stack, the step of the matrix index from position to position; 0 if repeated. */
function steps(shape: readonly number[], stack: readonly number[]): number[] {
  const padded = [...stack.map(() => 1), ...shape].slice(shape.length);
  return padded.map((size, axis) =>
    size === 1 ? 0 : padded.slice(axis + 1).reduce((product, next) => product * next, 1),
  );
}
