/** What a test opened and has not closed. */
const leftOpen = new Set<() => Promise<unknown>>();

/**
 * Registers how to close a server or a process, so that it is closed at the end of the test file also if a test fails
 * before it does so itself: jest would wait for it. Returns a function that closes it, once.
 */
export function closeAtEnd(close: () => Promise<unknown>): () => Promise<void> {
  const closeOnce = async () => {
    if (leftOpen.delete(closeOnce)) await close();
  };
  leftOpen.add(closeOnce);
  return closeOnce;
}

// Programs without jest use the same gateway, and close it themselves.
if ('afterAll' in globalThis) {
  afterAll(async () => {
    await Promise.all([...leftOpen].map((close) => close()));
  });
}
