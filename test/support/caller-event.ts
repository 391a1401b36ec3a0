import type { RequestIdentity } from '../../src/model/principal.ts';
import type { Directory } from '../../src/auth/identity.ts';
import { authenticate } from '../../src/auth/authenticate.ts';
import type { IdentityEvent } from '../../src/auth/authenticate.ts';

export const settings = { groupsClaim: 'groups', scopesClaim: 'scope' };

export const nobodyKnown: Directory = { serviceOf: () => null, groupsOfPermissionSet: () => null };

/** A directory that knows the services of these ids, with these groups. */
export function knowing(services: Record<string, readonly string[]>): Directory {
  return {
    ...nobodyKnown,
    serviceOf: (id) => {
      const groups = services[id];
      return groups === undefined ? null : { groups, mayNamePeople: false };
    },
  };
}

export const goodClaims = { iss: 'https://issuer.example', sub: 'alice', exp: 1_700_000_000 };

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A JWT with these claims, or with this text as its payload. Its signature is for the authorizer, which was before. */
export function tokenOf(payload: unknown): string {
  return [base64url({ alg: 'RS256', kid: '1' }), base64url(payload), base64url('signature')].join('.');
}

/** Claims as API Gateway hands them on: all of them texts, lists as `[a b]`. */
export function flat(claims: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );
}

type Authorizer = NonNullable<IdentityEvent['requestContext']['authorizer']>;

export function eventOf(authorizer: Authorizer | null, headers: IdentityEvent['headers'] = {}): IdentityEvent {
  const http = { sourceIp: '192.0.2.1', userAgent: 'curl/8' };
  return { headers, requestContext: { requestId: 'JKJaXmPLvHcESHA=', http, authorizer } };
}

/** An event of the JWT route, as it is when nobody tampered with it. */
export function jwtEvent(claims: Record<string, unknown>): IdentityEvent {
  return eventOf({ jwt: { claims: flat(claims) } }, { authorization: `Bearer ${tokenOf(claims)}` });
}

/** The caller of an event; throws the message when there is none. */
export function callerIn(event: IdentityEvent, directory = nobodyKnown, claimSettings = settings): RequestIdentity {
  const found = authenticate(event, claimSettings, directory);
  if (found.kind === 'unauthenticated') throw new Error(found.message);
  return found.identity;
}

/** Why an event has no caller; null when it has one. */
export function faultOf(event: IdentityEvent, directory = nobodyKnown): string | null {
  const found = authenticate(event, settings, directory);
  return found.kind === 'unauthenticated' ? found.message : null;
}
