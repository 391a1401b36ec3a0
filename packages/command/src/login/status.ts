import { ConfigurationError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import type { ValueMap } from '../aws/value.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { BearerToken } from '../gateway/bearer-token.ts';
import type { CallSettings } from '../host.ts';
import { audiencesOf, claimsOf } from './access-token.ts';
import { untilAborted } from './until-aborted.ts';
import { loginsFile, readLogin } from './store.ts';

/** The gateway, and with what requests to it are authenticated. */
export interface Subject {
  readonly gatewayUrl: string;
  readonly connection: Connection;
  /** Null for AWS credentials. */
  readonly bearer: BearerToken | null;
  readonly settings: CallSettings;
}

/**
 * Who the gateway says the credentials are of, where they come from and how long they last; without
 * secrets. Where the gateway does not say who, the rest goes to standard error.
 */
export async function authStatus(client: GatewayClient, subject: Subject, options: CallOptions): Promise<ValueMap> {
  try {
    const { id, kind } = await client.viewer(options);
    return { status: { ...(await credentialsOf(subject)), principalId: id, kind } };
  } catch (error) {
    if (options.signal?.aborted !== true) {
      const known = await credentialsOf(subject).catch(() => ({}));
      for (const [name, value] of Object.entries(known)) {
        subject.settings.writeError(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
      }
    }
    throw error;
  }
}

async function credentialsOf({ gatewayUrl, connection, bearer, settings }: Subject): Promise<ValueMap> {
  if (bearer === null) {
    const { profile } = connection;
    const source = profile === null ? 'AWS credentials' : `AWS credentials of the profile ${profile}`;
    return { endpointUrl: gatewayUrl, credentials: source };
  }
  const login = bearer.isLogin ? readLogin(loginsFile(settings.environment), gatewayUrl) : null;
  const token = typeof bearer.token === 'string' ? bearer.token : (login?.accessToken ?? (await bearer.token()));
  const { iss, exp } = claimsOf(token) ?? {};
  const end = typeof exp === 'number' && Math.abs(exp) < 1e11 ? new Date(exp * 1_000).toISOString() : null;
  return {
    endpointUrl: gatewayUrl,
    credentials: bearer.source,
    ...(typeof iss === 'string' && { issuer: iss }),
    audiences: [...audiencesOf(token)],
    expiresAt: login?.expiresAt ?? end,
    renewable: login !== null && login.refreshToken !== null,
  };
}

/**
 * The access token that a request would have, renewed if it is about to expire.
 *
 * @throws {@link ConfigurationError} if requests have none
 */
export async function accessToken({ bearer, settings }: Omit<Subject, 'connection' | 'gatewayUrl'>): Promise<string> {
  if (bearer === null) {
    throw new ConfigurationError(
      'Requests have AWS credentials or none here, not a token. To get one, sign in: pod-identity login',
    );
  }
  if (typeof bearer.token === 'string') return bearer.token;
  const token = Promise.resolve(bearer.token());
  return settings.signal ? untilAborted(token, settings.signal) : token;
}
