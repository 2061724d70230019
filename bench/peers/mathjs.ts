/** mathjs: the only other solver of Sylvester equations in JavaScript; f64, arrays of rows. */
import { sylvester as solve } from "mathjs";
import { type Equation, solution } from "../accuracy.ts";
import { type Contender, job } from "../harness.ts";
import type { Matrix } from "../../src/linalg/index.ts";

const rows = ({ cols, data }: Matrix) =>
  Array.from({ length: data.length / cols }, (_, i) => [
    ...data.subarray(i * cols, (i + 1) * cols),
  ]);

export function sylvester(equation: () => Equation, bar?: number): Contender {
  return {
    name: "mathjs f64",
    slow: true,
    bar,
    start() {
      const known = equation();
      const [a, b, c] = [known.a, known.b, known.c].map(rows);
      // The timed result is judged: computing another one would take as long again.
      let found: number[][] = [];
      const run = () => (found = solve(a, b, c) as unknown as number[][]);
      const accuracy = () => solution(known, { ...known.c, data: Float64Array.from(found.flat()) });
      return { time: job(run).time, accuracy };
    },
  };
}
