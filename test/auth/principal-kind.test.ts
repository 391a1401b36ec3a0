import { identityOf, rejectionOf, goodClaims, jwtEvent, inventoryOf } from '../support/caller-event.ts';

const principalOf = (claims: Record<string, unknown>, ...more: [Parameters<typeof identityOf>[1]?]) =>
  identityOf(jwtEvent(claims), ...more).principal;

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

  test('is SERVICE when the inventory registers the ID, and the groups of both are merged', () => {
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

  test('is the service in act, by default of the issuer of the token', () => {
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

  test('is the outermost of nested actors, and ignores the inner ones', () => {
    for (const inner of [{ sub: 'inner' }, 'malformed', null]) {
      const act = { sub: 'chatops', act: inner };
      expect(identityOf(jwtEvent({ ...goodClaims, act })).actor?.id).toBe('https://issuer.example#chatops');
    }
  });

  test('is null without act', () => {
    expect(identityOf(jwtEvent(goodClaims)).actor).toBeNull();
  });

  test.each([null, 'chatops', 1, true, [], [{ iss: 'a' }]])('is rejected where act is %j', (act) => {
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
  ])('is rejected where act is %j', (act) => {
    expect(rejectionOf(jwtEvent({ ...goodClaims, act }))).toContain('act.sub must be strings');
  });
});
