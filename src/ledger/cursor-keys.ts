import type { Seal } from '../runtime/seal.ts';

/** A key that seals cursors. */
export interface CursorKey {
  /** 32 random bytes in base64. */
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
}

/** The keys of cursors, one item of the store. */
export interface CursorKeys {
  readonly current: CursorKey;
  /** The key before it; null for the first one. */
  readonly former: CursorKey | null;
}

/** The seals of the keys. */
export interface CursorSeals {
  readonly current: Seal;
  /** That of the key before it; null without one. */
  readonly former: Seal | null;
  /** When the current key was made: milliseconds since the epoch. */
  readonly madeAt: number;
}

/** What a process remembers of the keys that it read last. `at`: milliseconds since the epoch. */
export interface CursorKeyMemory {
  last?: { readonly seals: Promise<CursorSeals>; readonly at: number };
}
