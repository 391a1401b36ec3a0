import { decodeJwt, decodeProtectedHeader } from 'jose';
import { makeLruCache } from '../runtime/lru-cache.ts';
import type { Claims } from './claims.ts';

/** Header and payload of a JWT, of which nothing is verified. */
export interface DecodedToken {
  readonly header: Claims;
  readonly claims: Claims;
}

/** A client sends its token with each request until it expires, and each request needs it twice. */
const decoded = makeLruCache<DecodedToken>(100);

/** Decodes a JWT; null where the text is not one. */
export function decodeToken(token: string): DecodedToken | null {
  const known = decoded.get(token);
  if (known) return known;
  try {
    const result = { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
    decoded.set(token, result);
    return result;
  } catch {
    return null;
  }
}
