import { ConfigurationError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import { bearer } from '../../../client/src/client/auth.ts';
import { makeGatewayClient } from '../../../client/src/client/client.ts';
import { GatewayError } from '../../../client/src/client/errors.ts';
import type { Fetch } from '../../../client/src/client/transport.ts';
import { makeFetch } from '../gateway/http.ts';
import type { CallSettings } from '../host.ts';
import { claimsOf } from './access-token.ts';
import type { Login } from './store.ts';

const timeoutMs = 15_000;

/** Claims by the words with which a gateway says that one of them is wrong. */
const claims: readonly (readonly [RegExp, string])[] = [
  [/audience|\baud\b/i, 'aud'],
  [/issuer|\biss\b/i, 'iss'],
  [/expired|\bexp\b/i, 'exp'],
  [/scope/i, 'scope'],
];

/**
 * Asks the gateway who the token is for. Returns why it did not say that, or null.
 *
 * @throws {@link ConfigurationError} if the gateway does not accept the token
 */
export async function checkToken(
  { accessToken }: Login,
  gatewayUrl: string,
  connection: Connection,
  { environment, signal, version }: CallSettings,
): Promise<string | null> {
  const send = makeFetch(connection, environment);
  const seen = { challenge: '' };
  // API Gateway says there what is wrong with a token.
  const fetch: Fetch = async (url, request) => {
    const response = await send(url, request);
    seen.challenge = response.headers.get('www-authenticate') ?? '';
    return response;
  };
  const client = makeGatewayClient({
    url: gatewayUrl,
    authentication: bearer(accessToken),
    fetch,
    timeoutMs,
    retries: { maxAttempts: 2, maxElapsedMs: timeoutMs },
    headers: { 'user-agent': version },
  });
  try {
    await client.viewer({ signal });
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof GatewayError && error.status === 401) throw refused(error, seen.challenge, accessToken);
    return error instanceof Error ? error.message : String(error);
  }
}

function refused({ message }: GatewayError, challenge: string, token: string): ConfigurationError {
  const described = /error_description="([^"]*)"/.exec(challenge)?.[1] ?? message;
  const claim = claims.find(([words]) => words.test(described))?.[1];
  const value = claim === undefined ? null : (claimsOf(token)?.[claim] ?? null);
  const shown = claim === undefined ? '' : ` The token's ${claim} is ${JSON.stringify(value)}.`;
  const end = described.endsWith('.') ? '' : '.';
  return new ConfigurationError(
    `The gateway does not accept the token: ${described}${end}${shown} You are not signed in, and nothing is stored.`,
  );
}
