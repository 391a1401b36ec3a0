import * as v from 'valibot';
import type { TrustedIssuer } from '../auth/verify-token.ts';
import { exactly, list, parseJson, text } from '../policy/inventory/json.ts';

/**
 * Whether the function verifies signatures itself. `auto`: with the keys that are in the package.
 */
export type JwtVerification = 'auto' | 'on' | 'off';

/** The issuer that API Gateway's authorizer accepts, and what the function verifies itself. */
export interface IssuerSettings {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly verification: JwtVerification;
}

/** Names of private or symmetric parts of a JWK (RFC 7518, section 6). */
const secretParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const publicKey = v.pipe(
  v.looseObject({ kty: text('"RSA", "EC" or "OKP"', (kty) => ['RSA', 'EC', 'OKP'].includes(kty)) }),
  v.check(
    (jwk) => !secretParts.some((name) => name in jwk),
    'has a private part; write the public key as the issuer publishes it.',
  ),
);

const issuer = v.pipe(
  exactly({
    issuer: text('the claim iss of its tokens, without "#"', (name) => name !== '' && !name.includes('#')),
    audiences: v.pipe(list(text()), v.minLength(1, 'is empty; write at least one audience.')),
    jwks: v.exactOptional(v.object({ keys: v.pipe(list(publicKey), v.minLength(1, 'is empty; write its keys.')) })),
    jwksUri: v.exactOptional(text('an https URL', isKeysUrl)),
  }),
  v.check((one) => one.jwks === undefined || one.jwksUri === undefined, 'has jwks and jwksUri; keep one of them.'),
);

const issuers = v.pipe(
  list(issuer),
  v.check(
    (all) => new Set(all.map((one) => one.issuer)).size === all.length,
    'has an issuer more than once; keep one of them.',
  ),
);

/** Keys that are read without TLS could be replaced on the way; on this machine, tests do so. */
function isKeysUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
}

/** An entry of the issuers file. */
export type IssuerEntry = v.InferOutput<typeof issuer>;

/** An issuer, with its keys or where to read them, if that is known. */
type AcceptedIssuer = Pick<TrustedIssuer, 'issuer' | 'audiences'> & Pick<IssuerEntry, 'jwks' | 'jwksUri'>;

/**
 * Parses the issuers file. Throws one Error that names every problem by its line and path and says
 * how to fix it.
 */
export function parseIssuers(content: string): readonly IssuerEntry[] {
  return parseJson('issuers.json', content, issuers);
}

/**
 * The issuers whose tokens are accepted: those of the file, or without entries the one of API
 * Gateway's authorizer. Throws an Error if the file lacks that one, or if it lacks the keys of an
 * issuer whose signatures must be verified.
 */
export function trustedIssuers(entries: readonly IssuerEntry[], settings: IssuerSettings): readonly TrustedIssuer[] {
  const { issuer: ofAuthorizer, audiences, verification } = settings;
  const all: readonly AcceptedIssuer[] = entries.length === 0 ? [{ issuer: ofAuthorizer, audiences }] : entries;
  if (!all.some((one) => one.issuer === ofAuthorizer)) {
    throw new Error(`The issuers file lacks ${ofAuthorizer}, the issuer of API Gateway's authorizer: add it.`);
  }
  return all.map((one) => {
    const keys = keysOf(one, verification);
    if (keys === null && verification === 'on') {
      throw new Error(`JWT_VERIFICATION is on: add jwks or jwksUri of ${one.issuer} to the issuers file.`);
    }
    return { issuer: one.issuer, audiences: one.audiences, keys };
  });
}

/**
 * Keys in the package need no request, so they are always used; those behind a URL only where that
 * is wanted.
 */
function keysOf({ jwks, jwksUri }: AcceptedIssuer, verification: JwtVerification): TrustedIssuer['keys'] {
  if (verification === 'off') return null;
  if (jwks !== undefined) return { keys: jwks.keys };
  return jwksUri !== undefined && verification === 'on' ? new URL(jwksUri) : null;
}
