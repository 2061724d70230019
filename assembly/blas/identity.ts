/** The n x n identity, row-major. */
import { REAL } from "../real";

export function identity(n: i32, a: usize): void {
  memory.fill(a, 0, REAL * n * n);
  for (let i = 0; i < n; i++) store<real>(a + REAL * (<usize>i * n + i), 1);
}
