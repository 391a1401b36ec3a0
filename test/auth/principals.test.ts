import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { emptyInventory, eventOf, goodClaims, identityOf, inventoryOf, jwtEvent, rejectionOf } from './caller-event.ts';

const groupsOf = (claims: Record<string, unknown>, settings = defaultTokenSettings) =>
  identityOf(jwtEvent({ ...goodClaims, ...claims }), undefined, settings).principal.groups;

test.each<[unknown, string[]]>([
  [undefined, []],
  [null, []],
  ['', []],
  [[], []],
  [
    ['admin', 'dev'],
    ['admin', 'dev'],
  ],
  [
    ['Platform Admins', 'a,b'],
    ['Platform Admins', 'a,b'],
  ],
  [
    ['a', 'b', 'a'],
    ['a', 'b'],
  ],
  ['admin', ['admin']],
  ['Platform Admins', ['Platform Admins']],
  ['a,b', ['a,b']],
  ['[admin dev]', ['[admin dev]']],
])('reads the groups claim %j as the groups %j', (groups, expected) => {
  expect(groupsOf({ groups })).toEqual(expected);
});

test.each<[unknown, string[]]>([
  [undefined, []],
  [null, []],
  ['', []],
  ['  ', []],
  ['read', ['scope:read']],
  ['read  write:all read', ['scope:read', 'scope:write:all']],
  [
    ['read', 'write'],
    ['scope:read', 'scope:write'],
  ],
])('reads the scopes claim %j as the groups %j', (scope, expected) => {
  expect(groupsOf({ scope })).toEqual(expected);
});

test('lists groups before scopes', () => {
  expect(groupsOf({ scope: 'read', groups: ['a'] })).toEqual(['a', 'scope:read']);
});

test('reads the claims that the settings name, and takes a dot as part of the name', () => {
  const settings = {
    ...defaultTokenSettings,
    groupsClaim: 'cognito:groups',
    scopesClaim: 'https://example.com/a.b',
  };
  const claims = { 'cognito:groups': ['a'], 'https://example.com/a.b': 'read', groups: ['x'], scope: 'y' };
  expect(groupsOf(claims, settings)).toEqual(['a', 'scope:read']);
  expect(groupsOf({ a: { b: ['x'] } }, { ...settings, groupsClaim: 'a.b', scopesClaim: 'a.b' })).toEqual([]);
  expect(groupsOf({ 'a.b': ['x'] }, { ...settings, groupsClaim: 'a.b', scopesClaim: 'scope' })).toEqual(['x']);
});

test.each(['constructor', 'toString', '__proto__', ''])(
  'does not find a claim named %j in a token without it',
  (name) => {
    expect(groupsOf({}, { ...defaultTokenSettings, groupsClaim: name, scopesClaim: name })).toEqual([]);
  },
);

test('reads groups from the header, because the flat claims are ambiguous', () => {
  const one = jwtEvent({ ...goodClaims, groups: ['Platform Admins'] });
  const two = jwtEvent({ ...goodClaims, groups: ['Platform', 'Admins'] });
  expect(one.requestContext).toEqual(two.requestContext);
  expect(identityOf(one).principal.groups).toEqual(['Platform Admins']);
  expect(identityOf(two).principal.groups).toEqual(['Platform', 'Admins']);
});

describe.each(['groups', 'scope'])('the claim %s', (name) => {
  test.each([1, true, {}, { a: 'b' }])('a claim of groups is rejected as %j', (value) => {
    expect(rejectionOf(jwtEvent({ ...goodClaims, [name]: value }))).toContain(
      `The claim ${name} of the token is not a list of strings`,
    );
  });

  test.each([1, null, '', {}, ['a'], 'a\nb', '\ud800', 'x'.repeat(257)])(
    'a claim of groups is rejected with the member %j',
    (member) => {
      const fault = rejectionOf(jwtEvent({ ...goodClaims, [name]: ['good', member] }));
      expect(fault).toContain(`The claim ${name} of the token has an invalid value at index 1`);
    },
  );

  test('may have members of 256 characters', () => {
    expect(groupsOf({ [name]: ['😀'.repeat(256)] })).toHaveLength(1);
  });

  test('a claim of groups is rejected as a string of 257 characters', () => {
    expect(rejectionOf(jwtEvent({ ...goodClaims, [name]: 'x'.repeat(257) }))).toContain('at index 0');
  });
});

test('accepts at most 200 groups and scopes, counting duplicates once', () => {
  const groups = Array.from({ length: 199 }, (_, index) => `g${index}`);
  expect(groupsOf({ groups: [...groups, ...groups], scope: 'read' })).toHaveLength(200);
  expect(rejectionOf(jwtEvent({ ...goodClaims, groups, scope: 'read write' }))).toContain('has 201 groups and scopes');
});

test('rejects a group with the prefix of scopes', () => {
  expect(rejectionOf(jwtEvent({ ...goodClaims, groups: ['scope:read'] }))).toContain('begins with "scope:"');
  expect(groupsOf({ groups: ['Scope:read', 'my scope:'] })).toEqual(['Scope:read', 'my scope:']);
});

describe('a required scope', () => {
  const settings = { ...defaultTokenSettings, requiredScopes: ['pods/read', 'pods/write'] };
  const rejection = (claims: object) => rejectionOf(jwtEvent({ ...goodClaims, ...claims }), undefined, settings);

  test('a token with all required scopes is accepted', () => {
    expect(rejection({ scope: 'openid pods/write pods/read' })).toBeNull();
  });

  test.each([{}, { scope: '' }, { scope: 'pods/write' }, { scope: 'pods/readers pods/write' }])(
    'a request whose token lacks a required scope is rejected with the name of the scope: %j',
    (claims) => {
      expect(rejection(claims)).toContain('lacks the scope pods/read');
    },
  );

  test('a required scope is not satisfied by a group of that name', () => {
    expect(rejection({ groups: ['pods/read', 'pods/write'] })).toContain('lacks the scope pods/read pods/write');
  });
});

const principalOf = (claims: Record<string, unknown>, ...more: [Parameters<typeof identityOf>[1]?]) =>
  identityOf(jwtEvent(claims), ...more).principal;

const unmarked = { iss: goodClaims.iss, sub: goodClaims.sub, exp: goodClaims.exp };

describe('the kind', () => {
  test.each([
    { auth_time: 1_700_000_000, client_id: 'app' },
    { amr: ['pwd'], azp: 'app' },
    { idtyp: 'user' },
    { tid: '9188040d', scp: 'Pods.Bind' },
    { cid: 'app', uid: '00u1', scp: ['pods'] },
    { auth_time: 1_700_000_000, gty: 'password' },
    { auth_time: 1_700_000_000, client_id: null, azp: undefined },
    { auth_time: 1_700_000_000, sub: 'alice@clients.example' },
  ])('the kind is USER with %j', (claims) => {
    expect(principalOf({ ...unmarked, ...claims }).kind).toBe('USER');
  });

  test.each([
    { client_id: 'alice' },
    { azp: 'alice' },
    { cid: 'alice' },
    { sub: 'x7@clients' },
    { idtyp: 'app' },
    { gty: 'client-credentials' },
  ])('the kind is SERVICE with %j, even with the time of an authentication', (claims) => {
    expect(principalOf({ ...unmarked, ...claims }).kind).toBe('SERVICE');
    expect(principalOf({ ...goodClaims, ...claims }).kind).toBe('SERVICE');
  });

  test.each([
    {},
    { sub: 'system:serviceaccount:ci:deployer', 'kubernetes.io': { namespace: 'ci' } },
    { sub: 'repo:org/repo:ref:refs/heads/main', actor: 'alice' },
    { client_id: 'app', preferred_username: 'service-account-app', acr: '1' },
    { tid: '9188040d', roles: ['Pods.Bind'], appid: 'app' },
    { cid: 'app', scp: ['pods'] },
    { auth_time: 'yesterday' },
    { amr: 'pwd' },
    { uid: '1' },
    { scp: 'read' },
  ])('the kind is SERVICE without a mark of either, unless a setting says otherwise: %j', (claims) => {
    expect(principalOf({ ...unmarked, ...claims }).kind).toBe('SERVICE');
    const settings = { ...defaultTokenSettings, unknownKind: 'USER' as const };
    expect(identityOf(jwtEvent({ ...unmarked, ...claims }), undefined, settings).principal.kind).toBe('USER');
  });

  test('the kind is SERVICE when the inventory registers the ID, and the groups of both are merged', () => {
    const inventory = inventoryOf({ 'https://issuer.example#ci': ['bots', 'deployers'] });
    expect(principalOf({ ...goodClaims, sub: 'ci', groups: ['a', 'bots'] }, inventory)).toEqual({
      id: 'https://issuer.example#ci',
      kind: 'SERVICE',
      groups: ['a', 'bots', 'deployers'],
      sessionName: null,
    });
    expect(principalOf(goodClaims, inventory)).toMatchObject({ kind: 'USER', groups: [] });
  });
});

describe('the actor', () => {
  const inventory = inventoryOf({
    'https://issuer.example#chatops': ['bots'],
    'https://other.example#chatops': ['others'],
  });

  test('the actor is the service in act, by default of the issuer of the token', () => {
    const identity = identityOf(jwtEvent({ ...goodClaims, groups: ['a'], act: { sub: 'chatops' } }), inventory);
    expect(identity.principal).toMatchObject({ id: 'https://issuer.example#alice', kind: 'USER', groups: ['a'] });
    expect(identity.actor).toEqual({
      id: 'https://issuer.example#chatops',
      kind: 'SERVICE',
      groups: ['bots'],
      sessionName: null,
    });
  });

  test('has the issuer in act, where there is one', () => {
    const act = { sub: 'chatops', iss: 'https://other.example' };
    expect(identityOf(jwtEvent({ ...goodClaims, act }), inventory).actor).toMatchObject({
      id: 'https://other.example#chatops',
      groups: ['others'],
    });
  });

  test('has no groups when the inventory does not register it, even with groups in act', () => {
    const act = { sub: 'unknown', groups: ['admins'] };
    expect(identityOf(jwtEvent({ ...goodClaims, act }), inventory).actor?.groups).toEqual([]);
  });

  test('the actor is the outermost of nested actors, and ignores the inner ones', () => {
    for (const inner of [{ sub: 'inner' }, 'malformed', null]) {
      const act = { sub: 'chatops', act: inner };
      expect(identityOf(jwtEvent({ ...goodClaims, act })).actor?.id).toBe('https://issuer.example#chatops');
    }
  });

  test('the actor is null without act', () => {
    expect(identityOf(jwtEvent(goodClaims)).actor).toBeNull();
  });

  test.each([null, 'chatops', 1, true, [], [{ iss: 'a' }]])('the actor is rejected where act is %j', (act) => {
    expect(rejectionOf(jwtEvent({ ...goodClaims, act }))).toContain('The claim act of the token is not an object');
  });

  test.each([
    {},
    { sub: '' },
    { sub: 1 },
    { sub: null },
    { sub: ['chatops'] },
    { sub: 'a\nb' },
    { sub: '\ud800' },
    { sub: 'x'.repeat(1000) },
    { sub: 'chatops', iss: '' },
    { sub: 'chatops', iss: 1 },
    { sub: 'chatops', iss: 'https://a#b' },
  ])('the actor is rejected where act is %j', (act) => {
    expect(rejectionOf(jwtEvent({ ...goodClaims, act }))).toContain('act.sub must be strings');
  });
});

describe('the principal of a signature', () => {
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
});
