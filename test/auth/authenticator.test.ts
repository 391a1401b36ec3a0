import { makeAuthenticator } from '../../src/auth/authenticator.ts';
import type { IdentityEvent } from '../../src/auth/authenticate.ts';
import { makeVerifyToken } from '../../src/auth/verify-token.ts';
import type { TrustedIssuer } from '../../src/auth/verify-token.ts';
import { emptyInventory, eventOf, flat, settings } from './caller-event.ts';
import { makeIssuerKey, sign } from '../support/key-server.ts';
import type { IssuerKey } from '../support/key-server.ts';

const now = Math.floor(Date.now() / 1000);
const claims = { iss: 'https://a.example', sub: 'alice', aud: 'gateway', exp: now + 600, groups: ['payments-team'] };
const alice = { kind: 'authenticated', identity: { principal: { id: 'https://a.example#alice' } } };
const iam = { userArn: 'arn:aws:sts::111122223333:assumed-role/deployer/run-1' };

let key: IssuerKey;
let other: IssuerKey;

beforeAll(async () => {
  [key, other] = await Promise.all([makeIssuerKey('1'), makeIssuerKey('1')]);
});

const authenticator = (keys: TrustedIssuer['keys']) => {
  const verify = makeVerifyToken([{ issuer: 'https://a.example', audiences: ['gateway'], keys }]);
  const authenticate = makeAuthenticator(verify, settings);
  return (event: IdentityEvent) => authenticate(event, emptyInventory);
};
const verifying = () => authenticator({ keys: [key.jwk] });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('a token that API Gateway and the function verified is accepted', async () => {
  const event = eventOf({ jwt: { claims: flat(claims) } }, bearer(await sign(key, claims)));
  expect(await verifying()(event)).toMatchObject(alice);
});

test('a token with a forged signature is rejected, even in an event that says API Gateway verified it', async () => {
  const event = eventOf({ jwt: { claims: flat(claims) } }, bearer(await sign(other, claims)));
  expect(await verifying()(event)).toMatchObject({ kind: 'unauthenticated' });
});

test('a verified token is rejected where API Gateway verified another one', async () => {
  const event = eventOf({ jwt: { claims: flat({ ...claims, sub: 'bob' }) } }, bearer(await sign(key, claims)));
  expect(await verifying()(event)).toMatchObject({ kind: 'unauthenticated' });
});

test('without an authorizer, the verified claims are the identity', async () => {
  const result = await verifying()(eventOf(null, bearer(await sign(key, claims))));
  expect(result).toMatchObject({
    ...alice,
    identity: { principal: { groups: ['payments-team'] }, apiRequestId: 'JKJaXmPLvHcESHA=' },
  });
});

test('without an authorizer and without keys, no token is accepted', async () => {
  const event = eventOf(null, bearer(await sign(key, claims)));
  expect(await authenticator(null)(event)).toMatchObject({
    kind: 'unauthenticated',
    message: expect.stringContaining('carries no verified identity') as string,
  });
});

test('without keys, the issuer and the audience are checked, and API Gateway verified the signature', async () => {
  const send = async (fields: object) => {
    const all = { ...claims, ...fields };
    return authenticator(null)(eventOf({ jwt: { claims: flat(all) } }, bearer(await sign(other, all))));
  };
  expect(await send({})).toMatchObject(alice);
  expect(await send({ iss: 'https://evil.example' })).toMatchObject({ kind: 'unauthenticated' });
  expect(await send({ aud: 'other' })).toMatchObject({ kind: 'unauthenticated' });
});

test.each([{}, { authorization: '' }, { authorization: 'Basic YTpi' }, { authorization: 'x', Authorization: 'y' }])(
  'an event with the headers %j is rejected, with and without an authorizer',
  async (headers) => {
    expect(await verifying()(eventOf(null, headers))).toMatchObject({ kind: 'unauthenticated' });
    const event = eventOf({ jwt: { claims: flat(claims) } }, headers);
    expect(await verifying()(event)).toMatchObject({ kind: 'unauthenticated' });
  },
);

test('requests signed with AWS credentials are authenticated as before, whatever token they carry', async () => {
  const id = 'iam:111122223333:role/deployer';
  const event = eventOf({ iam }, bearer(await sign(other, claims)));
  expect(await verifying()(event)).toMatchObject({ kind: 'authenticated', identity: { principal: { id } } });
});
