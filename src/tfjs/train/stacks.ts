/** How two stacks of matrices meet in a product, whose stack is what theirs broadcast to. */
export interface Runs {
  /** Products in a run. */
  readonly count: number;
  /** Whether all products of a run have this factor in common; otherwise it goes on by one matrix. */
  readonly sharedA: boolean;
  readonly sharedB: boolean;
  /** The matrices with which the runs begin. */
  readonly starts: readonly (readonly [a: number, b: number])[];
}

/**
 * The product's stack in runs: one over as many of the last axes as both factors behave alike on, for each
 * position on the axes before them.
 *
 * @param a, b, stack the axes before the last two, of the factors and of the product
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

/** Matrices from one position on an axis of the product's stack to the next; 0 where one is repeated. */
function steps(shape: readonly number[], stack: readonly number[]): number[] {
  const padded = [...stack.map(() => 1), ...shape].slice(shape.length);
  return padded.map((size, axis) =>
    size === 1 ? 0 : padded.slice(axis + 1).reduce((product, next) => product * next, 1),
  );
}
