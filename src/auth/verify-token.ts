import { hash } from 'node:crypto';
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWTHeaderParameters, JWTPayload } from 'jose';
import { makeLruCache } from '../runtime/lru-cache.ts';
import { claimOf } from './claims.ts';
import type { Claims } from './claims.ts';
import { decodeToken } from './decode-token.ts';
import { unauthenticated } from './result.ts';
import type { Unauthenticated } from './result.ts';

/** An issuer whose tokens are accepted. */
export interface TrustedIssuer {
  /** Exactly as in the claim `iss`. */
  readonly issuer: string;
  /** A token needs one of them, in `aud` or, without that, in `client_id`. */
  readonly audiences: readonly string[];
  /**
   * Its public keys, or the URL that serves them. Null: the function does not verify its
   * signatures.
   */
  readonly keys: JSONWebKeySet | URL | null;
}

/** The keys of an issuer can't be read now. The request can be sent again. */
export interface KeysUnavailable {
  readonly kind: 'keys-unavailable';
  readonly issuer: string;
  readonly cause: unknown;
}

/** The result of checking a token. */
type Verification =
  | { readonly kind: 'verified'; readonly claims: Claims }
  /** The issuer and the audience are accepted; the function has no keys to verify the signature. */
  | { readonly kind: 'not-verified' }
  | KeysUnavailable
  | Unauthenticated;

/** Checks a token in compact form. Never throws because of the token. */
export type VerifyToken = (token: string) => Promise<Verification>;

/** Asymmetric algorithms only: with another one, a public key could pass for a secret. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * Reading keys over the network: at most 3 seconds, again after 10 minutes, and for a `kid` that is
 * not known at most every 30 seconds, so that tokens with invented `kid`s can't make the function
 * send requests.
 */
const remote = { timeoutDuration: 3_000, cacheMaxAge: 600_000, cooldownDuration: 30_000 };

/** How many verified tokens are remembered, and for how long at most, in milliseconds. */
const remembered = { count: 100, maxMs: 300_000 };

/** Errors that the token causes. All others come from the keys. */
const tokenErrors = [
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/**
 * Finds the key of a token by its header, and reads the keys again when it is time. The same key is
 * the same object until then.
 */
type KeyOf = (header?: JWTHeaderParameters, token?: FlattenedJWSInput) => Promise<CryptoKey>;

/**
 * Checks issuer and audience of tokens, and, where the keys of the issuer are there, signature and
 * times. No request is sent before the first token of an issuer whose keys are behind a URL. The
 * signature of a token that is sent again is not computed again while its key is among those of the
 * issuer.
 */
export function makeVerifyToken(issuers: readonly TrustedIssuer[]): VerifyToken {
  const known = new Map(issuers.map((one) => [one.issuer, { ...one, check: checkOf(one) }]));
  return async (token) => {
    const { claims } = decodeToken(token) ?? { claims: {} };
    const name = claimOf(claims, 'iss');
    const issuer = typeof name === 'string' ? known.get(name) : undefined;
    if (issuer === undefined) {
      return unauthenticated(
        'The issuer of the token (iss) is not accepted: use a token of an issuer of this gateway.',
      );
    }
    if (!hasAudience(claims, issuer.audiences)) {
      return unauthenticated(
        'The audience of the token (aud) is not accepted: request a token that the issuer intends for this gateway.',
      );
    }
    return issuer.check === null ? { kind: 'not-verified' } : verified(token, issuer.issuer, issuer.check);
  };
}

/**
 * Returns the claims of a token whose signature and times are valid. Throws an error of `jose` for
 * another one.
 */
type Check = (token: string) => Promise<Claims>;

function checkOf({ issuer, keys }: TrustedIssuer): Check | null {
  if (keys === null) return null;
  return rememberVerified(keys instanceof URL ? createRemoteJWKSet(keys, remote) : createLocalJWKSet(keys), issuer);
}

/** A token with a valid signature. */
interface VerifiedToken {
  readonly header: JWTHeaderParameters;
  readonly claims: JWTPayload;
  readonly key: CryptoKey;
  /** Milliseconds since the epoch from which on it is verified again: not later than its `exp`. */
  readonly until: number;
}

/**
 * Remembers verified tokens, by the hash of all of their bytes. The key is looked up in each
 * request, as without a memory, and must be the one that verified the token: a key that was removed
 * or replaced no longer counts as soon as the keys are read again.
 */
function rememberVerified(keyOf: KeyOf, issuer: string): Check {
  const tokens = makeLruCache<VerifiedToken>(remembered.count);
  return async (token) => {
    const digest = hash('sha256', token, 'base64url');
    const known = tokens.get(digest);
    if (known) {
      const hasSameKey = (await keyOf(known.header)) === known.key;
      if (hasSameKey && Date.now() < known.until) return known.claims;
    }
    const options = { algorithms, issuer, requiredClaims: ['exp'] };
    const { payload: claims, protectedHeader: header, key } = await jwtVerify(token, keyOf, options);
    const until = Math.min((claims.exp ?? 0) * 1_000, Date.now() + remembered.maxMs);
    tokens.set(digest, { header, claims, key, until });
    return claims;
  };
}

/** As API Gateway's JWT authorizer does, `client_id` counts only where there is no `aud`. */
function hasAudience(claims: Claims, audiences: readonly string[]): boolean {
  const given: unknown = Object.hasOwn(claims, 'aud') ? claims.aud : claimOf(claims, 'client_id');
  return [given].flat().some((audience) => typeof audience === 'string' && audiences.includes(audience));
}

async function verified(token: string, issuer: string, check: Check): Promise<Verification> {
  try {
    return { kind: 'verified', claims: await check(token) };
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      return unauthenticated('The token has expired: request a new one.');
    }
    if (tokenErrors.some((type) => error instanceof type)) {
      return unauthenticated('The signature or the times of the token are not valid: request a new one of the issuer.');
    }
    return { kind: 'keys-unavailable', issuer, cause: error };
  }
}
