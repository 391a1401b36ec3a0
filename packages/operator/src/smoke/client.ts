import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentityProvider } from '@smithy/types';

/**
 * Sends a GraphQL request and gives `data`. Throws an Error with the status or the errors of the
 * answer.
 */
export type SendGraphql = (query: string, variables?: object) => Promise<Record<string, unknown>>;

/** A client of `POST /graphql`. */
export function jwtClient(url: string, token: string): SendGraphql {
  return async (query, variables = {}) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return dataOf(await post(url, { headers, body: JSON.stringify({ query, variables }) }));
  };
}

/** A client of `POST /iam/graphql`. */
export function iamClient(url: string, region: string, credentials: AwsCredentialIdentityProvider): SendGraphql {
  return async (query, variables = {}) => {
    const body = JSON.stringify({ query, variables });
    return dataOf(await signedPost(url, body, { service: 'execute-api', region, credentials }));
  };
}

/** How to sign a request. */
export interface Signing {
  readonly service: 'execute-api' | 'lambda';
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
}

/** Posts JSON, signed with Signature Version 4. */
export async function signedPost(
  url: string,
  body: string,
  { service, region, credentials }: Signing,
): Promise<Response> {
  const { hostname, host, pathname, protocol, port } = new URL(url);
  const signer = new SignatureV4({ service, region, credentials, sha256: Hash.bind(null, 'sha256') });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path: pathname,
    headers: { host, 'content-type': 'application/json' },
    body,
  });
  // fetch sets the host itself.
  const { host: _, ...sent } = headers;
  return post(url, { headers: sent, body });
}

async function post(url: string, request: { readonly headers: Record<string, string>; readonly body: string }) {
  try {
    return await fetch(url, { method: 'POST', ...request });
  } catch (error) {
    // Only the cause of an error of fetch says what failed.
    const { cause, message } = error as { readonly cause?: { readonly message?: string }; readonly message: string };
    throw new Error(`${url} does not answer: ${cause?.message ?? message}`, { cause: error });
  }
}

async function dataOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  const { data, errors } = parse(text) as { data?: Record<string, unknown> | null; errors?: { message: string }[] };
  if (errors?.[0] !== undefined) throw new Error(errors[0].message);
  if (!response.ok || !data) throw new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`);
  return data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
