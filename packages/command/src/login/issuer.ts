import * as oidc from 'openid-client';
import { ConfigurationError, GeneralError } from '../aws/errors.ts';
import type { CommandError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import { makeFetch } from '../gateway/http.ts';
import type { CallSettings } from '../host.ts';
import type { IssuerSettings } from './store.ts';

/** The issuer answered that it does not give tokens: sending the request again would not help. */
export class IssuerRefusal extends GeneralError {}

/** What requests to an issuer need. */
export interface IssuerAccess {
  readonly connection: Connection;
  readonly settings: CallSettings;
}

/** Seconds for one request to the issuer. A renewal sends up to three while others wait for it. */
const timeoutSeconds = 15;

/** More than the metadata of any issuer have. */
const maxBytes = 1_048_576;

/**
 * Reads the endpoints of an issuer, and does `work` with them.
 *
 * @throws {@link CommandError} that says what the issuer answered
 */
export async function withIssuer<Result>(
  { issuer, clientId }: IssuerSettings,
  access: IssuerAccess,
  work: (config: oidc.Configuration) => Promise<Result>,
): Promise<Result> {
  const server = issuerUrl(issuer);
  try {
    const config = await oidc.discovery(server, clientId, undefined, oidc.None(), {
      timeout: timeoutSeconds,
      [oidc.customFetch]: issuerFetch(access),
      // For the loopback address only: see issuerUrl.
      // oxlint-disable-next-line typescript/no-deprecated -- deprecated to make it stand out
      ...(server.protocol === 'http:' && { execute: [oidc.allowInsecureRequests] }),
    });
    return await work(config);
  } catch (error) {
    access.settings.signal?.throwIfAborted();
    throw issuerError(error, issuer);
  }
}

/** @throws {@link ConfigurationError} unless requests are encrypted, or stay on this machine */
function issuerUrl(issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url !== null && isSafe(url)) return url;
  throw new ConfigurationError(`The issuer "${issuer}" is not an https URL.`);
}

/** Whether requests are encrypted, or stay on this machine. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}

/**
 * As requests to the gateway: with the same certificates, time limits and proxies. Shows no tokens
 * with `--debug`.
 */
export function issuerFetch({ connection, settings }: IssuerAccess): oidc.CustomFetch {
  const send = makeFetch(connection, settings.environment);
  const debug = (text: string) => {
    if (connection.debug) settings.writeError(`${new Date().toISOString()} ${text}\n`);
  };
  return async (url, { method, headers, body, signal }) => {
    debug(`${method} ${url}`);
    const signals = [signal, settings.signal].filter((one) => one !== undefined);
    const text = body === undefined || body === null ? '' : String(body as string | URLSearchParams);
    const response = await send(url, {
      method,
      headers,
      body: text,
      redirect: 'manual',
      maxBytes,
      signal: AbortSignal.any(signals),
    });
    debug(`< ${response.status}`);
    // Without `www-authenticate`: for the library, it would take the place of the error in the
    // body.
    const kept = ['content-type', 'retry-after'].map((name) => [name, response.headers.get(name) ?? ''] as const);
    const content = await response.text();
    return new Response(content === '' ? null : content, {
      status: response.status,
      headers: Object.fromEntries(kept.filter(([, value]) => value !== '')),
    });
  };
}

/** Errors of RFC 6749 and RFC 8628 that have a plainer name. */
const meanings: Readonly<Record<string, string>> = {
  access_denied: 'the sign-in was denied or cancelled',
  expired_token: 'the code has expired before it was confirmed',
};

function issuerError(error: unknown, issuer: string): CommandError {
  if (error instanceof ConfigurationError || error instanceof GeneralError) return error;
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
    const { error: code, error_description: description } = error;
    const reason = meanings[code] ?? 'the issuer refused the request';
    const detail = description === undefined ? code : `${code}: ${description}`;
    return new IssuerRefusal(`Not signed in at ${issuer}: ${reason} (${detail}).`);
  }
  const { cause, message } = error as Error;
  if (cause instanceof Response) {
    return new GeneralError(`${issuer} did not answer as an OpenID Connect issuer: HTTP status ${cause.status}.`);
  }
  const { issuer: given } = (cause as { readonly body?: { readonly issuer?: unknown } } | undefined)?.body ?? {};
  if (typeof given === 'string' && given !== issuer) {
    return new ConfigurationError(`Its issuer is ${given}: give exactly that with --issuer, not ${issuer}.`);
  }
  // What `fetch` threw.
  if (cause instanceof Error && message === 'something went wrong') return new GeneralError(cause.message);
  return new GeneralError(`${issuer} did not answer as an OpenID Connect issuer: ${message}.`);
}
