import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose';
import { flattenClaims } from './claims.ts';

/** The authorizer's result for one request. */
export type Authorization =
  | {
      readonly kind: 'authorized';
      /** In the form that API Gateway passes to functions: see `flattenClaims`. */
      readonly claims: Record<string, string>;
      /**
       * Null, as from API Gateway for a route that names no `authorizationScopes`, whatever the
       * token's `scope`.
       */
      readonly scopes: string[] | null;
    }
  | {
      readonly kind: 'unauthorized';
      /**
       * What is wrong with the token, in lower case and without a full stop, e.g.
       * `the token expired at …`.
       */
      readonly description: string;
    };

/** Checks the value of an Authorization header; never throws because of it. */
export type Authorize = (authorizationHeader: string | undefined) => Promise<Authorization>;

/** What the authorizer checks tokens against. */
export interface AuthorizerSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Public RSA keys, each with a `kid`. */
  readonly keys: JSONWebKeySet;
  /** Allowed clock difference; API Gateway allows none. */
  readonly clockToleranceSeconds?: number;
}

/**
 * Checks tokens as the JWT authorizer of an API Gateway HTTP API does, but with keys given here in
 * place of the issuer's `jwks_uri`, and with RS256 as the only algorithm. The token is in the
 * Authorization header, with or without `Bearer` before it. Its `kid` must name a key, its
 * signature must be valid, `iss` must be the issuer, `aud` (without it, `client_id`) must contain
 * the audience, `exp` must be in the future, and `nbf` and `iat`, where present, must not be.
 * Source of the rules: "Control access to HTTP APIs with JWT authorizers" in API Gateway's
 * developer guide.
 */
export function makeAuthorizer({ issuer, audience, keys, clockToleranceSeconds = 0 }: AuthorizerSettings): Authorize {
  const keySet = createLocalJWKSet(keys);
  // `jose` accepts a token without `kid` where there is only one key; API Gateway requires `kid`.
  const keyOf: JWTVerifyGetKey = (header, jws) => keySet({ ...header, kid: header.kid ?? '' }, jws);
  return async (authorizationHeader) => {
    const token = (authorizationHeader ?? '').trim().replace(/^bearer(?:\s+|$)/i, '');
    if (token === '') return unauthorized('the Authorization header holds no token');
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: ['RS256'],
        issuer,
        requiredClaims: ['exp'],
        clockTolerance: clockToleranceSeconds,
      });
      const fault = audienceFault(payload, audience) ?? issuedAtFault(payload, clockToleranceSeconds);
      if (fault !== null) return unauthorized(fault);
      return { kind: 'authorized', claims: flattenClaims(payload), scopes: null };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return unauthorized(describe(error, token, issuer));
    }
  };
}

function unauthorized(description: string): Authorization {
  return { kind: 'unauthorized', description };
}

/** `client_id` counts only where there is no `aud` at all. */
function audienceFault(payload: JWTPayload, audience: string): string | null {
  const named = Object.hasOwn(payload, 'aud') ? payload.aud : payload.client_id;
  const fits = Array.isArray(named) ? named.includes(audience) : named === audience;
  return fits ? null : `the token does not have a valid audience: its audience is ${shown(named)}, not ${audience}`;
}

/** `jose` checks `iat` only where a token's age is limited. */
function issuedAtFault({ iat }: JWTPayload, clockToleranceSeconds: number): string | null {
  if (iat === undefined || iat <= Date.now() / 1000 + clockToleranceSeconds) return null;
  return `the token is issued in the future: its iat is ${instant(iat)}`;
}

function describe(error: errors.JOSEError, token: string, issuer: string): string {
  if (error instanceof errors.JWTExpired) return `the token expired at ${instant(error.payload.exp)}`;
  if (error instanceof errors.JWTClaimValidationFailed) return describeClaim(error, issuer);
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is not signed with RS256';
  if (error instanceof errors.JWKSNoMatchingKey) {
    const { kid } = decodeProtectedHeader(token);
    return otherIssuer(token, issuer) ?? `the token names no key of ${issuer}: its kid is ${shown(kid)}`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return otherIssuer(token, issuer) ?? 'the signature of the token does not fit: it was changed after it was signed';
  }
  return `the token is not a valid JWT: ${error.message}`;
}

function describeClaim({ claim, reason, payload }: errors.JWTClaimValidationFailed, issuer: string): string {
  if (reason === 'missing') return `the token has no claim ${claim}`;
  if (reason === 'invalid') return `the claim ${claim} of the token is not a number`;
  if (claim === 'nbf') return `the token is not valid before ${instant(payload.nbf)}`;
  return `the token is of the issuer ${shown(payload.iss)}, not ${issuer}`;
}

/**
 * Names the issuer in a token with an invalid signature where it is another one: a token of another
 * issuer is signed with another key too, and the issuer is the more useful explanation.
 */
function otherIssuer(token: string, issuer: string): string | null {
  try {
    const { iss } = decodeJwt(token);
    return iss === issuer ? null : `the token is of the issuer ${shown(iss)}, not ${issuer}`;
  } catch {
    return null;
  }
}

/** Longest value that a description quotes, in characters. */
const maxShownLength = 100;

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.slice(0, maxShownLength);
}

function instant(seconds: number | undefined): string {
  const time = new Date((seconds ?? NaN) * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds} seconds` : time.toISOString();
}
