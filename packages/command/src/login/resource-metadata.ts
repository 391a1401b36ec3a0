import { ConfigurationError, GeneralError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import { makeFetch } from '../gateway/http.ts';
import type { CallSettings } from '../host.ts';
import { isSafe } from './issuer.ts';

/** What a gateway publishes for people who sign in (RFC 9728). */
export interface ResourceMetadata {
  readonly resource: string;
  readonly issuers: readonly string[];
  /** The ID of this command at the issuers; null where the gateway does not name it. */
  readonly clientId: string | null;
  /** Separated by spaces; null for the default. */
  readonly scope: string | null;
}

const wellKnown = '/.well-known/oauth-protected-resource';
const defaultTimeoutMs = 15_000;
const maxBytes = 65_536;

/**
 * Reads the metadata of a gateway. Null where it publishes none.
 *
 * @param typedUrl the URL as the person gave it
 * @throws {@link ConfigurationError} if they are not about exactly this URL, or can't be trusted
 */
export async function readResourceMetadata(
  typedUrl: string,
  connection: Connection,
  settings: CallSettings,
  timeoutMs = defaultTimeoutMs,
): Promise<ResourceMetadata | null> {
  const resource = resourceOf(typedUrl);
  const { origin, pathname } = new URL(resource);
  if (!isSafe(new URL(resource))) {
    throw new ConfigurationError(
      `What ${resource} publishes for a login is not read over http: give its https URL, or --issuer and --client-id.`,
    );
  }
  const url = `${origin}${wellKnown}${pathname === '/' ? '' : pathname}`;
  const content = await get(url, connection, settings, timeoutMs);
  return content === null ? null : metadataIn(content, resource, url);
}

/** The URL of a gateway without the path of its API, which clients add. Otherwise as it was typed. */
function resourceOf(typedUrl: string): string {
  return typedUrl.replace(/(?:\/iam)?\/graphql\/*$/, '');
}

/** The content at a URL; null where there is none. Redirects are not followed. */
async function get(
  url: string,
  connection: Connection,
  settings: CallSettings,
  timeoutMs: number,
): Promise<string | null> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, ...(settings.signal ? [settings.signal] : [])]);
  const headers = { accept: 'application/json', 'user-agent': settings.version };
  const send = makeFetch(connection, settings.environment);
  const response = await send(url, { method: 'GET', headers, body: '', redirect: 'manual', signal, maxBytes }).catch(
    (error: unknown) => {
      settings.signal?.throwIfAborted();
      if (timeout.aborted) throw new GeneralError(`${url} did not answer within ${timeoutMs / 1_000} s.`);
      throw new GeneralError((error as Error).message);
    },
  );
  const { status } = response;
  if (status === 200) return response.text();
  // An API without the route answers so, also where a route with an authorizer takes its place.
  if (status === 404 || status === 401 || status === 403) return null;
  const target = response.headers.get('location');
  const to = status >= 300 && status < 400 && target !== null ? `, a redirect to ${shown(target)}` : '';
  throw new GeneralError(`${url} answered with HTTP status ${status}${to}: give --issuer and --client-id.`);
}

function metadataIn(content: string, resource: string, url: string): ResourceMetadata {
  const fields = objectIn(content);
  if (fields === null) throw new ConfigurationError(`${url} does not have the metadata of a protected resource.`);
  const given = fields.resource;
  if (given !== resource) {
    const about = typeof given === 'string' ? shown(given) : 'nothing';
    throw new ConfigurationError(
      `${url} is about ${about}, not about ${JSON.stringify(resource)}${differenceOf(given, resource)}. Give the URL that your platform team names, or --issuer and --client-id.`,
    );
  }
  const { authorization_servers: servers, pod_identity_client_id: clientId, scopes_supported: scopes } = fields;
  return {
    resource,
    issuers: texts(servers).filter(isPlain),
    clientId: typeof clientId === 'string' && isPlain(clientId) ? clientId : null,
    scope: texts(scopes).filter(isPlain).join(' ') || null,
  };
}

function objectIn(content: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** A text of an unknown server, without what a terminal would obey: JSON escapes a part of that. */
function shown(text: string): string {
  const escaped = (one: string) => `\\u{${one.codePointAt(0)?.toString(16) ?? ''}}`;
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** Without spaces and what a terminal would obey. */
function isPlain(text: string): boolean {
  return /^[\x21-\x7e]{1,1000}$/.test(text);
}

/** In what two URLs differ that look alike, as the end of a sentence. */
export function differenceOf(given: unknown, typed: string): string {
  if (typeof given !== 'string' || !URL.canParse(given)) return '';
  const [a, b] = [new URL(given), new URL(typed)];
  if (a.protocol !== b.protocol) return ': the scheme differs';
  if (a.host !== b.host) return ': the host differs';
  const paths = [a, b].map(({ pathname }) => pathname.replace(/\/+$/, ''));
  if (paths[0] !== paths[1]) return ': the path differs';
  if (given.endsWith('/') !== typed.endsWith('/')) return ': the slash at the end differs';
  const [hosts, ports] = [[given, typed].map(hostIn), [given, typed].map((text) => /:\d*$/.test(hostIn(text)))];
  if (ports[0] !== ports[1]) return ': the default port differs';
  return hosts[0] === hosts[1] ? '' : ': the case of the host differs';
}

/** Host and port as they are written. */
function hostIn(url: string): string {
  return /^[^:]+:\/\/([^/]*)/.exec(url)?.[1] ?? '';
}
