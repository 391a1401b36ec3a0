import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeHandler } from '../../src/graphql/handler.ts';
import type { Authenticate } from '../../src/graphql/handler.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { dependenciesOn } from '../support/mutations.ts';

const stranger: Authenticate = () => ({ kind: 'unauthenticated', message: 'No identity.' });

/** Handles an event; how often its body is read. */
async function handle(authenticate: Authenticate, change: Partial<APIGatewayProxyEventV2> = {}) {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const handler = makeHandler(dependenciesOn(ledger), authenticate);
  const { body: text, ...event } = await jwtEvent('alice', '{ viewer { id } }');
  let reads = 0;
  const body = () => {
    reads += 1;
    return change.body ?? text;
  };
  const watched = Object.defineProperty({ ...event, ...change }, 'body', { get: body, enumerable: true });
  const lambda = makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 10_000);
  const answer = await handler(watched, lambda);
  ledger.close();
  const { errors = [] } = JSON.parse(answer.body ?? '') as { errors?: { extensions: { code: string } }[] };
  return { status: answer.statusCode, codes: errors.map(({ extensions }) => extensions.code), reads };
}

describe('the body of a request without an identity is not read', () => {
  const nested = JSON.stringify({ query: `{ viewer ${'{ a '.repeat(500)}${'}'.repeat(500)} }` });
  test.each([
    ['valid', {}],
    ['not JSON', { body: '{' }],
    ['nested deeply', { body: nested }],
    ['in base64', { body: Buffer.from(nested).toString('base64'), isBase64Encoded: true }],
  ])('where it is %s', async (_, change) => {
    expect(await handle(stranger, change)).toEqual({ status: 401, codes: ['UNAUTHENTICATED'], reads: 0 });
  });

  test(`where the keys of the issuer can't be read`, async () => {
    const unavailable: Authenticate = () => ({ kind: 'keys-unavailable', issuer: 'https://idp.example', cause: null });
    expect(await handle(unavailable, { body: '{' })).toEqual({ status: 503, codes: ['ISSUER_UNAVAILABLE'], reads: 0 });
  });
});
