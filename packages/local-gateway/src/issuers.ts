import { decodeJwt } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { makeAuthorizer } from './http-api/authorizer.ts';
import type { Authorize, AuthorizerSettings } from './http-api/authorizer.ts';
import type { SigningKey } from './keys.ts';
import { audience, issuer } from './principals.ts';

/** An issuer of tokens besides the one of this machine. */
export interface ExternalIssuer {
  /** As in the `iss` of its tokens. */
  readonly issuer: string;
  readonly audience: string;
}

/** The longest time that an issuer may take to answer at the start. Milliseconds. */
const answerMs = 10_000;

/**
 * The issuers whose tokens are accepted: the one of this machine, and `external` with the keys that
 * it has now. Rejects with an Error that names JWT_ISSUER where they can't be read.
 */
export async function readIssuers(key: SigningKey, external: ExternalIssuer | null): Promise<AuthorizerSettings[]> {
  const own = { issuer, audience, keys: key.publicKeys };
  return external === null ? [own] : [own, { ...external, keys: await readKeys(external.issuer) }];
}

async function readKeys(externalIssuer: string): Promise<JSONWebKeySet> {
  try {
    const discovered = await readJson(`${externalIssuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    return (await readJson(String(discovered.jwks_uri))) as unknown as JSONWebKeySet;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `JWT_ISSUER is ${externalIssuer}, whose keys can't be read (${reason}). Set it to an issuer with discovery by OpenID Connect.`,
      { cause: error },
    );
  }
}

async function readJson(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
  if (!response.ok) throw new Error(`${url} answers with status ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}

/** Checks tokens with the authorizer of the issuer that they name, and others with the first. */
export function authorizeAny(issuers: readonly AuthorizerSettings[]): Authorize {
  const authorizers = issuers.map((each) => ({ issuer: each.issuer, authorize: makeAuthorizer(each) }));
  return async (header) => {
    const named = issuerOf(header);
    const found = authorizers.find((each) => each.issuer === named) ?? authorizers[0];
    if (found === undefined) throw new Error('There is no issuer.');
    return found.authorize(header);
  };
}

function issuerOf(header = ''): string | undefined {
  try {
    return decodeJwt(header.trim().replace(/^bearer\s+/i, '')).iss;
  } catch {
    return undefined;
  }
}
