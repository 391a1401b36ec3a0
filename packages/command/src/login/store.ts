import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GeneralError } from '../aws/errors.ts';
import type { Environment } from '../aws/parameter-file.ts';
import { isMap } from '../aws/value.ts';
import type { Value } from '../aws/value.ts';

/** A client of an issuer, and what it requests. */
export interface IssuerSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Separated by spaces; null for the default. */
  readonly scope: string | null;
  readonly audience: string | null;
  readonly resource: string | null;
}

/** The login to a gateway. */
export interface Login extends IssuerSettings {
  readonly accessToken: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly refreshToken: string | null;
}

type Logins = Readonly<Record<string, Login>>;

/** Older than any request for tokens takes: left behind by a command that was killed. */
const staleLockMs = 60_000;

/** Where logins are: the folder of the user's settings, by the XDG Base Directory Specification. */
export function loginsFile(environment: Environment): string {
  const { XDG_CONFIG_HOME: given = '', HOME: home } = environment;
  // A relative path there counts as absent.
  return join(isAbsolute(given) ? given : join(home ?? homedir(), '.config'), 'pod-identity', 'logins.json');
}

/**
 * The login to a gateway; null without one.
 *
 * @throws {@link GeneralError} if the file can't be read, or others can read it
 */
export function readLogin(file: string, gatewayUrl: string): Login | null {
  return readLogins(file)[gatewayUrl] ?? null;
}

/**
 * Replaces the login to a gateway while no other command changes logins: one that waited sees what
 * the other one wrote.
 *
 * @param change gets the login as it is now, and returns the new one, or null to delete it
 */
export async function changeLogin(
  file: string,
  gatewayUrl: string,
  change: (login: Login | null) => Promise<Login | null> | Login | null,
  signal?: AbortSignal,
): Promise<Login | null> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const unlock = await lock(`${file}.lock`, signal);
  try {
    const logins = readLogins(file);
    const before = logins[gatewayUrl] ?? null;
    const after = await change(before);
    if (after !== before) {
      const { [gatewayUrl]: _, ...others } = logins;
      write(file, after === null ? others : { ...others, [gatewayUrl]: after });
    }
    return after;
  } finally {
    unlock();
  }
}

function readLogins(file: string): Logins {
  const text = contentOf(file);
  if (text === null) return {};
  try {
    const value = JSON.parse(text) as Value;
    if (isMap(value) && isMap(value.logins)) return value.logins as unknown as Logins;
  } catch {
    // Like any other content that is not of this command.
  }
  throw new GeneralError(`${file} has no logins that this version can read. Delete it, and run: pod-identity login`);
}

function contentOf(file: string): string | null {
  const mode = modeOf(file);
  if (mode === null) return null;
  if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
    throw new GeneralError(
      `Permissions 0${mode.toString(8)} for '${file}' are too open: others can read your tokens, which are not used. Run: chmod 600 '${file}'`,
    );
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new GeneralError(`The logins can't be read: ${(error as Error).message}`);
  }
}

/**
 * The permissions of a file; null where there is none, as in the home of another user, which
 * containers may have.
 */
function modeOf(file: string): number | null {
  try {
    return statSync(file).mode & 0o777;
  } catch {
    return null;
  }
}

/** Readers see the old file or the new one. */
function write(file: string, logins: Logins): void {
  const next = `${file}.${randomUUID()}`;
  try {
    writeFileSync(next, `${JSON.stringify({ logins }, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw new GeneralError(`The login can't be kept: ${(error as Error).message}`);
  }
}

async function lock(file: string, signal?: AbortSignal): Promise<() => void> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new GeneralError(`The login can't be kept: ${message}`);
    }
    const { mtimeMs = Date.now() } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > staleLockMs) rmSync(file, { force: true });
    await sleep(50);
  }
}
