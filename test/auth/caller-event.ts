import type { RequestIdentity } from '../../src/model/principal.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import type { TokenSettings } from '../../src/auth/claims.ts';
import { authenticate } from '../../src/auth/authenticate.ts';
import type { IdentityEvent } from '../../src/auth/authenticate.ts';
import type { KnownPrincipals } from '../../src/policy/inventory/inventory.ts';

export const settings = defaultTokenSettings;

/** An inventory without services and permission sets. */
export const emptyInventory: KnownPrincipals = { services: [], permissionSets: [] };

/** An inventory with the services of these IDs and their groups. */
export function inventoryOf(services: Record<string, readonly string[]>): KnownPrincipals {
  return {
    ...emptyInventory,
    services: Object.entries(services).map(([id, groups]) => ({ id, groups, mayNamePeople: false })),
  };
}

export const goodClaims = { iss: 'https://issuer.example', sub: 'alice', exp: 1_700_000_000, auth_time: 1_699_999_000 };

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A JWT with these claims, or with this text as its payload, and these fields of its header. Its signature is a dummy: the authorizer checks it. */
export function tokenOf(payload: unknown, header: object = {}): string {
  return [base64url({ alg: 'RS256', kid: '1', ...header }), base64url(payload), base64url('signature')].join('.');
}

/** Claims as API Gateway passes them: every value a string, a list as `[a b]`. */
export function flat(claims: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );
}

type Authorizer = NonNullable<IdentityEvent['requestContext']['authorizer']>;

/** An event with this authorizer and these headers. */
export function eventOf(authorizer: Authorizer | null, headers: IdentityEvent['headers'] = {}): IdentityEvent {
  const http = { sourceIp: '192.0.2.1', userAgent: 'curl/8' };
  return { headers, requestContext: { requestId: 'JKJaXmPLvHcESHA=', http, authorizer } };
}

/** An event of the JWT route, with the same claims in the header and from the authorizer. */
export function jwtEvent(claims: Record<string, unknown>): IdentityEvent {
  return eventOf({ jwt: { claims: flat(claims) } }, { authorization: `Bearer ${tokenOf(claims)}` });
}

/** The identity of an event; throws the message when it is unauthenticated. */
export function identityOf(
  event: IdentityEvent,
  inventory = emptyInventory,
  tokenSettings: TokenSettings = settings,
): RequestIdentity {
  const result = authenticate(event, tokenSettings, inventory);
  if (result.kind === 'unauthenticated') throw new Error(result.message);
  return result.identity;
}

/** Why an event is unauthenticated; null when it is authenticated. */
export function rejectionOf(
  event: IdentityEvent,
  inventory = emptyInventory,
  tokenSettings: TokenSettings = settings,
): string | null {
  const result = authenticate(event, tokenSettings, inventory);
  return result.kind === 'unauthenticated' ? result.message : null;
}
