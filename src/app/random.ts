import { randomFillSync } from 'node:crypto';

/**
 * Random numbers from 0 to less than 1 for ULIDs, a byte each: enough for one of 32 digits. They
 * come from a buffer, because a call of the generator takes much longer than a byte of it.
 */
export function bufferedRandom(): () => number {
  const buffer = new Uint8Array(1_024);
  let next = buffer.length;
  return () => {
    if (next === buffer.length) {
      randomFillSync(buffer);
      next = 0;
    }
    const byte = buffer[next] ?? 0;
    next += 1;
    return byte / 256;
  };
}
