import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { identityOf, rejectionOf, goodClaims, jwtEvent, inventoryOf } from './caller-event.ts';

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
