/** Philox4x32-10 as the paper states it (SC'11, section 3.2), one counter at a time. */
export type Counter = [number, number, number, number];

export function philox(counter: Counter, key0: number, key1: number): Counter {
  let [x0, x1, x2, x3] = counter;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = product(x0, 0xd2511f53n);
    const [high2, low2] = product(x2, 0xcd9e8d57n);
    [x0, x1, x2, x3] = [high2 ^ x1 ^ key0, low2, high0 ^ x3 ^ key1, low0];
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  return [x0 >>> 0, x1 >>> 0, x2 >>> 0, x3 >>> 0];
}

/** High and low word of a 32 x 32 -> 64 bit product. */
function product(x: number, m: bigint): [number, number] {
  const wide = BigInt(x >>> 0) * m;
  return [Number(wide >> 32n), Number(wide & 0xffffffffn)];
}
