/** Milliseconds of work after which control returns to the page; short enough to go unnoticed. */
const PATIENCE = 50;

/**
 * Returns a function to be awaited between two pieces of work. It returns control to the page if the page has waited for
 * `PATIENCE`, and rejects with the signal's reason if the signal is aborted.
 */
export function resting(signal: AbortSignal | undefined): () => Promise<void> {
  let rested = -Infinity;
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - rested <= PATIENCE) return;
    // tf.nextFrame would never resolve while the page is hidden.
    await new Promise((resume) => setTimeout(resume));
    rested = performance.now();
    signal?.throwIfAborted();
  };
}
