import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { asFields, asText, asWhole, codeOf, optional, parseJson, required, ShapeError } from './shape.ts';
import { StartError } from './start-error.ts';

/** The process that holds a lock, as the lock file describes it. */
interface LockHolder {
  readonly pid: number;
  /**
   * Start time of the process in the units of /proc, which distinguishes it from a later one with
   * the same pid; null without /proc.
   */
  readonly started: string | null;
}

/** Each lost race against another process takes one attempt. */
const maxAttempts = 10;

/**
 * Locks a state file for this process with a file beside it, `<state file>.lock`, and returns the
 * function that releases the lock. The lock of a process that has ended is taken over at once.
 * Throws a StartError while the process that holds it runs, and the error of the file system when
 * the lock file can't be written. Holds between the processes of one machine only: a pid means
 * nothing in another container or on another machine.
 */
export function lockStateFile(stateFile: string): () => void {
  const lockFile = `${stateFile}.lock`;
  const holder: LockHolder = { pid: process.pid, started: startOf(process.pid) };
  const content = JSON.stringify({ ...holder, id: randomUUID() });
  // A link appears under its name with its whole content, so no process ever reads half a lock
  // file.
  const draft = `${lockFile}.${randomUUID()}`;
  writeFileSync(draft, content);
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      if (link(draft, lockFile)) return () => release(lockFile, content);
      const found = read(lockFile);
      if (found === null) continue;
      checkEnded(stateFile, lockFile, found);
      removeStale(lockFile, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new StartError('stateFile', true, `Other processes keep taking the lock of the state file ${stateFile}: retry`);
}

/** Throws a StartError unless the lock file names a process that has ended. */
function checkEnded(stateFile: string, lockFile: string, content: string): void {
  let holder: LockHolder;
  try {
    holder = asHolder(parseJson(content, lockFile), lockFile);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const advice = 'Delete it if no simulator uses the state file';
    throw new StartError('stateFile', true, `The lock file ${lockFile} does not say who holds it. ${advice}`);
  }
  if (!isRunning(holder)) return;
  const who = `process ${holder.pid}${holder.pid === process.pid ? ' (this one)' : ''}`;
  const advice = 'Stop that simulator, or choose another state file';
  throw new StartError(
    'stateFile',
    true,
    `The state file ${stateFile} is in use by ${who}, see ${lockFile}. ${advice}`,
  );
}

/** Removes a lock file, unless another process has replaced it since its content was read. */
function removeStale(lockFile: string, content: string): void {
  const aside = `${lockFile}.${randomUUID()}`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== content) link(aside, lockFile);
  rmSync(aside, { force: true });
}

function release(lockFile: string, content: string): void {
  if (read(lockFile) === content) rmSync(lockFile, { force: true });
}

function isRunning({ pid, started }: LockHolder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (codeOf(error) !== 'EPERM') return false;
  }
  const found = startOf(pid);
  return started === null || found === null || started === found;
}

/**
 * Start time of a process from /proc (proc(5), fields 3 and 22 of `stat`); `ended` for a zombie;
 * null without /proc.
 */
function startOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name of the program, in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
}

/** False when there is a file with the new name already. */
function link(path: string, newPath: string): boolean {
  try {
    linkSync(path, newPath);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null when the file does not exist. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ESRCH'].includes(codeOf(error))) return null;
    throw error;
  }
}

function asHolder(value: unknown, where: string): LockHolder {
  const fields = asFields(value, where);
  return {
    pid: required(fields, 'pid', where, (pid, at) => asWhole(pid, at, 1, Number.MAX_SAFE_INTEGER)),
    started: optional(fields, 'started', where, asText),
  };
}
