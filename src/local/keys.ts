import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';

/** The key that the local issuer signs tokens with. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** The public half, as the issuer's `jwks_uri` would give it. */
  readonly publicKeys: JSONWebKeySet;
}

/** The key's file can't be used. The message names it and says what to do. */
export class SigningKeyUnusable extends Error {
  readonly code = 'SIGNING_KEY_UNUSABLE';
  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `${file} holds no RSA private key (${reason}). Delete this file: the next start makes a new key. ` +
        'Tokens made with the old key are not accepted then.',
      { cause },
    );
    this.name = 'SigningKeyUnusable';
  }
}

const fileName = 'signing-key.json';

/** In bits: what is made, and the least that RS256 allows (RFC 7518, section 3.3). */
const modulusLength = 2048;

/**
 * Reads the signing key from `folder`, and makes both when they aren't there: an RSA key of 2,048 bits as a JWK, in a
 * file that its owner alone may read. However many processes start at once, all get the same key. Throws
 * `SigningKeyUnusable` when the file holds something else.
 */
export async function loadSigningKey(folder: string): Promise<SigningKey> {
  const file = join(folder, fileName);
  if (!existsSync(file)) await createKeyFile(folder, file);
  const text = await readFile(file, 'utf8');
  try {
    return await parseSigningKey(text);
  } catch (cause) {
    throw new SigningKeyUnusable(file, cause);
  }
}

/**
 * The key is written to a file of another name and then linked to its own: a reader finds all of it or nothing, and of
 * two that create it at once the second finds the first's.
 */
async function createKeyFile(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(privateKey.export({ format: 'jwk' }), null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
  } catch (error) {
    if (!isRecord(error) || error.code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function parseSigningKey(text: string): Promise<SigningKey> {
  const jwk: unknown = JSON.parse(text);
  if (!isRecord(jwk)) throw new Error('it is no JWK');
  const privateKey = createPrivateKey({ format: 'jwk', key: jwk });
  if ((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) < modulusLength) {
    throw new Error(`it is no RSA key of ${modulusLength} bits or more`);
  }
  const publicKey = createPublicKey(privateKey);
  assertPair(privateKey, publicKey);
  const { kty, n, e } = publicKey.export({ format: 'jwk' });
  if (kty === undefined || n === undefined || e === undefined) throw new Error('its public half is incomplete');
  const publicJwk: JWK = { kty, n, e };
  const kid = await calculateJwkThumbprint(publicJwk);
  return { kid, privateKey, publicKeys: { keys: [{ ...publicJwk, kid, alg: 'RS256', use: 'sig' }] } };
}

/** Numbers that don't belong together make a key all the same, whose signatures nobody could verify. */
function assertPair(privateKey: KeyObject, publicKey: KeyObject): void {
  const probe = Buffer.from('probe');
  if (!verify('sha256', probe, publicKey, sign('sha256', probe, privateKey))) {
    throw new Error('its private and its public half do not belong together');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
