import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { authenticate } from '../../src/auth/authenticate.ts';
import type { IdentityEvent } from '../../src/auth/authenticate.ts';
import { makeAuthenticator } from '../../src/auth/authenticator.ts';
import { eventProblem } from '../../src/auth/event-source.ts';
import { makeVerifyToken } from '../../src/auth/verify-token.ts';
import type { TrustedIssuer } from '../../src/auth/verify-token.ts';
import {
  emptyInventory,
  eventOf,
  flat,
  goodClaims,
  identityOf,
  jwtEvent,
  rejectionOf,
  settings,
  tokenOf,
} from './caller-event.ts';
import { makeIssuerKey, sign } from '../support/key-server.ts';
import type { IssuerKey } from '../support/key-server.ts';
import { iamEvent, jwtEvent as apiEvent } from '../support/lambda-event.ts';

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

describe('the authenticator', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'https://a.example', sub: 'alice', aud: 'gateway', exp: now + 600, groups: ['payments-team'] };
  const alice = { kind: 'authenticated', identity: { principal: { id: 'https://a.example#alice' } } };

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
});

describe('the source of an event', () => {
  const source = { apiId: 'local', accountId: '111122223333', stage: '$default', acceptsIam: true };

  /** The event, with these fields of its request context replaced. */
  const withContext = (event: APIGatewayProxyEventV2, fields: object) => ({
    ...event,
    requestContext: { ...event.requestContext, ...fields },
  });

  let fromJwtRoute: APIGatewayProxyEventV2;
  let fromIamRoute: APIGatewayProxyEventV2;

  beforeAll(async () => {
    fromJwtRoute = await apiEvent('alice', '{ viewer { id } }');
    fromIamRoute = await iamEvent('{ viewer { id } }');
  });

  test('events of both routes of the API are accepted', () => {
    expect(eventProblem(fromJwtRoute, source)).toBeNull();
    expect(eventProblem(fromIamRoute, source)).toBeNull();
  });

  test.each([
    ['of another API', { apiId: 'other' }, 'requestContext.apiId is "other", expected "local"'],
    ['of an API in another account', { accountId: '444455556666' }, 'requestContext.accountId is "444455556666"'],
    ['of another stage', { stage: 'test' }, 'requestContext.stage is "test", expected "$default"'],
    ['of a function URL', { accountId: 'anonymous' }, 'requestContext.accountId is "anonymous"'],
  ])('an event %s is refused', (_, fields, problem) => {
    expect(eventProblem(withContext(fromJwtRoute, fields), source)).toContain(problem);
    expect(eventProblem(withContext(fromIamRoute, fields), source)).toContain(problem);
  });

  test.each(['$default', 'GET /graphql', 'POST /graphql/', 'POST /other', ''])(
    'an event of the route "%s" is refused',
    (routeKey) => {
      const event = { ...withContext(fromJwtRoute, { routeKey }), routeKey };
      expect(eventProblem(event, source)).toContain('routeKey is');
    },
  );

  test('an event whose two route keys differ is refused', () => {
    expect(eventProblem({ ...fromJwtRoute, routeKey: 'POST /iam/graphql' }, source)).toContain('routeKey is');
    expect(eventProblem(withContext(fromIamRoute, { routeKey: 'POST /graphql' }), source)).toContain('routeKey is');
  });

  test('an identity by JWT is refused on the IAM route, and the reverse', () => {
    const { authorizer: jwt } = fromJwtRoute.requestContext as { authorizer?: object };
    const { authorizer: iam } = fromIamRoute.requestContext as { authorizer?: object };
    const problem = 'the authorizer is not the one of the route';
    expect(eventProblem(withContext(fromIamRoute, { authorizer: jwt }), source)).toContain(problem);
    expect(eventProblem(withContext(fromJwtRoute, { authorizer: iam }), source)).toContain(problem);
    expect(eventProblem(withContext(fromIamRoute, { authorizer: { ...iam, ...jwt } }), source)).toContain(problem);
    expect(eventProblem(withContext(fromJwtRoute, { authorizer: { ...iam, ...jwt } }), source)).toContain(problem);
    expect(eventProblem(withContext(fromIamRoute, { authorizer: undefined }), source)).toContain(problem);
  });

  test('events of the IAM route are refused where that route is switched off', () => {
    expect(eventProblem(fromIamRoute, { ...source, acceptsIam: false })).toContain('routeKey is');
    expect(eventProblem(fromJwtRoute, { ...source, acceptsIam: false })).toBeNull();
  });

  test.each([
    ['null', null],
    ['a number', 7],
    ['a text', 'event'],
    ['a list', []],
    ['an empty object', {}],
    ['a scheduled event', { 'detail-type': 'Scheduled Event', source: 'aws.events' }],
    ['a REST API event', { httpMethod: 'POST', path: '/graphql', requestContext: { apiId: 'local' } }],
  ])('%s is refused, as it is not an event of an HTTP API', (_, event) => {
    expect(eventProblem(event, source)).toContain('it is not an HTTP API event');
  });

  test.each([
    ['version', { version: '1.0' }],
    ['headers', { headers: null }],
    ['headers', { headers: { authorization: 1 } }],
    ['body', { body: {} }],
    ['isBase64Encoded', { isBase64Encoded: 'no' }],
    ['rawQueryString', { rawQueryString: 1 }],
  ])('an event with a malformed %s is refused', (field, fields) => {
    const problem = eventProblem({ ...fromJwtRoute, ...fields }, source);
    expect(problem).toContain('it is not an HTTP API event');
    expect(problem).toContain(field);
  });

  test.each([{ requestId: 1 }, { http: { method: 'OPTIONS' } }, { http: null }, { authorizer: 'alice' }])(
    'an event with the malformed request context %j is refused',
    (fields) => {
      expect(eventProblem(withContext(fromJwtRoute, fields), source)).toContain('it is not an HTTP API event');
    },
  );

  test('the problem quotes at most 100 characters of the event', () => {
    const problem = eventProblem(withContext(fromJwtRoute, { apiId: 'x'.repeat(100_000) }), source);
    expect(problem?.length).toBeLessThan(250);
  });
});
