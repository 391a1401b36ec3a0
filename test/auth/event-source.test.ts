import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { eventProblem } from '../../src/auth/event-source.ts';
import { iamEvent, jwtEvent } from '../support/lambda-event.ts';

const source = { apiId: 'local', accountId: '111122223333', stage: '$default', acceptsIam: true };

/** The event, with these fields of its request context replaced. */
const withContext = (event: APIGatewayProxyEventV2, fields: object) => ({
  ...event,
  requestContext: { ...event.requestContext, ...fields },
});

let fromJwtRoute: APIGatewayProxyEventV2;
let fromIamRoute: APIGatewayProxyEventV2;

beforeAll(async () => {
  fromJwtRoute = await jwtEvent('alice', '{ viewer { id } }');
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
