import type { Clock } from './clock.ts';
import { makeLruCache } from './lru-cache.ts';

/** How many requests a principal may send. */
export interface RequestLimits {
  /** How many at once, after a pause. */
  readonly burst: number;
  /** How many a second in the long run; 0: any number. */
  readonly perSecond: number;
}

/**
 * Takes a token from the bucket of a key. The result is 0, or the milliseconds until there is one
 * if the bucket is empty. A key with a rate of its own (`perSecond`) has a burst of at least a
 * second of it.
 */
export type TakeToken = (key: string, perSecond?: number | null) => number;

interface Bucket {
  readonly tokens: number;
  /** When it had so many. Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The most buckets. Beyond it, the one that was not used for the longest time is forgotten, as if
 * it were full.
 */
const maxBuckets = 10_000;

/** Creates a token bucket for each key. `clock` returns milliseconds since the epoch. */
export function makeTokenBuckets(limits: RequestLimits, clock: Clock): TakeToken {
  const buckets = makeLruCache<Bucket>(maxBuckets);

  return (key, own = null) => {
    const perSecond = own ?? limits.perSecond;
    const burst = Math.max(limits.burst, own ?? 0);
    if (perSecond === 0) return 0;
    const now = clock();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    const elapsedMs = Math.max(0, now - bucket.at);
    const waitMs = Math.ceil(((1 - bucket.tokens) * 1_000) / perSecond - elapsedMs);
    const isTaken = waitMs <= 0;
    const tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1_000);
    // A refusal leaves the bucket as it was, because a sum of many short times would be rounded.
    buckets.set(key, isTaken ? { tokens: tokens - 1, at: now } : { ...bucket, at: Math.min(bucket.at, now) });
    return Math.max(0, waitMs);
  };
}
