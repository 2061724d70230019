/** Resolved when the tf.tidy that we may be called in has ended: it would dispose what we make. */
export const outside = (): Promise<void> => Promise.resolve();
