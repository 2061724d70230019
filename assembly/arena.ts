/**
 * One arena, used as a stack of frames.
 *
 *   const frame = mark();
 *   const work = alloc(bytes);     // 0 when memory ends: nothing was moved
 *   ...
 *   release(frame);                // on every path
 *
 * Only drivers allocate; leaf kernels get their workspace as an argument. Address 0 is never handed
 * out, so 0 can mean "no memory".
 */

// @ts-ignore: decorator
@inline const PAGE: u64 = 65536;

let top: usize = (__heap_base + 15) & ~15;

export function mark(): usize {
  return top;
}

export function release(frame: usize): void {
  top = frame;
}

/** `bytes` bytes, 16-byte aligned; 0 if they cannot be had. The count is a u64, so it cannot wrap. */
export function alloc(bytes: u64): usize {
  const start = top;
  const size = (bytes + 15) & ~15;
  const end = <u64>start + size;
  if (bytes > 0xffffffff || end > 0xffffffff) return 0;
  const have = <u64>memory.size() * PAGE;
  if (end > have && memory.grow(<i32>((end - have + PAGE - 1) / PAGE)) < 0) return 0;
  top = <usize>end;
  // Rogue values in debug builds: all bits set is a NaN in both precisions, so that a kernel which
  // reads what nobody wrote shows itself. (The first 64 MB of a block: no test needs more.)
  if (!ASC_NO_ASSERT) memory.fill(start, 0xff, <usize>min<u64>(size, 1 << 26));
  return start;
}
