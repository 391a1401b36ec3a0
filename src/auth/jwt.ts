import type { Principal } from '../model/principal.ts';
import { serviceOf } from '../policy/inventory/inventory.ts';
import type { KnownPrincipals } from '../policy/inventory/inventory.ts';
import { claimOf, groupsOf, isPlain } from './claims.ts';
import type { Claims, TokenSettings } from './claims.ts';
import { decodeToken } from './decode-token.ts';
import type { DecodedToken } from './decode-token.ts';
import { parsed, unauthenticated } from './result.ts';
import type { Parsed, PrincipalResult } from './result.ts';
import { foreignTokenMark, kindOfToken } from './token-type.ts';

/**
 * The most bytes of a principal's ID in UTF-8: it is part of DynamoDB keys, of which a sort key
 * holds 1,024 bytes.
 */
const maxIdBytes = 900;

/**
 * The claims that must be equal in the Authorization header and in the claims that the authorizer
 * verified.
 */
const comparedClaims = ['iss', 'sub', 'exp'] as const;

/**
 * The text after `Bearer` in an Authorization header; null where it can't be a JWT. `Bearer` is
 * optional, as for API Gateway's authorizer ("Control access to HTTP APIs with JWT authorizers" in
 * its developer guide).
 */
export function tokenIn(authorization: string): string | null {
  return /^(?:bearer\s+)?([\w.-]+)$/i.exec(authorization.trim())?.[1] ?? null;
}

/**
 * A NumericDate (RFC 7519), from a number or from its decimal notation: API Gateway passes both
 * `1700000000` and `1.7e+09`. Either notation represents a double exactly, so dates can be compared
 * as numbers.
 */
function numericDate(value: unknown): number | null {
  if (typeof value === 'string' && /^[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e\+?[0-9]{1,2})?$/i.test(value))
    return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function isSame(name: (typeof comparedClaims)[number], claims: Claims, verified: Claims): boolean {
  const [given, expected] = [claimOf(claims, name), claimOf(verified, name)];
  if (name !== 'exp') return typeof given === 'string' && given !== '' && given === expected;
  return typeof given === 'number' && numericDate(given) !== null && given === numericDate(expected);
}

/**
 * `<issuer>#<subject>`. An issuer has no `#` (OpenID Connect Core, section 2: no fragment), so the
 * first `#` ends the issuer, and two different pairs never have the same ID.
 */
function idOf(issuer: unknown, subject: unknown, place: string): Parsed<string> {
  if (typeof issuer === 'string' && typeof subject === 'string') {
    const id = `${issuer}#${subject}`;
    const bothGiven = issuer !== '' && subject !== '' && !issuer.includes('#');
    if (bothGiven && isPlain(id) && Buffer.byteLength(id) <= maxIdBytes) return parsed(id);
  }
  return unauthenticated(
    `The token's ${place} must be strings without control characters, at most ${maxIdBytes} bytes together, the issuer without "#": use a token whose claims fit.`,
  );
}

function principalOf(
  id: string,
  kind: Principal['kind'],
  groups: readonly string[],
  inventory: KnownPrincipals,
): Principal {
  const service = serviceOf(inventory, id);
  return {
    id,
    kind: service === null ? kind : 'SERVICE',
    groups: [...new Set([...groups, ...(service?.groups ?? [])])],
    sessionName: null,
  };
}

/**
 * The service that acts for the subject; null without one. Of nested actors only the outermost
 * counts (RFC 8693, section 4.1).
 */
function actorOf(claims: Claims, inventory: KnownPrincipals): Parsed<Principal | null> {
  const act = claimOf(claims, 'act');
  if (act === undefined) return parsed(null);
  if (typeof act !== 'object' || act === null || Array.isArray(act)) {
    return unauthenticated(
      'The claim act of the token is not an object: use a token whose act is {"sub": …} (RFC 8693).',
    );
  }
  const actor: Claims = { ...act };
  const issuer = claimOf(actor, 'iss') ?? claimOf(claims, 'iss');
  const id = idOf(issuer, claimOf(actor, 'sub'), 'act.iss (if present) and act.sub');
  if (id.kind === 'unauthenticated') return id;
  return parsed({
    id: id.value,
    kind: 'SERVICE',
    groups: serviceOf(inventory, id.value)?.groups ?? [],
    sessionName: null,
  });
}

/**
 * The principal of a request with a JWT. API Gateway has verified the token in the Authorization
 * header, but it passes the claims as flat strings, where a list is indistinguishable from a string
 * with spaces. So the header is decoded again, and accepted only if it is the token that API
 * Gateway verified.
 *
 * @param verified the claims as API Gateway passes them
 */
export function principalFromJwt(
  authorization: string,
  verified: Claims,
  settings: TokenSettings,
  inventory: KnownPrincipals,
): PrincipalResult {
  const token = tokenIn(authorization);
  const parts = token === null ? null : decodeToken(token);
  if (parts === null) {
    return unauthenticated('The Authorization header does not hold a JWT: send "Authorization: Bearer <token>" once.');
  }
  const mismatch = comparedClaims.find((name) => !isSame(name, parts.claims, verified));
  if (mismatch !== undefined) {
    return unauthenticated(
      `The claim ${mismatch} of the token is missing, or differs from the one that API Gateway verified: send one token with iss, sub and exp, only in the Authorization header.`,
    );
  }
  const known = identified.get(parts);
  if (known?.settings === settings && known.inventory === inventory) return known.result;
  const result = identify(parts, settings, inventory);
  identified.set(parts, { settings, inventory, result });
  return result;
}

/** Whom the latest tokens identify, by settings and an inventory that never change. */
const identified = new WeakMap<
  DecodedToken,
  { readonly settings: TokenSettings; readonly inventory: KnownPrincipals; readonly result: PrincipalResult }
>();

function identify(
  { header, claims }: DecodedToken,
  settings: TokenSettings,
  inventory: KnownPrincipals,
): PrincipalResult {
  const mark = settings.tokenTypes === 'access' ? foreignTokenMark(header, claims) : null;
  if (mark !== null) {
    return unauthenticated(
      `The token is not an access token, by its ${mark}: send the access token that the issuer returned, not the ID token.`,
    );
  }
  const id = idOf(claimOf(claims, 'iss'), claimOf(claims, 'sub'), 'iss and sub');
  if (id.kind === 'unauthenticated') return id;
  const groups = groupsOf(claims, settings);
  if (groups.kind === 'unauthenticated') return groups;
  const actor = actorOf(claims, inventory);
  if (actor.kind === 'unauthenticated') return actor;
  return {
    kind: 'identified',
    principal: principalOf(id.value, kindOfToken(claims) ?? settings.unknownKind, groups.value, inventory),
    actor: actor.value,
  };
}
