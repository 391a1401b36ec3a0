import { claimOf } from './claims.ts';
import type { Claims } from './claims.ts';

/**
 * The `typ` of an access token's header: absent, or of RFC 7519, section 5.1, or RFC 9068, section
 * 2.1.
 */
const accessTypes: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];

/**
 * Claims that only ID tokens, logout tokens and other statements have (OpenID Connect Core,
 * sections 2 and 3.3.2.11; FAPI; RFC 8417), which are meant for the client that signs a user in and
 * not for an API.
 */
const foreignClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/** Keycloak's claim `typ` in tokens that are not access tokens. */
const foreignKeycloakTypes: readonly unknown[] = ['ID', 'Refresh', 'Offline', 'Logout'];

/**
 * The mark by which a token is not an access token, e.g. `claim nonce`; null if it has none. Not
 * every ID token has a mark: the audience must be one that the issuer gives to access tokens of
 * this API only.
 */
export function foreignTokenMark(header: Claims, claims: Claims): string | null {
  const type = claimOf(header, 'typ');
  if (!accessTypes.includes(typeof type === 'string' ? type.toLowerCase() : type)) return 'header typ';
  const foreign = foreignClaims.find((name) => claimOf(claims, name) !== undefined);
  if (foreign !== undefined) return `claim ${foreign}`;
  // Amazon Cognito: `id` or `access`.
  const use = claimOf(claims, 'token_use');
  if (use !== undefined && use !== 'access') return 'claim token_use';
  return foreignKeycloakTypes.includes(claimOf(claims, 'typ')) ? 'claim typ' : null;
}

/**
 * Whether a token was issued to a client for itself (client credentials grant), by the conventions
 * of common issuers: the subject is the client (RFC 9068, section 2.2; Amazon Cognito; Okta's
 * `cid`), Auth0's `@clients` and `gty`, Microsoft Entra's `idtyp`.
 */
function isClientToken(claims: Claims): boolean {
  const subject = claimOf(claims, 'sub');
  return (
    ['client_id', 'azp', 'cid'].some((name) => claimOf(claims, name) === subject) ||
    (typeof subject === 'string' && subject.endsWith('@clients')) ||
    claimOf(claims, 'idtyp') === 'app' ||
    claimOf(claims, 'gty') === 'client-credentials'
  );
}

/**
 * Whether a token shows that a person signed in: time or methods of the authentication (RFC 9068,
 * section 2.2.1), Microsoft Entra's `idtyp`, or its `scp`, which only tokens of users have; Okta's
 * `uid`, likewise.
 */
function isPersonToken(claims: Claims): boolean {
  const has = (name: string) => claimOf(claims, name) !== undefined;
  return (
    typeof claimOf(claims, 'auth_time') === 'number' ||
    Array.isArray(claimOf(claims, 'amr')) ||
    claimOf(claims, 'idtyp') === 'user' ||
    (has('tid') && typeof claimOf(claims, 'scp') === 'string') ||
    (has('cid') && typeof claimOf(claims, 'uid') === 'string')
  );
}

/** Whom a token belongs to; null if it has no mark of either. A mark of a client counts more. */
export function kindOfToken(claims: Claims): 'SERVICE' | 'USER' | null {
  if (isClientToken(claims)) return 'SERVICE';
  return isPersonToken(claims) ? 'USER' : null;
}
