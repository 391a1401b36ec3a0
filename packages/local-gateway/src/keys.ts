import { createPrivateKey, createPublicKey, generateKeyPair, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';
import { readOrCreate } from '../../../tools/ledger/folder-file.ts';

/** The key that the local issuer signs tokens with. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** The public key, as an issuer's `jwks_uri` returns it. */
  readonly publicKeys: JSONWebKeySet;
}

/** The key's file can't be used. The message names it and says what to do. */
class SigningKeyUnusable extends Error {
  readonly code = 'SIGNING_KEY_UNUSABLE';
  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `${file} is not an RSA private key (${reason}). Delete this file: the next start creates a new key. ` +
        'Tokens signed with the old key are rejected then.',
      { cause },
    );
    this.name = 'SigningKeyUnusable';
  }
}

const fileName = 'signing-key.json';

/** Size of a new key in bits; RS256 allows no smaller one (RFC 7518, section 3.3). */
const modulusLength = 2048;

/**
 * Reads the signing key from `folder`. Creates folder and key where they are missing: an RSA key of
 * 2,048 bits as a JWK, in a file that only its owner may read. Processes that start at the same
 * time all get the same key. Throws `SigningKeyUnusable` when the file holds something else, and an
 * Error that names LOCAL_FOLDER when it can't be written.
 */
export async function loadSigningKey(folder: string): Promise<SigningKey> {
  const text = await readOrCreate(folder, { name: fileName, holds: 'signing key', create: newKey });
  try {
    return await parseSigningKey(text);
  } catch (cause) {
    throw new SigningKeyUnusable(join(folder, fileName), cause);
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  return `${JSON.stringify(privateKey.export({ format: 'jwk' }), null, 2)}\n`;
}

async function parseSigningKey(text: string): Promise<SigningKey> {
  const jwk: unknown = JSON.parse(text);
  if (!isRecord(jwk)) throw new Error('it is not a JWK');
  const privateKey = createPrivateKey({ format: 'jwk', key: jwk });
  if ((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) < modulusLength) {
    throw new Error(`it is not an RSA key of ${modulusLength} bits or more`);
  }
  const publicKey = createPublicKey(privateKey);
  assertPair(privateKey, publicKey);
  const { kty, n, e } = publicKey.export({ format: 'jwk' });
  if (kty === undefined || n === undefined || e === undefined) throw new Error('its public key is incomplete');
  const publicJwk: JWK = { kty, n, e };
  const kid = await calculateJwkThumbprint(publicJwk);
  return { kid, privateKey, publicKeys: { keys: [{ ...publicJwk, kid, alg: 'RS256', use: 'sig' }] } };
}

/**
 * OpenSSL accepts a private key whose numbers do not match; its signatures could not be verified.
 */
function assertPair(privateKey: KeyObject, publicKey: KeyObject): void {
  const probe = Buffer.from('probe');
  if (!verify('sha256', probe, publicKey, sign('sha256', probe, privateKey))) {
    throw new Error('its private and its public key do not match');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
