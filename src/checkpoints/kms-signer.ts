import { GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import type { KMSClient } from '@aws-sdk/client-kms';
import { verifierKeyOfSpki } from './note.ts';
import type { NoteSigner } from './note.ts';

/**
 * The key of KMS that signs checkpoints: an asymmetric one with the spec ECC_NIST_EDWARDS25519. KMS gets the text itself, which may have 4,096
 * bytes. Its public key is read once. Throws the errors of KMS, and an Error if it is a key of another kind.
 *
 * @param name the name of the key in notes
 */
export function makeKmsSigner(client: KMSClient, KeyId: string, name: string): () => Promise<NoteSigner> {
  let signer: Promise<NoteSigner> | null = null;
  const load = async (): Promise<NoteSigner> => {
    const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId }));
    return { key: verifierKeyOfSpki(name, PublicKey), sign };
  };
  const sign = async (Message: Buffer) => {
    const command = new SignCommand({ KeyId, Message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' });
    const { Signature } = await client.send(command);
    if (Signature === undefined) throw new Error('KMS returned no signature.');
    return Signature;
  };
  return () =>
    (signer ??= load().catch((error: unknown) => {
      signer = null;
      throw error;
    }));
}
