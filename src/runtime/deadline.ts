/**
 * The answer, or the error of `timeoutError` once `leftMs` milliseconds have passed. The call itself goes on and
 * may still have its effect, so the caller must treat the outcome as unknown.
 */
export async function withDeadline<T>(leftMs: number, answer: Promise<T>, timeoutError: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError()), Math.max(0, leftMs));
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
