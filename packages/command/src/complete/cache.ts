import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Environment } from '../aws/parameter-file.ts';
import { makePrivateFolder, readPrivate } from '../login/files.ts';

/** How long answers are used, in milliseconds. */
const lifetimeMs = 30_000;

/** The most answers that are kept. */
const maxFiles = 50;

const filePattern = /^complete-[\da-f]{64}\.json$/;

/**
 * The file of an answer, in the folder of the user's caches by the XDG Base Directory
 * Specification. Its name is a hash of who asks which gateway what: no part of a credential can be
 * read from it.
 */
export function cacheFile(environment: Environment, key: readonly unknown[]): string {
  const { XDG_CACHE_HOME: given = '', HOME: home } = environment;
  const folder = join(isAbsolute(given) ? given : join(home ?? homedir(), '.cache'), 'pod-identity');
  return join(folder, `complete-${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`);
}

/** The values of an answer that is not too old; null without one, or if others could have changed it. */
export function readCached(file: string): readonly string[] | null {
  try {
    const { time, values } = JSON.parse(readPrivate(file) ?? '{}') as { time?: unknown; values?: unknown };
    const age = Date.now() - Number(time);
    if (!(age >= 0 && age < lifetimeMs) || !Array.isArray(values)) return null;
    return values.filter((value) => typeof value === 'string');
  } catch {
    return null;
  }
}

/** Keeps an answer, and removes old ones. What can't be kept is asked for again. */
export function writeCached(file: string, values: readonly string[]): void {
  const draft = `${file}.${randomUUID()}`;
  try {
    makePrivateFolder(dirname(file));
    removeOld(dirname(file));
    fs.writeFileSync(draft, JSON.stringify({ time: Date.now(), values }), { mode: 0o600, flag: 'wx' });
    fs.renameSync(draft, file);
  } catch {
    fs.rmSync(draft, { force: true });
  }
}

/** Removes answers that are too old, also drafts of processes that were killed, and the oldest of too many. */
function removeOld(folder: string): void {
  const found = fs
    .readdirSync(folder)
    .filter((name) => filePattern.test(name.replace(/\.[\da-f-]{36}$/, '')))
    .map((name) => join(folder, name))
    .map((path) => ({ path, time: fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.time - one.time);
  const old = found.filter(({ time }, index) => index >= maxFiles - 1 || Date.now() - time > lifetimeMs);
  for (const { path } of old) fs.rmSync(path, { force: true });
}
