import { identityOf, eventOf, rejectionOf, inventoryOf, emptyInventory } from './caller-event.ts';

const account = '111122223333';
const principalOf = (userArn: string, inventory = emptyInventory) =>
  identityOf(eventOf({ iam: { userArn } }), inventory).principal;

test.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-eusc'])(
  'reads a role session of the partition %s as a service',
  (partition) => {
    expect(principalOf(`arn:${partition}:sts::${account}:assumed-role/deployer/run-1`)).toEqual({
      id: `iam:${account}:role/deployer`,
      kind: 'SERVICE',
      groups: [],
      sessionName: 'run-1',
    });
  },
);

test('takes the groups of a role from the inventory', () => {
  const inventory = inventoryOf({ [`iam:${account}:role/deployer`]: ['bots'] });
  expect(principalOf(`arn:aws:sts::${account}:assumed-role/deployer/run-1`, inventory).groups).toEqual(['bots']);
  expect(principalOf(`arn:aws:sts::${account}:assumed-role/Deployer/run-1`, inventory).groups).toEqual([]);
  expect(principalOf('arn:aws:sts::444455556666:assumed-role/deployer/run-1', inventory).groups).toEqual([]);
});

test('reads all sessions of a role as the same service', () => {
  const [one, two] = ['a', 'alice@example.com'].map((name) =>
    principalOf(`arn:aws:sts::${account}:assumed-role/deployer/${name}`),
  );
  expect(one?.id).toBe(two?.id);
  expect(two?.sessionName).toBe('alice@example.com');
});

describe('a role of IAM Identity Center', () => {
  const role = 'AWSReservedSSO_Developers_0123456789abcdef';
  const roleId = 'AROA0123456789ABCDEF0';
  const set = { accountId: account, roleName: role, roleId: null, groups: ['developers'] };
  const inventory = { ...inventoryOf({ [`iam:${account}:role/${role}`]: ['bots'] }), permissionSets: [set] };
  const withId = { ...inventory, permissionSets: [{ ...set, roleId }] };
  const userArn = `arn:aws:sts::${account}:assumed-role/${role}/alice@example.com`;

  test('a role of IAM Identity Center is a user named by its session, with the groups of the permission set', () => {
    expect(principalOf(userArn, inventory)).toEqual({
      id: `iam:${account}:role/${role}/alice@example.com`,
      kind: 'USER',
      groups: ['developers'],
      sessionName: 'alice@example.com',
    });
  });

  test.each([
    ['in another account', `arn:aws:sts::444455556666:assumed-role/${role}/alice`],
    ['with other hex digits', `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Developers_01/alice`],
    ['of another permission set', `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Other_01/alice`],
  ])('%s has no groups: only the registered role of an account has', (_what, arn) => {
    expect(principalOf(arn, inventory)).toMatchObject({ kind: 'USER', groups: [] });
    expect(principalOf(arn, withId)).toMatchObject({ kind: 'USER', groups: [] });
  });

  test('with the registered unique ID is accepted', () => {
    const event = eventOf({ iam: { userArn, userId: `${roleId}:alice@example.com` } });
    expect(identityOf(event, withId).principal.groups).toEqual(['developers']);
  });

  test.each([
    ['another unique ID', 'AROA0123456789ABCDEF9:alice@example.com'],
    ['a longer unique ID', `${roleId}1:alice@example.com`],
    ['the session of another user', `${roleId}:bob@example.com`],
    ['the unique ID alone', roleId],
    ['an empty unique ID', ''],
    ['no unique ID', undefined],
  ])('with %s is rejected where one is registered', (_what, userId) => {
    const event = eventOf({ iam: { userArn, userId } });
    expect(rejectionOf(event, withId)).toContain('ask the platform admins to check the role and to correct roleId');
    expect(identityOf(event, inventory).principal.groups).toEqual(['developers']);
  });

  test.each(['awsreservedsso_Developers_01', 'xAWSReservedSSO_Developers_01', 'AWSReservedSSO'])(
    'a role of IAM Identity Center is not recognized in %s',
    (name) => {
      expect(principalOf(`arn:aws:sts::${account}:assumed-role/${name}/alice`, inventory).kind).toBe('SERVICE');
    },
  );
});

test.each([
  [`arn:aws:iam::${account}:user/alice`, `iam:${account}:user/alice`],
  [`arn:aws:iam::${account}:user/people/eu/alice`, `iam:${account}:user/alice`],
  [`arn:aws-cn:iam::${account}:user/alice`, `iam:${account}:user/alice`],
])('reads %s as the user %s, without groups', (arn, id) => {
  const inventory = inventoryOf({ [id]: ['bots'] });
  expect(principalOf(arn, inventory)).toEqual({ id, kind: 'USER', groups: [], sessionName: null });
});

test('accepts names of 64 characters and a user path of 512', () => {
  const name = 'n'.repeat(64);
  const path = `/${'p'.repeat(510)}/`;
  expect(principalOf(`arn:aws:sts::${account}:assumed-role/${name}/${name}`).id).toBe(`iam:${account}:role/${name}`);
  expect(principalOf(`arn:aws:iam::${account}:user${path}${name}`).id).toBe(`iam:${account}:user/${name}`);
  expect(rejectionOf(eventOf({ iam: { userArn: `arn:aws:iam::${account}:user/p${path}${name}` } }))).not.toBeNull();
});

test.each([
  `xarn:aws:iam::${account}:user/alice`,
  `arn:aws:iam::${account}:root`,
  `arn:aws:sts::${account}:federated-user/alice`,
  `arn:aws:iam::${account}:role/deployer`,
  `arn:aws:sts::${account}:assumed-role/deployer`,
  `arn:aws:sts::${account}:assumed-role/deployer/`,
  `arn:aws:sts::${account}:assumed-role/a/b/c`,
  `arn:aws:sts::${account}:assumed-role//b`,
  `arn:aws:sts::${account}:assumed-role/deployer/run#1`,
  `arn:aws:sts::${account}:assumed-role/deployer/run-1\n`,
  `arn:aws:sts::1111:assumed-role/deployer/run-1`,
  `arn:aws:iam::${account}:assumed-role/deployer/run-1`,
  `arn:gcp:sts::${account}:assumed-role/deployer/run-1`,
  `xarn:aws:sts::${account}:assumed-role/deployer/run-1`,
  `arn:aws:iam::${account}:user/`,
  `arn:aws:iam::${account}:user/people/`,
  `arn:aws:iam::${account}:user/a b`,
  `arn:aws:sts::${account}:user/alice`,
  `arn:aws:sts::${account}:assumed-role/${'n'.repeat(65)}/run-1`,
  `arn:aws:sts::${account}:assumed-role/deployer/${'n'.repeat(65)}`,
  `arn:aws:iam::${account}:user/${'n'.repeat(65)}`,
  '',
  'anonymous',
])('rejects %j, and says what is accepted', (userArn) => {
  expect(rejectionOf(eventOf({ iam: { userArn } }))).toContain('sign it with those of a role session or an IAM user');
});
