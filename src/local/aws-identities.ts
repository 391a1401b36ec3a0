import type { AwsIdentity } from './http-api/iam-authorizer.ts';

/** The secret access key of all local credentials. */
export const localSecretAccessKey = 'local';

/**
 * The credentials that the local server accepts on the IAM route, in this account. The access key id is the name of the identity.
 * The example inventory registers `ci-deployer` as a service and the two permission sets.
 */
export function localIdentities(accountId: string): readonly AwsIdentity[] {
  const session = (accessKeyId: string, role: string, name: string, roleId: string): AwsIdentity => ({
    accessKeyId,
    secretAccessKey: localSecretAccessKey,
    userArn: `arn:aws:sts::${accountId}:assumed-role/${role}/${name}`,
    userId: `${roleId}:${name}`,
  });
  return [
    session('ci-deployer', 'ci-deployer', 'build-7', 'AROA0123456789ABCDEF7'),
    session('platform-admin', 'AWSReservedSSO_PlatformAdmin_0123456789abcdef', 'pat', 'AROA0123456789ABCDEF0'),
    session('auditor', 'AWSReservedSSO_Auditor_fedcba9876543210', 'olivia', 'AROA0123456789ABCDEF1'),
    session('unknown-role', 'unknown-role', 'session', 'AROA0123456789ABCDEF9'),
    {
      accessKeyId: 'user',
      secretAccessKey: localSecretAccessKey,
      userArn: `arn:aws:iam::${accountId}:user/alice`,
      userId: 'AIDA0123456789ABCDEF0',
    },
  ];
}
