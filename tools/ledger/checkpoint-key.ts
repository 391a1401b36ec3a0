import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { verifierKeyOfSpki } from '../../src/checkpoints/note.ts';
import type { NoteSigner } from '../../src/checkpoints/note.ts';
import { readOrCreate } from './folder-file.ts';

const fileName = 'checkpoint-key.pem';

/** The file of the key of a folder. */
export function checkpointKeyFile(folder: string): string {
  return join(folder, fileName);
}

/**
 * The Ed25519 key of a folder, which signs checkpoints. Creates it where it is missing, in a file
 * that only its owner may read. Throws an Error that names the file when it holds something else.
 *
 * @param name the name of the key in notes
 */
export async function loadCheckpointKey(folder: string, name: string): Promise<NoteSigner> {
  const create = () => Promise.resolve(newKey());
  const pem = await readOrCreate(folder, { name: fileName, holds: 'key of the checkpoints', create });
  try {
    const privateKey = createPrivateKey(pem);
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    return { key: verifierKeyOfSpki(name, spki), sign: (text) => Promise.resolve(sign(null, text, privateKey)) };
  } catch (cause) {
    const file = checkpointKeyFile(folder);
    throw new Error(`${file} is not an Ed25519 private key. Move it away: the next start creates a new key.`, {
      cause,
    });
  }
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}
