import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

/**
 * What the bot keeps: links of people with their tokens, sign-ins that have begun, and requests
 * with their messages.
 */
export interface Store {
  readonly get: <Value>(key: string) => Promise<Value | null>;
  /** Keeps a value for this time. */
  readonly set: (key: string, value: object, seconds: number) => Promise<void>;
  /**
   * Removes a value and returns it. Of several calls at once, one gets it: one-time values rest on
   * that.
   */
  readonly take: <Value>(key: string) => Promise<Value | null>;
  /** The values of all keys with this prefix. */
  readonly list: <Value>(prefix: string) => Promise<readonly Value[]>;
}

interface Item {
  readonly value: object;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * A store in memory, which is also written to a file that only its owner may read, if one is given.
 * It is for one process: for more, keep the values elsewhere, encrypted, and let `take` be a
 * conditional delete.
 *
 * @throws Error if the file can't be read
 */
export function openStore(file: string | undefined): Store {
  const items = new Map<string, Item>(file === undefined ? [] : read(file));
  let written = Promise.resolve();
  const save = () => {
    if (file === undefined) return written;
    written = written.catch(() => undefined).then(() => write(file, items));
    return written;
  };
  const live = (item: Item | undefined) => (item !== undefined && item.until > Date.now() ? item.value : null);
  return {
    get: <Value>(key: string) => Promise.resolve(live(items.get(key)) as Value | null),
    set: (key, value, seconds) => {
      items.set(key, { value, until: Date.now() + seconds * 1_000 });
      return save();
    },
    take: async <Value>(key: string) => {
      const value = live(items.get(key));
      if (items.delete(key)) await save();
      return value as Value | null;
    },
    list: <Value>(prefix: string) => {
      const found = [...items].filter(([key, item]) => key.startsWith(prefix) && live(item) !== null);
      return Promise.resolve(found.map(([, { value }]) => value as Value));
    },
  };
}

function read(file: string): [string, Item][] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as [string, Item][];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Replaces the file as a whole, so that a crash leaves the old one or the new one. */
async function write(file: string, items: Map<string, Item>): Promise<void> {
  for (const [key, { until }] of items) if (until <= Date.now()) items.delete(key);
  const scratch = `${file}.${randomUUID()}`;
  await writeFile(scratch, JSON.stringify([...items]), { mode: 0o600 });
  await rename(scratch, file);
}
