import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKey } from './keys.ts';

/** Issuer of the local tokens. No such server exists; the key is read from a file. */
export const issuer = 'https://issuer.example';

/** Audience of the local tokens. */
export const audience = 'pod-identity-gateway';

/** OAuth scope that all local tokens carry. */
const scope = 'pod-identity-gateway/use';

/** A principal for use on this machine. */
export interface ExamplePrincipal {
  /** Its name for `npm run token`. */
  readonly name: string;
  /** Role and permissions, for people. */
  readonly description: string;
  readonly claims: {
    readonly sub: string;
    readonly groups?: readonly string[];
    /** Equal to `sub` in a token from the client credentials grant. */
    readonly client_id?: string;
    /** RFC 8693: the service that acts on behalf of `sub`. */
    readonly act?: { readonly sub: string };
  };
}

/** The principals that the example policies and the example inventory know. */
export const principals: readonly ExamplePrincipal[] = [
  {
    name: 'alice',
    description:
      'owns payments and payments-* (group payments-team): may create associations there and read their audit trail',
    claims: { sub: 'alice', groups: ['payments-team'] },
  },
  {
    name: 'bob',
    description: 'owns search (group search-team): may do the same there, but nothing in payments',
    claims: { sub: 'bob', groups: ['search-team'] },
  },
  {
    name: 'pat',
    description:
      'platform administrator (group platform-admins): may create wherever the guardrails allow, and read everything',
    claims: { sub: 'pat', groups: ['platform-admins'] },
  },
  {
    name: 'olivia',
    description: 'auditor (group auditors): may read everything, but change nothing',
    claims: { sub: 'olivia', groups: ['auditors'] },
  },
  {
    name: 'kim',
    description: 'another platform administrator: may approve what pat changes for system components in production',
    claims: { sub: 'kim', groups: ['platform-admins'] },
  },
  {
    name: 'carol',
    description: 'without a group: may read the audit trail of her own requests, and nothing else',
    claims: { sub: 'carol' },
  },
  {
    name: 'chatops',
    description:
      'a service (client credentials) of payments-team: in production only with a person in onBehalfOf, such as alice@example.com',
    claims: { sub: 'chatops', client_id: 'chatops' },
  },
  {
    name: 'alice-via-chatops',
    description: 'the service chatops acting on behalf of alice (RFC 8693): may do what alice may',
    claims: { sub: 'alice', groups: ['payments-team'], act: { sub: 'chatops' } },
  },
];

/** A signed token (RS256) of the principal, valid for `expiresInSeconds` from now. */
export async function mintToken(
  key: SigningKey,
  principal: Pick<ExamplePrincipal, 'claims'>,
  { expiresInSeconds }: { readonly expiresInSeconds: number },
): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000);
  // A person has signed in; a client with its own credentials has not.
  const signedIn = principal.claims.client_id === undefined ? { auth_time: issuedAt } : {};
  return new SignJWT({ ...principal.claims, ...signedIn, scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresInSeconds)
    .setJti(randomUUID())
    .sign(key.privateKey);
}
