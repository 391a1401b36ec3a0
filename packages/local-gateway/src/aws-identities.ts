import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrCreate } from '../../../tools/ledger/folder-file.ts';
import type { AwsIdentity } from './http-api/iam-authorizer.ts';
import type { MadeWorld } from './world/world.ts';

/** The file of the secret access key of all local credentials, in a folder. */
export const secretFileName = 'aws-secret-access-key';

/** As many characters as AWS's secrets have. */
const secretPattern = /^[\w-]{40}$/;

/**
 * Reads the secret access key of a folder, which is created where it is missing. Throws an Error
 * that names the file when it holds something else, and one that names LOCAL_FOLDER when it can't
 * be written.
 */
export async function loadSecretAccessKey(folder: string): Promise<string> {
  const create = () => Promise.resolve(randomBytes(30).toString('base64url'));
  const secret = await readOrCreate(folder, { name: secretFileName, holds: 'secret access key', create });
  if (secretPattern.test(secret)) return secret;
  const file = join(folder, secretFileName);
  throw new Error(`${file} is not a secret access key. Delete this file: the next start creates a new one.`);
}

/**
 * The credentials that the local server accepts on the IAM route. The access key id is the name of
 * the identity: of a service of the world, or of an example; the example inventory registers
 * `ci-deployer` as a service and the two permission sets.
 */
export function identitiesOf(
  { home: { accountId }, world }: { readonly home: { readonly accountId: string }; readonly world: MadeWorld | null },
  secretAccessKey: string,
): readonly AwsIdentity[] {
  const session = (accessKeyId: string, role: string, name: string, roleId: string): AwsIdentity => ({
    accessKeyId,
    secretAccessKey,
    userArn: `arn:aws:sts::${accountId}:assumed-role/${role}/${name}`,
    userId: `${roleId}:${name}`,
  });
  if (world !== null) {
    return world.services.map((name, index) => session(name, name, 'local', `AROA${String(index).padStart(16, '0')}`));
  }
  return [
    session('ci-deployer', 'ci-deployer', 'build-7', 'AROA0123456789ABCDEF7'),
    session('platform-admin', 'AWSReservedSSO_PlatformAdmin_0123456789abcdef', 'pat', 'AROA0123456789ABCDEF0'),
    session('auditor', 'AWSReservedSSO_Auditor_fedcba9876543210', 'olivia', 'AROA0123456789ABCDEF1'),
    session('unknown-role', 'unknown-role', 'session', 'AROA0123456789ABCDEF9'),
    {
      accessKeyId: 'user',
      secretAccessKey,
      userArn: `arn:aws:iam::${accountId}:user/alice`,
      userId: 'AIDA0123456789ABCDEF0',
    },
  ];
}
