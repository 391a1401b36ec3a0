import { authenticate } from '../../src/auth/authenticate.ts';
import {
  identityOf,
  eventOf,
  rejectionOf,
  flat,
  goodClaims,
  jwtEvent,
  emptyInventory,
  settings,
  tokenOf,
} from './caller-event.ts';

const iam = { userArn: 'arn:aws:sts::111122223333:assumed-role/deployer/run-1' };

test('reads the identity from a JWT, with the address, user agent and request ID of the event', () => {
  expect(authenticate(jwtEvent(goodClaims), settings, emptyInventory)).toEqual({
    kind: 'authenticated',
    identity: {
      principal: { id: 'https://issuer.example#alice', kind: 'USER', groups: [], sessionName: null },
      actor: null,
      sourceAddress: '192.0.2.1',
      userAgent: 'curl/8',
      apiRequestId: 'JKJaXmPLvHcESHA=',
    },
  });
});

test('reads the identity from an IAM authorizer, with the address, user agent and request ID of the event', () => {
  expect(authenticate(eventOf({ iam }), settings, emptyInventory)).toEqual({
    kind: 'authenticated',
    identity: {
      principal: { id: 'iam:111122223333:role/deployer', kind: 'SERVICE', groups: [], sessionName: 'run-1' },
      actor: null,
      sourceAddress: '192.0.2.1',
      userAgent: 'curl/8',
      apiRequestId: 'JKJaXmPLvHcESHA=',
    },
  });
});

test.each([
  ['no authorizer', eventOf(null)],
  ['an empty authorizer', eventOf({})],
  ['null for both', eventOf({ jwt: null, iam: null })],
])('rejects an event with %s, even with a token in the header', (_, event) => {
  const headers = { authorization: `Bearer ${tokenOf(goodClaims)}` };
  expect(rejectionOf({ ...event, headers })).toContain('carries no verified identity');
});

test('rejects an event without the field authorizer', () => {
  const { requestContext, ...event } = eventOf(null);
  const { requestId, http } = requestContext;
  expect(rejectionOf({ ...event, requestContext: { requestId, http } })).toContain('carries no verified identity');
});

test('rejects an event with both authorizers, because the identity is ambiguous', () => {
  const event = jwtEvent(goodClaims);
  const authorizer = { ...event.requestContext.authorizer, iam };
  expect(rejectionOf({ ...event, requestContext: { ...event.requestContext, authorizer } })).toContain(
    'carries no verified identity',
  );
});

test.each([
  ['an event without an Authorization header', {}],
  ['an Authorization header without a value', { authorization: undefined }],
  [
    'two Authorization headers',
    { authorization: `Bearer ${tokenOf(goodClaims)}`, Authorization: `Bearer ${tokenOf(goodClaims)}` },
  ],
])('rejects %s', (_, headers) => {
  expect(rejectionOf(eventOf({ jwt: { claims: flat(goodClaims) } }, headers))).toContain(
    'exactly one Authorization header',
  );
});

test('accepts the name of the Authorization header in any letter case', () => {
  const headers = { AUTHORIZATION: `Bearer ${tokenOf(goodClaims)}` };
  expect(rejectionOf(eventOf({ jwt: { claims: flat(goodClaims) } }, headers))).toBeNull();
});

test('cuts address, user agent and request ID to 256 characters', () => {
  const event = eventOf({ iam });
  const http = { sourceIp: '1'.repeat(257), userAgent: '😀'.repeat(257) };
  const identity = identityOf({
    ...event,
    requestContext: { ...event.requestContext, http, requestId: 'r'.repeat(257) },
  });
  expect(identity.sourceAddress).toBe('1'.repeat(256));
  expect(identity.userAgent).toBe('😀'.repeat(256));
  expect(identity.apiRequestId).toBe('r'.repeat(256));
});

test.each([{}, { sourceIp: '', userAgent: '' }])(
  'reads an absent or empty address and user agent as null: %j',
  (http) => {
    const event = eventOf({ iam });
    const identity = identityOf({ ...event, requestContext: { ...event.requestContext, http } });
    expect(identity).toMatchObject({ sourceAddress: null, userAgent: null });
  },
);

test('replaces unpaired surrogates in the user agent', () => {
  const event = eventOf({ iam });
  const http = { sourceIp: '::1', userAgent: 'a\ud800' };
  expect(identityOf({ ...event, requestContext: { ...event.requestContext, http } }).userAgent).toBe('a\ufffd');
});
