import { ConfigurationError, InterruptedError } from '../aws/errors.ts';
import type { Environment } from '../aws/parameter-file.ts';
import type { Connection } from '../aws/settings.ts';
import type { CallSettings } from '../host.ts';
import { signInAgain } from './messages.ts';
import { changeLogin, loginsFile, NotStoredError, readLogin } from './store.ts';
import type { Login } from './store.ts';

/** A token that expires sooner is renewed: it must last for a request. */
const marginMs = 30_000;

/**
 * The provider of the access token of the login to a gateway, which is renewed when it is about to
 * expire. Null without a login. The library of OpenID Connect is loaded with the first renewal.
 */
export function loginToken(
  gatewayUrl: string,
  connection: Connection,
  settings: CallSettings,
): (() => Promise<string>) | null {
  const file = loginsFile(settings.environment);
  let login = readLogin(file, gatewayUrl);
  if (login === null) return null;
  return async () => {
    if (login === null || !isFresh(login)) login = await freshLogin(file, gatewayUrl, connection, settings);
    if (login === null) throw new ConfigurationError(`There is no login to ${gatewayUrl} any more. ${signInAgain}`);
    return login.accessToken;
  };
}

/**
 * The access token of the login to a gateway as it is stored, which is not renewed: undefined
 * without a login, null if it is about to expire.
 */
export function freshAccessToken(environment: Environment, gatewayUrl: string): string | null | undefined {
  const login = readLogin(loginsFile(environment), gatewayUrl);
  if (login === null) return undefined;
  return isFresh(login) ? login.accessToken : null;
}

/**
 * Only one command sends a refresh token, which the issuer may accept once; the others find what it
 * got. What can't be stored is used all the same.
 */
async function freshLogin(
  file: string,
  gatewayUrl: string,
  connection: Connection,
  settings: CallSettings,
): Promise<Login | null> {
  const onSend = () => void settings.unfinished?.add(changed);
  const renewedOrFresh = async (now: Login | null) => {
    if (now === null || isFresh(now)) return now;
    const { renewed } = await import('./renewal.ts');
    return renewed({ login: now, gatewayUrl, connection, settings, onSend });
  };
  // Commands that finish what is under way after a first interrupt need tokens for it.
  const signal = settings.secondSignal ?? settings.signal;
  const changed: Promise<Login | null> = changeLogin(file, gatewayUrl, renewedOrFresh, signal);
  try {
    const login = await changed;
    if (settings.signal?.aborted === true) settings.writeError('The renewed login is stored.\n');
    return login;
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof NotStoredError)) {
      // The command has ended with the interrupt, and its renewal goes on.
      const isUnseen = settings.signal?.aborted === true && !(error instanceof InterruptedError);
      if (isUnseen) settings.writeError(`${message}\n`);
      throw error;
    }
    settings.writeError(
      `${message}\nThis command uses the renewed token. The refresh token in the file is used up: once the disk takes files again, run: pod-identity login\n`,
    );
    return error.login;
  } finally {
    settings.unfinished?.delete(changed);
  }
}

function isFresh({ expiresAt }: Login): boolean {
  return Date.parse(expiresAt) - Date.now() > marginMs;
}
