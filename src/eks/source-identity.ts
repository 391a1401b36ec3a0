import { createHash } from 'node:crypto';

/**
 * What the source identity of every session of the gateway begins with; the trust policies of its
 * roles demand it.
 */
const prefix = 'principal-';

/**
 * Hex digits of the digest: 128 bits. Finding another principal with the digest of a given one
 * takes 2^128 attempts.
 */
const digits = 32;

/**
 * The `SourceIdentity` of the sessions in which a principal changes associations: `principal-` and
 * the first 32 hex digits of the SHA-256 of its id in UTF-8. A digest, because STS allows 64
 * characters of `[\w+=,.@-]` (AssumeRole in its API reference), which an id may exceed, and because
 * every service that a session calls sees it.
 */
export function sourceIdentityOf(principalId: string): string {
  return prefix + createHash('sha256').update(principalId).digest('hex').slice(0, digits);
}

/** Whether a text is the source identity of a principal. */
export function isSourceIdentity(text: string): boolean {
  return text.startsWith(prefix) && /^[0-9a-f]{32}$/.test(text.slice(prefix.length));
}
