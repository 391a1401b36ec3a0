import { authenticate } from '../../src/auth/authenticate.ts';
import {
  callerIn,
  eventOf,
  faultOf,
  flat,
  goodClaims,
  jwtEvent,
  nobodyKnown,
  settings,
  tokenOf,
} from '../support/caller-event.ts';

const iam = { userArn: 'arn:aws:sts::111122223333:assumed-role/deployer/run-1' };

test('a caller is known by JWT, with all that the event says of the request', () => {
  expect(authenticate(jwtEvent(goodClaims), settings, nobodyKnown)).toEqual({
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

test('a caller is known by IAM, with all that the event says of the request', () => {
  expect(authenticate(eventOf({ iam }), settings, nobodyKnown)).toEqual({
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
])('%s: nobody is authenticated, whatever the header says', (_, event) => {
  const headers = { authorization: `Bearer ${tokenOf(goodClaims)}` };
  expect(faultOf({ ...event, headers })).toContain('API Gateway authorized nobody');
});

test('an event without the member authorizer is from nobody', () => {
  const { requestContext, ...event } = eventOf(null);
  const { requestId, http } = requestContext;
  expect(faultOf({ ...event, requestContext: { requestId, http } })).toContain('API Gateway authorized nobody');
});

test('both authorizers at once are from nobody: which of the two asks can not be told', () => {
  const event = jwtEvent(goodClaims);
  const authorizer = { ...event.requestContext.authorizer, iam };
  expect(faultOf({ ...event, requestContext: { ...event.requestContext, authorizer } })).toContain('authorized nobody');
});

test.each([
  ['none', {}],
  ['one without a value', { authorization: undefined }],
  ['two', { authorization: `Bearer ${tokenOf(goodClaims)}`, Authorization: `Bearer ${tokenOf(goodClaims)}` }],
])('of Authorization headers there is exactly one: not %s', (_, headers) => {
  expect(faultOf(eventOf({ jwt: { claims: flat(goodClaims) } }, headers))).toContain(
    'not exactly one Authorization header',
  );
});

test('the name of the Authorization header may be in any case of letters', () => {
  const headers = { AUTHORIZATION: `Bearer ${tokenOf(goodClaims)}` };
  expect(faultOf(eventOf({ jwt: { claims: flat(goodClaims) } }, headers))).toBeNull();
});

test('what the client says about itself is cut to 256 characters', () => {
  const event = eventOf({ iam });
  const http = { sourceIp: '1'.repeat(257), userAgent: '😀'.repeat(257) };
  const identity = callerIn({
    ...event,
    requestContext: { ...event.requestContext, http, requestId: 'r'.repeat(257) },
  });
  expect(identity.sourceAddress).toBe('1'.repeat(256));
  expect(identity.userAgent).toBe('😀'.repeat(256));
  expect(identity.apiRequestId).toBe('r'.repeat(256));
});

test.each([{}, { sourceIp: '', userAgent: '' }])('a client that says nothing about itself is null: %j', (http) => {
  const event = eventOf({ iam });
  const identity = callerIn({ ...event, requestContext: { ...event.requestContext, http } });
  expect(identity).toMatchObject({ sourceAddress: null, userAgent: null });
});

test('what the client says about itself can be kept in UTF-8', () => {
  const event = eventOf({ iam });
  const http = { sourceIp: '::1', userAgent: 'a\ud800' };
  expect(callerIn({ ...event, requestContext: { ...event.requestContext, http } }).userAgent).toBe('a\ufffd');
});
