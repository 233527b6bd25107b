/** Waiting that ends with a signal, for work that cannot be aborted itself. */

/**
 * What the work comes to, or the signal's reason when that comes first. The work goes on then, and whatever it comes to
 * is dropped: it has to be safe to arrive late.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  work.catch(() => undefined)
  try {
    signal.throwIfAborted()
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
