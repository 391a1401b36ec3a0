import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { GeneralError } from '../aws/errors.ts';
import type { Environment } from '../aws/parameter-file.ts';
import { isMap } from '../aws/value.ts';
import type { Value } from '../aws/value.ts';
import { makePrivateFolder, openDraft, readPrivate } from './files.ts';
import { lock } from './lock.ts';

/** A client of an issuer, and what it requests. */
export interface IssuerSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Separated by spaces; null for the default. */
  readonly scope: string | null;
  readonly audience: string | null;
  readonly resource: string | null;
  /**
   * Whether the gateway published the settings, so that its tokens are for `resource` and nothing
   * else. Absent in logins of earlier versions.
   */
  readonly isPublished?: boolean;
}

/** The login to a gateway. */
export interface Login extends IssuerSettings {
  readonly accessToken: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly refreshToken: string | null;
}

type Logins = Readonly<Record<string, Login>>;

/** A new login that is not in the file, while its old refresh token may be used up. */
export class NotStoredError extends GeneralError {
  readonly login: Login;

  constructor(message: string, login: Login) {
    super(message);
    this.login = login;
  }
}

/** Where logins are: the folder of the user's settings, by the XDG Base Directory Specification. */
export function loginsFile(environment: Environment): string {
  const { XDG_CONFIG_HOME: given = '', HOME: home } = environment;
  // A relative path there counts as absent.
  return join(isAbsolute(given) ? given : join(home ?? homedir(), '.config'), 'pod-identity', 'logins.json');
}

/**
 * The login to a gateway; null without one.
 *
 * @throws {@link GeneralError} if the file can't be read, or others can read or replace it
 */
export function readLogin(file: string, gatewayUrl: string): Login | null {
  return loginIn(readLogins(file), file, gatewayUrl);
}

/**
 * Replaces the login to a gateway while no other command changes logins: one that waited sees what
 * the other one wrote. The room for the new login is there before `change` is called, which can
 * use up a refresh token.
 *
 * @param change gets the login as it is now, and returns the new one, or null to delete it
 * @throws {@link NotStoredError} if the login that `change` returned can't be stored
 */
export async function changeLogin(
  file: string,
  gatewayUrl: string,
  change: (login: Login | null) => Promise<Login | null> | Login | null,
  signal?: AbortSignal,
): Promise<Login | null> {
  makePrivateFolder(dirname(file));
  const unlock = await lock(`${file}.lock`, { signal });
  try {
    const logins = readLogins(file);
    const before = loginIn(logins, file, gatewayUrl);
    const draft = openDraft(file);
    try {
      const after = await change(before);
      if (after === before) return after;
      const { [gatewayUrl]: _, ...others } = logins;
      const all = after === null ? others : { ...others, [gatewayUrl]: after };
      try {
        draft.commit(`${JSON.stringify({ logins: all }, null, 2)}\n`);
      } catch (error) {
        throw after === null ? error : new NotStoredError((error as Error).message, after);
      }
      return after;
    } finally {
      draft.discard();
    }
  } finally {
    unlock();
  }
}

function loginIn(logins: Logins, file: string, gatewayUrl: string): Login | null {
  const login: unknown = Object.hasOwn(logins, gatewayUrl) ? logins[gatewayUrl] : null;
  if (login === null || isLogin(login)) return login;
  throw unreadable(file);
}

function isLogin(value: unknown): value is Login {
  const login = value as Partial<Record<keyof Login, unknown>>;
  if (typeof value !== 'object') return false;
  const texts = [login.issuer, login.clientId, login.accessToken, login.expiresAt];
  const optional = [login.scope, login.audience, login.resource, login.refreshToken];
  const isComplete = texts.every(isText) && optional.every((each) => each === null || isText(each));
  return isComplete && Number.isFinite(Date.parse(String(login.expiresAt)));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function readLogins(file: string): Logins {
  const text = readPrivate(file);
  if (text === null) return {};
  try {
    const value = JSON.parse(text) as Value;
    if (isMap(value) && isMap(value.logins)) return value.logins as unknown as Logins;
  } catch {
    // Like any other content that is not of this command.
  }
  throw unreadable(file);
}

function unreadable(file: string): GeneralError {
  return new GeneralError(
    `${JSON.stringify(file)} has no logins that this version can read. Delete it, and run: pod-identity login`,
  );
}
