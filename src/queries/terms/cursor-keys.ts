import { randomBytes } from 'node:crypto';
import type { CursorKey, CursorKeyMemory, CursorKeys, CursorSeals } from '../../ledger/cursor-keys.ts';
import { LedgerUnavailable } from '../../ledger/ledger.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Clock } from '../../runtime/clock.ts';
import { makeSeal } from '../../runtime/seal.ts';

/** What the keys of cursors are read and made with. */
export interface CursorKeySource {
  readonly ledger: Pick<Ledger, 'getCursorKeys' | 'putCursorKeys'>;
  readonly clock: Clock;
  readonly cursorKeyMemory: CursorKeyMemory;
}

/** How long cursors are sealed with one key. Milliseconds. */
export const cursorKeyMs = 30 * 86_400_000;

/** How long a key opens cursors after another one took its place. Milliseconds. */
export const formerKeyMs = 86_400_000;

/**
 * How seldom a process reads the keys for cursors that it can't open, which anyone can send.
 * Milliseconds.
 */
const rereadMs = 60_000;

/**
 * The seals of the process: from a read of the keys, which are made where there are none or the
 * current one is old. Throws `LedgerUnavailable`.
 */
export async function cursorSeals(source: CursorKeySource): Promise<CursorSeals> {
  const { clock, cursorKeyMemory: memory } = source;
  const known = memory.last;
  const seals = await known?.seals;
  if (seals && !isOld(seals, clock())) return seals;
  return memory.last && memory.last !== known ? memory.last.seals : read(source);
}

/**
 * Seals that the process did not know: another process can have made a key since. Null if it read
 * them less than a minute ago.
 */
export function newerCursorSeals(source: CursorKeySource): Promise<CursorSeals> | null {
  const { last } = source.cursorKeyMemory;
  return last && Math.abs(source.clock() - last.at) < rereadMs ? null : read(source);
}

function read(source: CursorKeySource): Promise<CursorSeals> {
  const { clock, cursorKeyMemory: memory } = source;
  const seals = keysInUse(source).then(({ current, former }) => ({
    current: makeSeal(current.secret),
    former: former && makeSeal(former.secret),
    madeAt: current.madeAt,
  }));
  memory.last = { seals, at: clock() };
  seals.catch(() => delete memory.last);
  return seals;
}

async function keysInUse({ ledger, clock }: CursorKeySource): Promise<CursorKeys> {
  const stored = await ledger.getCursorKeys();
  const now = clock();
  if (stored && !isOld(stored.current, now)) return stored;
  const current: CursorKey = { secret: randomBytes(32).toString('base64'), madeAt: now };
  const next = { current, former: stored?.current ?? null };
  if (await ledger.putCursorKeys(stored, next)) return next;
  const made = await ledger.getCursorKeys();
  if (made === null) throw new LedgerUnavailable(new Error('The cursor keys were removed while they were read.'));
  return made;
}

function isOld({ madeAt }: Pick<CursorKey, 'madeAt'>, now: number): boolean {
  return now - madeAt >= cursorKeyMs;
}
