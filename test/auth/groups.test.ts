import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { identityOf, rejectionOf, goodClaims, jwtEvent } from './caller-event.ts';

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
