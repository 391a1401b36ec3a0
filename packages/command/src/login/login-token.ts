import { ConfigurationError, GeneralError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import type { CallSettings } from '../host.ts';
import { changeLogin, loginsFile, readLogin } from './store.ts';
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
    if (login === null || !isFresh(login)) {
      // Only one command sends a refresh token, which the issuer may accept once; the others find
      // what it got.
      const renewedOrFresh = async (now: Login | null) =>
        now === null || isFresh(now) ? now : renewed(now, gatewayUrl, connection, settings);
      login = await changeLogin(file, gatewayUrl, renewedOrFresh, settings.signal);
    }
    if (login === null) throw new ConfigurationError(`There is no login to ${gatewayUrl} any more. ${advice}`);
    return login.accessToken;
  };
}

const advice = 'Sign in again: pod-identity login';

function isFresh({ expiresAt }: Login): boolean {
  return Date.parse(expiresAt) - Date.now() > marginMs;
}

async function renewed(
  login: Login,
  gatewayUrl: string,
  connection: Connection,
  settings: CallSettings,
): Promise<Login> {
  const { refreshToken, resource } = login;
  if (refreshToken === null) throw new ConfigurationError(`The login to ${gatewayUrl} has expired. ${advice}`);
  const { refreshTokenGrant } = await import('openid-client');
  const { IssuerRefusal, loginOf, withIssuer } = await import('./issuer.ts');
  const { issuer, clientId, scope, audience } = login;
  try {
    const parameters = resource === null ? {} : { resource };
    const tokens = await withIssuer(login, { connection, settings }, (config) =>
      refreshTokenGrant(config, refreshToken, parameters),
    );
    return loginOf({ issuer, clientId, scope, audience, resource }, tokens, login);
  } catch (error) {
    settings.signal?.throwIfAborted();
    const failure = `The access token of the login to ${gatewayUrl} has expired, and was not renewed. ${(error as Error).message}`;
    if (error instanceof IssuerRefusal) throw new ConfigurationError(`${failure} ${advice}`);
    throw new GeneralError(failure);
  }
}
