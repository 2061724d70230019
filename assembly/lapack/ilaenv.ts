/**
 * ilaenv: the block size of the QR family for n reflectors, a power of two and a multiple of NR in both
 * binaries.
 *
 * Measured: small blocks spare the quadratic work inside a block, large ones spare passes over C.
 * The choice decides roundings, so it is part of what a seed promises.
 */
export function ilaenv(n: i32): i32 {
  return n <= 64 ? 8 : n <= 256 ? 16 : 32;
}
