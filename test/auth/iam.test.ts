import { callerIn, eventOf, faultOf, knowing, nobodyKnown } from '../support/caller-event.ts';

const account = '111122223333';
const principalOf = (userArn: string, directory = nobodyKnown) =>
  callerIn(eventOf({ iam: { userArn } }), directory).principal;

test.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-eusc'])(
  'a role session of the partition %s is a service',
  (partition) => {
    expect(principalOf(`arn:${partition}:sts::${account}:assumed-role/deployer/run-1`)).toEqual({
      id: `iam:${account}:role/deployer`,
      kind: 'SERVICE',
      groups: [],
      sessionName: 'run-1',
    });
  },
);

test('the groups of a role are those of the inventory', () => {
  const directory = knowing({ [`iam:${account}:role/deployer`]: ['bots'] });
  expect(principalOf(`arn:aws:sts::${account}:assumed-role/deployer/run-1`, directory).groups).toEqual(['bots']);
  expect(principalOf(`arn:aws:sts::${account}:assumed-role/Deployer/run-1`, directory).groups).toEqual([]);
  expect(principalOf('arn:aws:sts::444455556666:assumed-role/deployer/run-1', directory).groups).toEqual([]);
});

test('sessions of one role are the same service, whatever they call themselves', () => {
  const [one, two] = ['a', 'alice@example.com'].map((name) =>
    principalOf(`arn:aws:sts::${account}:assumed-role/deployer/${name}`),
  );
  expect(one?.id).toBe(two?.id);
  expect(two?.sessionName).toBe('alice@example.com');
});

describe('a role of IAM Identity Center', () => {
  const role = 'AWSReservedSSO_Developers_0123456789abcdef';
  const directory = {
    ...knowing({ [`iam:${account}:role/${role}`]: ['bots'] }),
    groupsOfPermissionSet: (roleName: string) => (roleName === role ? ['developers'] : null),
  };

  test('is a person by its session, with the groups of the permission set', () => {
    expect(principalOf(`arn:aws:sts::${account}:assumed-role/${role}/alice@example.com`, directory)).toEqual({
      id: `iam:${account}:role/${role}/alice@example.com`,
      kind: 'USER',
      groups: ['developers'],
      sessionName: 'alice@example.com',
    });
  });

  test('gives no groups when its permission set is not registered', () => {
    const other = principalOf(`arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Other_01/alice`, directory);
    expect(other).toMatchObject({ kind: 'USER', groups: [] });
  });

  test.each(['awsreservedsso_Developers_01', 'xAWSReservedSSO_Developers_01', 'AWSReservedSSO'])(
    'is not %s',
    (name) => {
      expect(principalOf(`arn:aws:sts::${account}:assumed-role/${name}/alice`, directory).kind).toBe('SERVICE');
    },
  );
});

test.each([
  [`arn:aws:iam::${account}:user/alice`, `iam:${account}:user/alice`],
  [`arn:aws:iam::${account}:user/people/eu/alice`, `iam:${account}:user/alice`],
  [`arn:aws-cn:iam::${account}:user/alice`, `iam:${account}:user/alice`],
])('%s is the user %s, without groups', (arn, id) => {
  const directory = knowing({ [id]: ['bots'] });
  expect(principalOf(arn, directory)).toEqual({ id, kind: 'USER', groups: [], sessionName: null });
});

test('names may have 64 characters, and the path of a user 512', () => {
  const name = 'n'.repeat(64);
  const path = `/${'p'.repeat(510)}/`;
  expect(principalOf(`arn:aws:sts::${account}:assumed-role/${name}/${name}`).id).toBe(`iam:${account}:role/${name}`);
  expect(principalOf(`arn:aws:iam::${account}:user${path}${name}`).id).toBe(`iam:${account}:user/${name}`);
  expect(faultOf(eventOf({ iam: { userArn: `arn:aws:iam::${account}:user/p${path}${name}` } }))).not.toBeNull();
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
])('%j is from nobody, and the message says what is accepted', (userArn) => {
  expect(faultOf(eventOf({ iam: { userArn } }))).toContain('sign it as a role session or as an IAM user');
});
