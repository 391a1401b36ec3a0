import { GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { Deadline } from '../runtime/deadline.ts';
import { verifierKeyOfSpki } from './note.ts';
import type { NoteSigner } from './note.ts';

/**
 * The key of KMS that signs checkpoints: an asymmetric one with the spec ECC_NIST_EDWARDS25519. KMS
 * gets the text itself, which may have 4,096 bytes. Its public key is read once. Throws the errors
 * of KMS, and an Error if it is a key of another kind.
 *
 * @param name the name of the key in notes
 */
export function makeKmsSigner(
  client: KMSClient,
  KeyId: string,
  name: string,
): (abortSignal: Deadline) => Promise<NoteSigner> {
  let key: Promise<NoteSigner['key']> | null = null;
  const load = async (abortSignal: Deadline) => {
    const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId }), { abortSignal });
    return verifierKeyOfSpki(name, PublicKey);
  };
  return async (abortSignal) => {
    key ??= load(abortSignal).catch((error: unknown) => {
      key = null;
      throw error;
    });
    const sign = async (Message: Buffer) => {
      const command = new SignCommand({ KeyId, Message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' });
      const { Signature } = await client.send(command, { abortSignal });
      if (Signature === undefined) throw new Error('KMS returned no signature.');
      return Signature;
    };
    return { key: await key, sign };
  };
}
