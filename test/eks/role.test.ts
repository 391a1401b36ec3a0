import type { RoleResult } from '../../src/eks/eks.ts';
import { withServer } from './eks-samples.ts';

const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const deadline = () => ({ deadline: Date.now() + 2_000 });

const role = (more: string, arn = roleArn) =>
  `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Arn>${arn}</Arn>
  <AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument>${more}</Role></GetRoleResult>
  <ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></GetRoleResponse>`;
const tag = (key: string, value = '') => `<member><Key>${key}</Key><Value>${value}</Value></member>`;
const tags = (...members: readonly string[]) => `<Tags>${members.join('')}</Tags>`;

async function read(xml: string): Promise<RoleResult | undefined> {
  let result: RoleResult | undefined;
  await withServer(
    (response) => response.setHeader('content-type', 'text/xml').end(xml),
    async (eks, { seen }) => {
      result = await eks.readRole(roleArn, deadline());
      expect(seen[0]?.body).toContain('RoleName=payments-api');
    },
  );
  return result;
}

test('reads trust policy, tags by their keys, and permissions boundary', async () => {
  const boundary = `<PermissionsBoundary><PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>
    <PermissionsBoundaryArn>arn:aws:iam::aws:policy/x</PermissionsBoundaryArn></PermissionsBoundary>`;
  expect(await read(role(tags(tag('team', 'payments'), tag('cost', '1')) + boundary))).toEqual({
    kind: 'found',
    trustPolicy: { Statement: [] },
    tags: [
      { key: 'cost', value: '1' },
      { key: 'team', value: 'payments' },
    ],
    permissionsBoundary: 'arn:aws:iam::aws:policy/x',
  });
});

test.each([
  ['without tags', ''],
  ['with an empty list of tags', '<Tags/>'],
])('reads a role %s', async (_what, more) => {
  expect(await read(role(more))).toMatchObject({ kind: 'found', tags: [], permissionsBoundary: null });
});

test('takes a role of another path for absent', async () => {
  expect(await read(role('', 'arn:aws:iam::111122223333:role/payments-api'))).toEqual({ kind: 'absent' });
});

test.each([
  ['more than 50 tags', tags(...Array.from({ length: 51 }, (_, index) => tag(`key-${index}`)))],
  ['a tag that is too long', tags(tag('team', 'x'.repeat(257)))],
  ['a boundary without a policy', '<PermissionsBoundary><x/></PermissionsBoundary>'],
])('does not guess what a role with %s has', async (_what, more) => {
  expect(await read(role(more))).toMatchObject({ kind: 'failed', error: { exception: 'UnexpectedResponse' } });
});
