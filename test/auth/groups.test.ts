import { callerIn, faultOf, goodClaims, jwtEvent } from '../support/caller-event.ts';

const groupsOf = (claims: Record<string, unknown>, settings = { groupsClaim: 'groups', scopesClaim: 'scope' }) =>
  callerIn(jwtEvent({ ...goodClaims, ...claims }), undefined, settings).principal.groups;

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
])('the groups claim %j gives the groups %j', (groups, expected) => {
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
])('the scopes claim %j gives the groups %j', (scope, expected) => {
  expect(groupsOf({ scope })).toEqual(expected);
});

test('groups come before scopes', () => {
  expect(groupsOf({ scope: 'read', groups: ['a'] })).toEqual(['a', 'scope:read']);
});

test('the claims are those of the settings, their names taken whole', () => {
  const settings = { groupsClaim: 'cognito:groups', scopesClaim: 'https://example.com/a.b' };
  const claims = { 'cognito:groups': ['a'], 'https://example.com/a.b': 'read', groups: ['x'], scope: 'y' };
  expect(groupsOf(claims, settings)).toEqual(['a', 'scope:read']);
  expect(groupsOf({ a: { b: ['x'] } }, { groupsClaim: 'a.b', scopesClaim: 'a.b' })).toEqual([]);
  expect(groupsOf({ 'a.b': ['x'] }, { groupsClaim: 'a.b', scopesClaim: 'scope' })).toEqual(['x']);
});

test.each(['constructor', 'toString', '__proto__', ''])(
  'a claim named %j is not found where the token has none',
  (name) => {
    expect(groupsOf({}, { groupsClaim: name, scopesClaim: name })).toEqual([]);
  },
);

test('groups are read from the header: the flat text could not tell one group from two', () => {
  const one = jwtEvent({ ...goodClaims, groups: ['Platform Admins'] });
  const two = jwtEvent({ ...goodClaims, groups: ['Platform', 'Admins'] });
  expect(one.requestContext).toEqual(two.requestContext);
  expect(callerIn(one).principal.groups).toEqual(['Platform Admins']);
  expect(callerIn(two).principal.groups).toEqual(['Platform', 'Admins']);
});

describe.each(['groups', 'scope'])('the claim %s', (name) => {
  test.each([1, true, {}, { a: 'b' }])('is refused as %j', (value) => {
    expect(faultOf(jwtEvent({ ...goodClaims, [name]: value }))).toContain(`The claim ${name} of the token is neither`);
  });

  test.each([1, null, '', {}, ['a'], 'a\nb', '\ud800', 'x'.repeat(257)])('is refused with the member %j', (member) => {
    const fault = faultOf(jwtEvent({ ...goodClaims, [name]: ['good', member] }));
    expect(fault).toContain(`The claim ${name} of the token has, at index 1, something else`);
  });

  test('may have members of 256 characters', () => {
    expect(groupsOf({ [name]: ['😀'.repeat(256)] })).toHaveLength(1);
  });

  test('is refused as one text of 257 characters', () => {
    expect(faultOf(jwtEvent({ ...goodClaims, [name]: 'x'.repeat(257) }))).toContain('at index 0');
  });
});

test('at most 200 groups and scopes are accepted, each counted once', () => {
  const groups = Array.from({ length: 199 }, (_, index) => `g${index}`);
  expect(groupsOf({ groups: [...groups, ...groups], scope: 'read' })).toHaveLength(200);
  expect(faultOf(jwtEvent({ ...goodClaims, groups, scope: 'read write' }))).toContain('has 201 groups and scopes');
});

test('a group can not pass for a scope', () => {
  expect(faultOf(jwtEvent({ ...goodClaims, groups: ['scope:read'] }))).toContain('begins with "scope:"');
  expect(groupsOf({ groups: ['Scope:read', 'my scope:'] })).toEqual(['Scope:read', 'my scope:']);
});
