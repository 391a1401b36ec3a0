import { makeGatewayHandler } from '../../src/app/gateway-handler.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { localEventSource } from '../../packages/local-gateway/src/http-api/http-api.ts';
import { audience, issuer } from '../../packages/local-gateway/src/principals.ts';
import { tokenOf } from '../auth/caller-event.ts';
import { makeIssuerKey, sign, startKeyServer } from '../support/key-server.ts';
import type { IssuerKey } from '../support/key-server.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { dependenciesOn } from '../support/mutations.ts';

const now = Math.floor(Date.now() / 1000);
const claims = { iss: issuer, sub: 'pat', aud: audience, exp: now + 600, groups: ['platform-admins'] };
const accountId = '111122223333';

let key: IssuerKey;
let keys: Awaited<ReturnType<typeof startKeyServer>>;

beforeAll(async () => {
  key = await makeIssuerKey('1');
});
beforeEach(async () => {
  keys = await startKeyServer([key.jwk]);
});
afterEach(() => keys.close());

/** Sends an event of the JWT route without an authorizer, as where the function verifies tokens alone. */
async function send(token: string) {
  const logged: [string, string][] = [];
  const deps = dependenciesOn(makeSqliteLedger({ file: ':memory:' }), {
    log: (level, message) => void logged.push([level, message]),
  });
  const handler = makeGatewayHandler(deps, {
    tokens: defaultTokenSettings,
    issuers: [{ issuer, audiences: [audience], keys: keys.url }],
    eventSource: localEventSource(accountId),
  });
  const event = await jwtEvent('alice', '{ viewer { id groups } }');
  const { authorizer: _, ...requestContext } = event.requestContext as typeof event.requestContext & {
    authorizer?: unknown;
  };
  const headers = { ...event.headers, authorization: `Bearer ${token}` };
  const lambda = makeContext({ accountId, functionName: 'graphql' }, Date.now() + 10_000);
  const { statusCode, body } = await handler({ ...event, headers, requestContext }, lambda);
  return { statusCode, answer: JSON.parse(body ?? '') as unknown, logged };
}

test('the function alone authenticates a token that the issuer signed', async () => {
  const { statusCode, answer } = await send(await sign(key, claims));
  expect(statusCode).toBe(200);
  expect(answer).toEqual({ data: { viewer: { id: `${issuer}#pat`, groups: ['platform-admins'] } } });
});

test('the function alone rejects an unsigned token with 401', async () => {
  const { statusCode, answer, logged } = await send(tokenOf(claims));
  expect(statusCode).toBe(401);
  expect(answer).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(logged).toContainEqual(['warn', 'Request answered.']);
});

test(`a request is answered with 503 and a time to retry while the keys of the issuer can't be read`, async () => {
  keys.serve({}, 500);
  const { statusCode, answer, logged } = await send(await sign(key, claims));
  expect(statusCode).toBe(503);
  expect(answer).toMatchObject({
    errors: [{ extensions: { code: 'ISSUER_UNAVAILABLE', retryable: true, retryAfterSeconds: 5 } }],
  });
  expect(JSON.stringify(answer)).not.toContain('stack');
  expect(logged).toContainEqual(['error', 'Request answered.']);
});
