import type { Connection } from '../aws/settings.ts';
import type { CallSettings } from '../host.ts';
import { loginToken } from '../login/login-token.ts';
import { readTokenFile } from './token-file.ts';

/** A JWT for requests, or what gets it for each of them. */
export interface BearerToken {
  readonly token: string | (() => string | Promise<string>);
  /** As text for people. */
  readonly source: string;
  readonly isLogin: boolean;
}

/**
 * The JWT that requests have; null where they have none.
 *
 * @param gatewayUrl gets the URL of the gateway in one form
 */
export function bearerToken(
  connection: Connection,
  settings: CallSettings,
  gatewayUrl: () => string,
): BearerToken | null {
  const { token, tokenFile, signRequest, profile } = connection;
  if (token !== null) return { token, source: '--token or POD_IDENTITY_TOKEN', isLogin: false };
  if (tokenFile !== null) {
    return { token: () => readTokenFile(tokenFile), source: `the file ${tokenFile}`, isLogin: false };
  }
  if (!signRequest || profile !== null) return null;
  const login = loginToken(gatewayUrl(), connection, settings);
  return login === null ? null : { token: login, source: 'pod-identity login', isLogin: true };
}
