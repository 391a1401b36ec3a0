import { UnsentError } from './errors.ts';
import type { AwsCredentials, UnsignedRequest } from './sign.ts';

/** How requests are authenticated. */
export interface Authentication {
  /** The path of the API for this kind of credentials, after the URL of the gateway. */
  readonly route: '/graphql' | '/iam/graphql';
  /** The headers to send, with those that authenticate the request. Called for every attempt. */
  readonly authenticate: (request: UnsignedRequest) => Promise<Readonly<Record<string, string>>>;
  /** Whether another attempt may have other credentials, so that one follows a rejected token. */
  readonly isRenewed?: boolean;
}

/** A value, or a function that gets it for every attempt, so that it can be renewed. */
type Provided<Value> = Value | (() => Value | Promise<Value>);

async function bearerHeaders(provided: Provided<string>, headers: UnsignedRequest['headers']) {
  const token = typeof provided === 'function' ? await provided() : provided;
  // `fetch` rejects it as it does a lost connection, which is retried.
  if (!/^[!-~]+$/.test(token)) {
    throw new UnsentError('The token is empty or has characters that a header cannot have.');
  }
  return { ...headers, authorization: `Bearer ${token}` };
}

/** Authenticates with a JWT. */
export function bearer(token: Provided<string>): Authentication {
  return {
    route: '/graphql',
    authenticate: ({ headers }) => bearerHeaders(token, headers),
    isRenewed: typeof token === 'function',
  };
}

/** Sends no credentials. */
export const anonymous: Authentication = { route: '/graphql', authenticate: ({ headers }) => Promise.resolve(headers) };

/** What to sign requests with. */
export interface SigV4Settings {
  /**
   * Credentials, or a provider such as `fromNodeProviderChain()` of
   * `@aws-sdk/credential-providers`.
   */
  readonly credentials: Provided<AwsCredentials>;
  /**
   * Region of the gateway; not needed when its URL names it
   * (`….execute-api.<region>.amazonaws.com`).
   */
  readonly region?: string | undefined;
}

/**
 * Authenticates with AWS credentials (Signature Version 4 for `execute-api`). The signer is loaded
 * with the first request.
 */
export function sigV4({ credentials, region }: SigV4Settings): Authentication {
  return {
    route: '/iam/graphql',
    authenticate: async (request) => {
      const { sign } = await import('./sign.ts');
      return sign(request, typeof credentials === 'function' ? await credentials() : credentials, region);
    },
  };
}
