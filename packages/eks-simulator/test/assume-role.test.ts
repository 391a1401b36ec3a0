import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { CreatePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import { podIdentityTrustPolicy } from '../src/trust-policy.ts';
import type { World } from '../src/world.ts';
import { sendControl, simulate, some } from './simulation.ts';

const [home, other, region] = ['111122223333', '444455556666', 'eu-central-1'];
const change = `arn:aws:iam::${other}:role/gateway/change`;
const podRole = `arn:aws:iam::${other}:role/pods/payments/api`;
const trusting = (principal: string, ...actions: string[]) => ({
  Statement: [{ Effect: 'Allow' as const, Principal: { AWS: principal }, Action: ['sts:AssumeRole', ...actions] }],
});

const world: World = {
  defaultAccountId: home,
  accessKeys: {},
  clusters: [
    { accountId: home, region, clusterName: 'apps' },
    { accountId: other, region, clusterName: 'apps' },
  ],
  roles: [
    { arn: change, trustPolicy: trusting(`arn:aws:iam::${home}:root`, 'sts:SetSourceIdentity') },
    { arn: `arn:aws:iam::${other}:role/plain`, trustPolicy: trusting(home) },
    { arn: `arn:aws:iam::${other}:role/stranger`, trustPolicy: trusting('arn:aws:iam::999988887777:root', 'sts:*') },
    { arn: podRole, trustPolicy: podIdentityTrustPolicy },
  ],
};

/** Clients of the AWS SDK at a simulator, and a clock that can be moved. */
async function open() {
  let now = Date.now();
  const simulator = await simulate({ world, clock: () => now });
  const config = { endpoint: simulator.url, region, maxAttempts: 1 };
  const sts = new STSClient({ ...config, credentials: { accessKeyId: 'gateway', secretAccessKey: 'x' } });
  return {
    simulator,
    pass: (ms: number) => (now += ms),
    assume: async (input: Partial<AssumeRoleCommandInput> = {}) => {
      const request = { RoleArn: change, RoleSessionName: 'operation-1', ...input };
      const { Credentials, AssumedRoleUser } = await sts.send(new AssumeRoleCommand(request));
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = some(Credentials);
      const credentials = {
        accessKeyId: some(AccessKeyId),
        secretAccessKey: some(SecretAccessKey),
        sessionToken: some(SessionToken),
      };
      return { credentials, expiresAt: some(Expiration).getTime(), arn: AssumedRoleUser?.Arn };
    },
    sts,
    /** Creates an association in the cluster `apps` of the account of the credentials. */
    create: (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
      new EKSClient({ ...config, credentials, systemClockOffset: now - Date.now() }).send(
        new CreatePodIdentityAssociationCommand({
          ...{ clusterName: 'apps', namespace: 'payments', serviceAccount: 'api', roleArn: podRole },
        }),
      ),
    iam: (credentials: { accessKeyId: string; secretAccessKey: string }) => new IAMClient({ ...config, credentials }),
  };
}

test('credentials of an assumed role reach EKS and IAM of the account of the role', async () => {
  const { assume, create, iam, simulator } = await open();
  const { credentials, arn } = await assume();
  expect(arn).toBe(`arn:aws:sts::${other}:assumed-role/change/operation-1`);
  const { association } = await create(credentials);
  expect(association?.associationArn).toContain(`:${other}:podidentityassociation/apps/`);
  const { Role: role } = await iam(credentials).send(new GetRoleCommand({ RoleName: 'api' }));
  expect(role?.Arn).toBe(podRole);
  expect(simulator.control.requests('CreatePodIdentityAssociation')).toMatchObject([
    { accessKeyId: credentials.accessKeyId, principalArn: arn, session: null },
  ]);
});

test('the request log has what the session was requested with', async () => {
  const { assume, simulator } = await open();
  const policy = '{"Version":"2012-10-17","Statement":[]}';
  await assume({ SourceIdentity: 'principal-1', DurationSeconds: 900, Policy: policy });
  const { json } = await sendControl(simulator.url, 'GET requests?operation=AssumeRole');
  expect(json).toMatchObject({
    requests: [
      {
        ...{ principalArn: `arn:aws:iam::${home}:user/gateway`, outcome: 'succeeded', answer: 200 },
        session: {
          ...{ roleArn: change, sessionName: 'operation-1', sourceIdentity: 'principal-1', durationSeconds: 900 },
          ...{ tags: {}, policy },
        },
      },
    ],
  });
});

test.each([
  ['does not exist', { RoleArn: `arn:aws:iam::${other}:role/absent` }],
  ['has another path', { RoleArn: `arn:aws:iam::${other}:role/change` }],
  ['trusts another account', { RoleArn: `arn:aws:iam::${other}:role/stranger` }],
  ['trusts EKS Pod Identity only', { RoleArn: podRole }],
  ['does not allow a source identity', { RoleArn: `arn:aws:iam::${other}:role/plain`, SourceIdentity: 'me' }],
  ['does not allow session tags', { RoleArn: change, Tags: [{ Key: 'team', Value: 'payments' }] }],
])('denies to assume a role that %s', async (_, input) => {
  const { assume, simulator } = await open();
  await expect(assume(input)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringMatching(
      new RegExp(
        `^User: arn:aws:iam::${home}:user/gateway is not authorized to perform: sts:\\w+ on resource: ${input.RoleArn}$`,
      ),
    ) as string,
    $metadata: { httpStatusCode: 403 },
  });
  expect(simulator.control.requests('AssumeRole')).toMatchObject([{ outcome: 'AccessDenied', answer: 403 }]);
});

test.each([
  ['RoleArn', { RoleArn: 'change' }],
  ['RoleSessionName', { RoleSessionName: 'with space' }],
  ['SourceIdentity', { SourceIdentity: 'x' }],
  ['DurationSeconds', { DurationSeconds: 60 }],
  ['Policy', { Policy: 'allow everything' }],
])('refuses a session with an invalid %s', async (name, input) => {
  const { assume } = await open();
  await expect(assume(input)).rejects.toMatchObject({
    message: expect.stringContaining(name) as string,
    $metadata: { httpStatusCode: 400 },
  });
});

test('credentials of a session end with it, and need its token', async () => {
  const { assume, create, pass } = await open();
  const { credentials, expiresAt } = await assume({ DurationSeconds: 900 });
  expect(Math.abs(expiresAt - Date.now() - 900_000)).toBeLessThan(60_000);
  await expect(create({ ...credentials, sessionToken: 'other' })).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  });
  pass(900_000);
  await expect(create(credentials)).rejects.toMatchObject({
    name: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  });
});

test('credentials of a session that another simulator issued reach no account', async () => {
  const [first, second] = [await open(), await open()];
  const { credentials } = await first.assume();
  await expect(second.create(credentials)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

test('STS has no other action, and fails with an injected fault as IAM does', async () => {
  const { assume, sts, simulator } = await open();
  await expect(sts.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  simulator.control.addFault({ operation: 'AssumeRole', kind: 'access-denied' });
  await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
  simulator.control.addFault({ operation: 'AssumeRole', kind: 'throttle' });
  await expect(assume()).rejects.toMatchObject({ name: 'Throttling' });
});
