import { callerIn, faultOf, goodClaims, jwtEvent, knowing } from '../support/caller-event.ts';

const principalOf = (claims: Record<string, unknown>, ...more: [Parameters<typeof callerIn>[1]?]) =>
  callerIn(jwtEvent(claims), ...more).principal;

describe('the kind', () => {
  test.each([
    {},
    { client_id: 'app' },
    { azp: 'app', cid: 'app' },
    { gty: 'password' },
    { idtyp: 'user' },
    { client_id: null, azp: undefined },
    { sub: 'alice@clients.example' },
  ])('is USER with %j', (claims) => {
    expect(principalOf({ ...goodClaims, ...claims }).kind).toBe('USER');
  });

  test.each([
    { client_id: 'alice' },
    { azp: 'alice' },
    { cid: 'alice' },
    { sub: 'x7@clients' },
    { idtyp: 'app' },
    { gty: 'client-credentials' },
  ])('is SERVICE with %j', (claims) => {
    expect(principalOf({ ...goodClaims, ...claims }).kind).toBe('SERVICE');
  });

  test('is SERVICE when the inventory knows the id, and its groups are added', () => {
    const directory = knowing({ 'https://issuer.example#ci': ['bots', 'deployers'] });
    expect(principalOf({ ...goodClaims, sub: 'ci', groups: ['a', 'bots'] }, directory)).toEqual({
      id: 'https://issuer.example#ci',
      kind: 'SERVICE',
      groups: ['a', 'bots', 'deployers'],
      sessionName: null,
    });
    expect(principalOf(goodClaims, directory)).toMatchObject({ kind: 'USER', groups: [] });
  });
});

describe('the actor', () => {
  const directory = knowing({
    'https://issuer.example#chatops': ['bots'],
    'https://other.example#chatops': ['others'],
  });

  test('is the service that act names, of the issuer of the token', () => {
    const identity = callerIn(jwtEvent({ ...goodClaims, groups: ['a'], act: { sub: 'chatops' } }), directory);
    expect(identity.principal).toMatchObject({ id: 'https://issuer.example#alice', kind: 'USER', groups: ['a'] });
    expect(identity.actor).toEqual({
      id: 'https://issuer.example#chatops',
      kind: 'SERVICE',
      groups: ['bots'],
      sessionName: null,
    });
  });

  test('is of the issuer that act names, where it names one', () => {
    const act = { sub: 'chatops', iss: 'https://other.example' };
    expect(callerIn(jwtEvent({ ...goodClaims, act }), directory).actor).toMatchObject({
      id: 'https://other.example#chatops',
      groups: ['others'],
    });
  });

  test('has no groups when the inventory does not know it, whatever act says', () => {
    const act = { sub: 'unknown', groups: ['admins'] };
    expect(callerIn(jwtEvent({ ...goodClaims, act }), directory).actor?.groups).toEqual([]);
  });

  test('is the outermost of nested ones; those within are not even read', () => {
    for (const inner of [{ sub: 'inner' }, 'malformed', null]) {
      const act = { sub: 'chatops', act: inner };
      expect(callerIn(jwtEvent({ ...goodClaims, act })).actor?.id).toBe('https://issuer.example#chatops');
    }
  });

  test('is null without act', () => {
    expect(callerIn(jwtEvent(goodClaims)).actor).toBeNull();
  });

  test.each([null, 'chatops', 1, true, [], [{ iss: 'a' }]])('malformed, act %j is refused', (act) => {
    expect(faultOf(jwtEvent({ ...goodClaims, act }))).toContain('The claim act of the token is no object');
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
  ])('malformed, act %j is refused', (act) => {
    expect(faultOf(jwtEvent({ ...goodClaims, act }))).toContain('act.sub must be texts');
  });
});
