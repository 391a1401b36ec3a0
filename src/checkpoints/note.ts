import { createHash, createPublicKey, verify } from 'node:crypto';

// Checkpoints as signed notes: https://c2sp.org/signed-note and https://c2sp.org/tlog-checkpoint.
// Other signatures of a note, such as those of witnesses, are kept and not read.

/** The head of a log at a size. */
export interface Checkpoint {
  /** Names the log, and nothing else. */
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  /** SHA-256. */
  readonly root: Buffer;
}

/** A checkpoint with its text, and the signatures below it. */
export interface SignedCheckpoint extends Checkpoint {
  /** The signed text, with its last newline. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly keyId: string; readonly signature: Buffer }[];
}

/**
 * A public key that signs checkpoints. Its text form is a vkey:
 * `<name>+<key id>+<base64 of the type and the key>`.
 */
export interface VerifierKey {
  readonly name: string;
  /** The first four bytes, in hex, of the SHA-256 of name, type and key. */
  readonly keyId: string;
  /** Signature type 0x01 (Ed25519), and the 32 bytes of the key. */
  readonly material: Buffer;
}

/** What signs: a key in KMS, or in a file. */
export interface NoteSigner {
  readonly key: VerifierKey;
  /** Signs a text of at most 4,096 bytes. */
  sign(text: Buffer): Promise<Uint8Array>;
}

/**
 * Signature type of Ed25519. A further algorithm is a further type; notes name theirs by the key
 * id.
 */
const ed25519Type = 0x01;

/** Header of an Ed25519 key in SubjectPublicKeyInfo form: RFC 8410. */
const spkiHeader = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * The key with this name and these 32 bytes. Throws an Error for a name that notes can't contain.
 */
function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  if (!/^[^\s+]+$/u.test(name)) throw new Error(`The name of a key may not be empty or have spaces or +: ${name}`);
  const material = Buffer.concat([Buffer.of(ed25519Type), publicKey]);
  const hash = createHash('sha256').update(`${name}\n`).update(material).digest();
  return { name, keyId: hash.toString('hex', 0, 4), material };
}

/**
 * The key of a public key in SubjectPublicKeyInfo form, as KMS gives it. Throws an Error if it is
 * not an Ed25519 key.
 */
export function verifierKeyOfSpki(name: string, spki: Uint8Array): VerifierKey {
  const header = Buffer.from(spki).subarray(0, spkiHeader.length);
  if (!header.equals(spkiHeader) || spki.length !== spkiHeader.length + 32) {
    throw new Error(
      'The key that signs checkpoints is not an Ed25519 key. Use one with the spec ECC_NIST_EDWARDS25519.',
    );
  }
  return verifierKey(name, spki.subarray(spkiHeader.length));
}

export function vkeyOf({ name, keyId, material }: VerifierKey): string {
  return `${name}+${keyId}+${material.toString('base64')}`;
}

/** Parses a vkey; null if it is not one of an Ed25519 key, or its key id is wrong. */
export function parseVkey(text: string): VerifierKey | null {
  const [, name = '', keyId = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text) ?? [];
  const material = Buffer.from(encoded, 'base64');
  if (material.length !== 33 || material[0] !== ed25519Type) return null;
  const key = verifierKey(name, material.subarray(1));
  return key.keyId === keyId ? key : null;
}

/** Signs a checkpoint: the whole note. */
export async function signCheckpoint(checkpoint: Checkpoint, { key, sign }: NoteSigner): Promise<string> {
  const text = checkpointText(checkpoint);
  const signature = Buffer.concat([Buffer.from(key.keyId, 'hex'), await sign(Buffer.from(text))]);
  return `${text}\n— ${key.name} ${signature.toString('base64')}\n`;
}

/** The text that is signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Parses a note with a checkpoint; null if it is not one. Verifies no signature. */
export function parseCheckpoint(note: string): SignedCheckpoint | null {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  const lines = note.slice(end + 2).split('\n');
  const hash = Buffer.from(root, 'base64');
  if (end === -1 || origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size) || hash.length !== 32 || lines.pop() !== '')
    return null;
  const signatures = lines.map((line) => /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line));
  const parsed = signatures.flatMap((match) => {
    const bytes = Buffer.from(match?.[2] ?? '', 'base64');
    return match && bytes.length > 4
      ? [{ name: match[1] ?? '', keyId: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) }]
      : [];
  });
  if (parsed.length === 0 || parsed.length < lines.length) return null;
  return { origin, size: Number(size), root: hash, text, signatures: parsed };
}

/** Whether one of the keys signed the note, and no signature of a known key is wrong. */
export function isSigned(
  { text, signatures }: Pick<SignedCheckpoint, 'text' | 'signatures'>,
  keys: readonly VerifierKey[],
) {
  const results = signatures.flatMap(({ name, keyId, signature }) => {
    const key = keys.find((one) => one.name === name && one.keyId === keyId);
    return key ? [verifies(key, text, signature)] : [];
  });
  return results.length > 0 && results.every(Boolean);
}

function verifies({ material }: VerifierKey, text: string, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.concat([spkiHeader, material.subarray(1)]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, signature);
}
