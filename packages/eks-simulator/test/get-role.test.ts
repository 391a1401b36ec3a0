import { GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { podIdentityTrustPolicy } from '../src/trust-policy.ts';
import { simulate } from './simulation.ts';

/** IAM of the account 111122223333, at a simulator. */
async function openIam() {
  const simulator = await simulate();
  const credentials = { accessKeyId: 'simulator', secretAccessKey: 'x' };
  const iam = new IAMClient({ endpoint: simulator.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  return { iam, simulator };
}

test('returns a role with its path and its trust policy', async () => {
  const { iam, simulator } = await openIam();
  const arn = 'arn:aws:iam::111122223333:role/pods/payments/a+b=c,d.e@f';
  const condition = { StringEquals: { 'aws:SourceAccount': '1 < 2 & "3"' } };
  const [statement] = podIdentityTrustPolicy.Statement;
  if (!statement) throw new Error('The trust policy has no statement.');
  const trustPolicy = { Statement: [{ ...statement, Condition: condition }] };
  simulator.control.addRole({ arn, trustPolicy });
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: 'a+b=c,d.e@f' }));
  expect(role).toMatchObject({ Arn: arn, Path: '/pods/payments/', RoleName: 'a+b=c,d.e@f' });
  expect(role?.CreateDate).toBeInstanceOf(Date);
  expect(JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''))).toEqual({
    Version: '2012-10-17',
    Statement: trustPolicy.Statement,
  });
  expect(simulator.control.requests('GetRole')).toHaveLength(1);
});

test('returns the tags and the permissions boundary of a role that has them', async () => {
  const { iam, simulator } = await openIam();
  const role = { arn: 'arn:aws:iam::111122223333:role/pods/tagged', trustPolicy: podIdentityTrustPolicy };
  const boundary = 'arn:aws:iam::111122223333:policy/pods/boundary';
  const tags = { team: 'payments & <co>', __proto: '' };
  simulator.control.addRole({ ...role, tags, permissionsBoundary: boundary });
  const tagged = await iam.send(new GetRoleCommand({ RoleName: 'tagged' }));
  expect(tagged.Role).toMatchObject({
    Tags: [
      { Key: 'team', Value: 'payments & <co>' },
      { Key: '__proto', Value: '' },
    ],
    PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundary },
  });
  simulator.control.addRole(role);
  const plain = await iam.send(new GetRoleCommand({ RoleName: 'tagged' }));
  expect(plain.Role?.Tags).toBeUndefined();
  expect(plain.Role?.PermissionsBoundary).toBeUndefined();
});

test.each([
  [{ tags: { team: 1 } }, 'role.tags.team must be a string'],
  [{ permissionsBoundary: 'boundary' }, 'role.permissionsBoundary must be the ARN of an IAM policy'],
])('rejects a role with %j', async (fields, message) => {
  const { simulator } = await openIam();
  const role = { arn: 'arn:aws:iam::111122223333:role/x', trustPolicy: podIdentityTrustPolicy, ...fields };
  expect(() => simulator.control.addRole(role as never)).toThrow(message);
});

test('does not find a role of another name, of another account, or that does not exist yet', async () => {
  const { iam, simulator } = await openIam();
  simulator.control.addRole({ arn: 'arn:aws:iam::444455556666:role/foreign', trustPolicy: podIdentityTrustPolicy });
  const later = { arn: 'arn:aws:iam::111122223333:role/later', trustPolicy: podIdentityTrustPolicy, existsFrom: 60 };
  simulator.control.addRole(later);
  for (const RoleName of ['nobody', 'foreign', 'later']) {
    await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: `The role with name ${RoleName} cannot be found.`,
    });
  }
});

test('refuses other actions, invalid names, and requests that are signed for EKS', async () => {
  const { iam, simulator } = await openIam();
  await expect(iam.send(new ListRolesCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  await expect(iam.send(new GetRoleCommand({ RoleName: 'a/b' }))).rejects.toMatchObject({ name: 'ValidationError' });
  const response = await fetch(`${simulator.url}/`, { method: 'POST', body: 'Action=GetRole' });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('<Code>MissingAuthenticationTokenException</Code>');
});

test('fails with an injected fault', async () => {
  const { iam, simulator } = await openIam();
  simulator.control.addFault({ operation: 'GetRole', kind: 'access-denied' });
  await expect(iam.send(new GetRoleCommand({ RoleName: 'payments-api' }))).rejects.toMatchObject({
    message: expect.stringContaining('iam:GetRole') as string,
  });
});
