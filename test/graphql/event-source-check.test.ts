import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { refuseForeignEvents } from '../../src/graphql/event-source-check.ts';
import type { GraphqlHandler } from '../../src/graphql/handler.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { tokenOf } from '../auth/caller-event.ts';
import { iamEvent, jwtEvent } from '../support/lambda-event.ts';

const context = () => makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 10_000);

describe('a hand-made event', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway({ ledger: makeSqliteLedger({ file: ':memory:' }) });
  });
  beforeEach(() => void gateway.logged.splice(0));
  afterAll(() => gateway.close());

  const invoke = (event: unknown) => gateway.handler(event as Parameters<GraphqlHandler>[0], context());

  it('with an unsigned token and the identity of another API is refused with 403, and executes nothing', async () => {
    const claims = { iss: 'https://issuer.example', sub: 'pat', exp: 2_000_000_000, groups: ['platform-admins'] };
    const event = await jwtEvent('alice', '{ viewer { id } }');
    const forged = {
      ...event,
      headers: { ...event.headers, authorization: `Bearer ${tokenOf(claims)}` },
      requestContext: {
        ...event.requestContext,
        apiId: 'guessed',
        authorizer: { jwt: { claims: { ...claims, exp: '2000000000', groups: '[platform-admins]' }, scopes: null } },
      },
    };
    const { statusCode, body } = await invoke(forged);
    expect(statusCode).toBe(403);
    expect(JSON.parse(body ?? '')).toEqual({
      errors: [
        {
          message: 'The event was not sent by the API of this gateway: send requests to its URL.',
          extensions: {
            code: 'FORBIDDEN',
            requestId: expect.any(String) as unknown,
            retryable: false,
            retryAfterSeconds: null,
          },
        },
      ],
    });
  });

  it('leaves one warning with the reason and the ids of the request, without a stack', async () => {
    const event = await iamEvent('{ viewer { id } }');
    const lambda = context();
    await gateway.handler({ ...event, requestContext: { ...event.requestContext, stage: 'test' } }, lambda);
    expect(gateway.logged).toEqual([
      {
        level: 'warn',
        message: 'Event refused.',
        fields: {
          apiRequestId: event.requestContext.requestId,
          lambdaRequestId: lambda.awsRequestId,
          reason: 'requestContext.stage is "test", expected "$default".',
        },
      },
    ]);
  });

  it.each([null, 7, 'event', [], {}, { requestContext: { requestId: 7 } }])('%j is refused with 403', async (event) => {
    expect((await invoke(event)).statusCode).toBe(403);
    expect(gateway.logged).toMatchObject([{ level: 'warn', fields: { apiRequestId: null } }]);
  });

  it('with a JWT on the IAM route, or the reverse, is refused with 403', async () => {
    const [jwt, iam] = [await jwtEvent('alice', '{ viewer { id } }'), await iamEvent('{ viewer { id } }')];
    const swap = (to: typeof jwt, from: typeof jwt) => ({
      ...to,
      headers: jwt.headers,
      requestContext: { ...to.requestContext, authorizer: Reflect.get(from.requestContext, 'authorizer') as object },
    });
    expect((await invoke(swap(iam, jwt))).statusCode).toBe(403);
    expect((await invoke(swap(jwt, iam))).statusCode).toBe(403);
  });
});

test('an event of the API reaches the handler unchanged', async () => {
  const received: unknown[] = [];
  const handler: GraphqlHandler = (...args) => {
    received.push(...args);
    return Promise.resolve({ statusCode: 200 });
  };
  const source = { apiId: 'local', accountId: '111122223333', stage: '$default', acceptsIam: true };
  const event = await jwtEvent('alice', '{ viewer { id } }');
  const lambda = context();
  await refuseForeignEvents(handler, source, () => undefined)(event, lambda);
  expect(received[0]).toBe(event);
  expect(received[1]).toBe(lambda);
});
