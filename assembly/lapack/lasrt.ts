/** lasrt: indices of n f64 values in descending order, by Shell's sort with Ciura's gaps. */
export function lasrt(n: i32, values: usize, order: usize): void {
  for (let i = 0; i < n; i++) store<i32>(order + 4 * i, i);
  for (let gap = n > 1750 ? 1750 : n > 301 ? 301 : n > 57 ? 57 : n > 10 ? 10 : 1; gap > 0; gap = gap == 1 ? 0 : max(1, <i32>(<f64>gap / 2.25))) {
    for (let i = gap; i < n; i++) {
      const index = load<i32>(order + 4 * i);
      const value = load<f64>(values + 8 * index);
      let j = i;
      for (; j >= gap && load<f64>(values + 8 * load<i32>(order + 4 * (j - gap))) < value; j -= gap) {
        store<i32>(order + 4 * j, load<i32>(order + 4 * (j - gap)));
      }
      store<i32>(order + 4 * j, index);
    }
  }
}
