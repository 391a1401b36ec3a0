/**
 * The answer, or the error of `timeoutError` once `leftMs` milliseconds have passed. The call itself goes on: whatever it
 * was to change may still be changed, so the caller must act as if it knew nothing.
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
