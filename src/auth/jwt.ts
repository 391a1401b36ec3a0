import { decodeJwt } from 'jose';
import type { Principal } from '../model/principal.ts';
import { claimOf, groupsOf, isPlain } from './claims.ts';
import type { Claims, ClaimSettings } from './claims.ts';
import { notAuthenticated, read } from './identity.ts';
import type { Directory, Identity, Read } from './identity.ts';

/** Length of a principal's id in UTF-8: it is part of keys in DynamoDB, the smallest of which holds 1,024 bytes. */
const maxIdBytes = 900;

/** The claims that must be the same in the Authorization header and in what the authorizer verified. */
const comparedClaims = ['iss', 'sub', 'exp'] as const;

/**
 * The payload of the one token in the Authorization header. `Bearer` may be left out, as for API Gateway's authorizer
 * ("Control access to HTTP APIs with JWT authorizers" in its developer guide).
 */
function payloadOf(authorization: string): Claims | null {
  const token = /^(?:bearer\s+)?([\w.-]+)$/i.exec(authorization.trim())?.[1];
  if (token === undefined) return null;
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

/**
 * A NumericDate, from a number or from its text in any decimal notation: API Gateway has been seen to hand on both
 * `1700000000` and `1.7e+09`. Both tell every double exactly, so they can be compared as numbers.
 */
function numericDate(value: unknown): number | null {
  if (typeof value === 'string' && /^[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e\+?[0-9]{1,2})?$/i.test(value))
    return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function isSame(name: (typeof comparedClaims)[number], claims: Claims, verified: Claims): boolean {
  const [ours, theirs] = [claimOf(claims, name), claimOf(verified, name)];
  if (name !== 'exp') return typeof ours === 'string' && ours !== '' && ours === theirs;
  return typeof ours === 'number' && numericDate(ours) !== null && ours === numericDate(theirs);
}

/**
 * `<issuer>#<subject>`. No issuer has a `#` (OpenID Connect Core, section 2: no fragment), so the first one ends it, and no
 * two pairs have the same id.
 */
function idOf(issuer: unknown, subject: unknown, place: string): Read<string> {
  if (typeof issuer === 'string' && typeof subject === 'string') {
    const id = `${issuer}#${subject}`;
    const bothThere = issuer !== '' && subject !== '' && !issuer.includes('#');
    if (bothThere && isPlain(id) && Buffer.byteLength(id) <= maxIdBytes) return read(id);
  }
  return notAuthenticated(
    `The token's ${place} must be texts without control characters, at most ${maxIdBytes} bytes together, the issuer without "#": use a token whose issuer names it so.`,
  );
}

/**
 * Whether a token was issued to a program for itself, by the marks of the issuers in use: the subject is the client
 * (RFC 9068, section 2.2; Amazon Cognito; Okta's `cid`), Auth0's `@clients` and `gty`, Microsoft Entra's `idtyp`.
 */
function isOfProgram(claims: Claims): boolean {
  const subject = claimOf(claims, 'sub');
  return (
    ['client_id', 'azp', 'cid'].some((name) => claimOf(claims, name) === subject) ||
    (typeof subject === 'string' && subject.endsWith('@clients')) ||
    claimOf(claims, 'idtyp') === 'app' ||
    claimOf(claims, 'gty') === 'client-credentials'
  );
}

function principalOf(id: string, claims: Claims, groups: readonly string[], directory: Directory): Principal {
  const service = directory.serviceOf(id);
  return {
    id,
    kind: service !== null || isOfProgram(claims) ? 'SERVICE' : 'USER',
    groups: [...new Set([...groups, ...(service?.groups ?? [])])],
    sessionName: null,
  };
}

/** The service that acts for the subject (RFC 8693, section 4.1). Of nested ones only the outermost counts, as it says. */
function actorOf(claims: Claims, directory: Directory): Read<Principal | null> {
  const act = claimOf(claims, 'act');
  if (act === undefined) return read(null);
  if (typeof act !== 'object' || act === null || Array.isArray(act)) {
    return notAuthenticated('The claim act of the token is no object: use a token whose act is {"sub": …} (RFC 8693).');
  }
  const actor: Claims = { ...act };
  const issuer = claimOf(actor, 'iss') ?? claimOf(claims, 'iss');
  const id = idOf(issuer, claimOf(actor, 'sub'), 'act.iss (where it has one) and act.sub');
  if (id.kind === 'unauthenticated') return id;
  return read({
    id: id.value,
    kind: 'SERVICE',
    groups: directory.serviceOf(id.value)?.groups ?? [],
    sessionName: null,
  });
}

/**
 * Who asks with a JWT. API Gateway has verified the token in the Authorization header, but hands its claims on as flat
 * texts, in which a list can't be told from a text with blanks: so the header is decoded again, and believed only if it
 * is the token that `verified` came from.
 */
export function identityByJwt(
  authorization: string,
  verified: Claims,
  settings: ClaimSettings,
  directory: Directory,
): Identity {
  const claims = payloadOf(authorization);
  if (claims === null) {
    return notAuthenticated('The Authorization header holds no JWT: send "Authorization: Bearer <token>", once.');
  }
  const other = comparedClaims.find((name) => !isSame(name, claims, verified));
  if (other !== undefined) {
    return notAuthenticated(
      `The claim ${other} of the token is missing, or not the one that API Gateway verified: send one token with iss, sub and exp, in the Authorization header alone.`,
    );
  }
  const id = idOf(claimOf(claims, 'iss'), claimOf(claims, 'sub'), 'iss and sub');
  if (id.kind === 'unauthenticated') return id;
  const groups = groupsOf(claims, settings);
  if (groups.kind === 'unauthenticated') return groups;
  const actor = actorOf(claims, directory);
  if (actor.kind === 'unauthenticated') return actor;
  return {
    kind: 'identified',
    principal: principalOf(id.value, claims, groups.value, directory),
    actor: actor.value,
  };
}
