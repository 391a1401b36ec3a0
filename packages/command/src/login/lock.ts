import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GeneralError } from '../aws/errors.ts';
import { shellQuoted } from './shell.ts';
import { isGone, thisProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** The content of a lock file. */
interface Holder extends ProcessIdentity {
  /** Differs for each lock, so that only its holder removes it. */
  readonly nonce: string;
}

/** Longer than a holder waits for an issuer. */
const defaultWaitMs = 60_000;
const pollMs = 50;

/** The locks of this process, which it also removes when it exits early. */
const held = new Map<string, Holder>();
let removesAtExit = false;

/** How a lock is waited for. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  /** By default a minute. */
  readonly waitMs?: number;
}

/**
 * Creates a lock file, and returns what removes it. The lock of a process that is gone is taken
 * over, any other is waited for.
 *
 * @throws {@link GeneralError} that names the holder, if the lock is not free in time, and the
 *   reason of the signal
 */
export async function lock(file: string, { signal, waitMs = defaultWaitMs }: Waiting = {}): Promise<() => void> {
  const end = performance.now() + waitMs;
  for (;;) {
    signal?.throwIfAborted();
    const unlock = tryLock(file);
    if (unlock !== null) return unlock;
    if (performance.now() > end) throw new GeneralError(heldText(file));
    await sleep(pollMs);
  }
}

function tryLock(file: string): (() => void) | null {
  const mine: Holder = { ...thisProcess(), nonce: randomBytes(9).toString('base64url') };
  if (create(file, mine)) return keep(file, mine);
  const holder = holderOf(file);
  if (holder === null || !isGone(holder, ageOf(file))) return null;
  // Of those who see the same dead holder, one removes its lock. The others find another holder
  // then: the lock of the takeover is named by the nonce of the dead one.
  const unlockTakeover = tryLock(`${file}.${holder.nonce}`);
  if (unlockTakeover === null) return null;
  try {
    remove(file, holder);
  } finally {
    unlockTakeover();
  }
  return create(file, mine) ? keep(file, mine) : null;
}

/** Creates a lock with its content at once: nobody sees a part of it. */
function create(file: string, holder: Holder): boolean {
  const draft = `${file}.${holder.nonce}.new`;
  try {
    writeFileSync(draft, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
    linkSync(draft, file);
    flush(draft);
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new GeneralError(`The login can't be kept: ${message}`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** After a power failure, a lock without its content could not be taken over. */
function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function keep(file: string, holder: Holder): () => void {
  held.set(file, holder);
  if (!removesAtExit) process.on('exit', () => held.forEach((mine, path) => remove(path, mine)));
  removesAtExit = true;
  return () => {
    held.delete(file);
    remove(file, holder);
  };
}

/** Removes a lock if it is still that of the holder. */
function remove(file: string, { nonce }: Holder): void {
  if (holderOf(file)?.nonce === nonce) rmSync(file, { force: true });
}

/** Milliseconds since a lock was made; 0 where there is none any more. */
function ageOf(file: string): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** The holder of a lock; null where there is none, or it can't be read. */
function holderOf(file: string): Holder | null {
  try {
    const { host, machine, boot, pid, startedAt, nonce } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    const isComplete = typeof host === 'string' && Number.isSafeInteger(pid) && /^[\w-]{12}$/.test(nonce ?? '');
    if (!isComplete) return null;
    const identity = { host, machine: machine ?? null, boot: boot ?? null, startedAt: startedAt ?? null };
    return { ...identity, pid: Number(pid), nonce: nonce ?? '' };
  } catch {
    return null;
  }
}

function heldText(file: string): string {
  const holder = holderOf(file);
  const who = holder === null ? 'Another command' : `Process ${holder.pid} of ${JSON.stringify(holder.host)}`;
  return `${who} is changing the logins, and did not end in time. If it is not running any more, run: rm ${shellQuoted(file)}`;
}
