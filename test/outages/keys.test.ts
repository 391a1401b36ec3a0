import { makeGatewayHandler } from '../../src/app/gateway-handler.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import type { TrustedIssuer } from '../../src/auth/verify-token.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { localEventSource } from '../../packages/local-gateway/src/http-api/http-api.ts';
import { audience, issuer } from '../../packages/local-gateway/src/principals.ts';
import { home, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { makeIssuerKey, sign, startKeyServer } from '../support/key-server.ts';
import type { IssuerKey } from '../support/key-server.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { openStack, realReconciliation, realRequests } from './outage.ts';
import type { Request } from './outage.ts';
import { linesSelectedBy } from '../support/runbook.ts';

const ledger = makeSqliteLedger({ file: ':memory:' });
let gateway: Gateway;
let reconciler: object;
let usual: Request;
let [oldKey, newKey]: IssuerKey[] = [];

beforeAll(async () => {
  gateway = await openGateway({ ledger });
  reconciler = await realReconciliation(gateway);
  [usual = usual] = await realRequests(gateway, [() => gateway.send('{ viewer { id } }')]);
  [oldKey, newKey] = await Promise.all(['2025', '2026'].map((kid) => makeIssuerKey(kid)));
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

const tokenBy = (key: IssuerKey | undefined) => {
  if (!key) throw new Error('There is no key.');
  const now = Math.floor(Date.now() / 1000);
  return sign(key, { iss: issuer, sub: 'alice', aud: audience, exp: now + 600 });
};

/** Sends a token to a function that verifies tokens with these keys, as where the route has no authorizer. */
async function sendToFunction(token: string, keys: TrustedIssuer['keys']) {
  const handler = makeGatewayHandler(gateway.deps, {
    tokens: defaultTokenSettings,
    issuers: [{ issuer, audiences: [audience], keys }],
    eventSource: localEventSource(home.accountId),
  });
  const event = await jwtEvent('alice', '{ viewer { id } }');
  const { authorizer: _, ...requestContext } = event.requestContext as typeof event.requestContext & {
    authorizer: unknown;
  };
  const headers = { ...event.headers, authorization: `Bearer ${token}` };
  const lambda = makeContext({ accountId: home.accountId, functionName: 'graphql' }, Date.now() + 10_000);
  const { statusCode = 0 } = await handler({ ...event, headers, requestContext }, lambda);
  return { status: statusCode };
}

const post = async (token: string) => {
  const { status } = await gateway.post('{"query":"{ viewer { id } }"}', { authorization: `Bearer ${token}` });
  return { status };
};

/** The alarms that rise in an hour in which every request is this one, in a stack that was busy, or had a request in 10 minutes. */
function rung(request: Request, every: number) {
  const stack = openStack();
  stack.play(20, { reconciler });
  stack.play(60, { reconciler, requests: [usual], every });
  return stack.play(60, { reconciler, requests: [request], every });
}

test('keys that API Gateway does not have ring for 401, and no request reaches the function', async () => {
  const [refused] = await realRequests(gateway, [async () => post(await tokenBy(newKey))]);
  expect(refused).toEqual({ status: 401, line: null, call: 'none' });
  expect(rung({ status: 401, line: null, call: 'none' }, 1)).toEqual({
    RejectedRequestsAlarm: 8,
    UnauthenticatedRequestsAlarm: 5,
  });
});

test('the runbook lets the function verify: with the new keys in its file it accepts the tokens', async () => {
  const keys = { keys: [oldKey, newKey].flatMap((key) => (key ? [key.jwk] : [])) };
  for (const key of [oldKey, newKey]) expect(await sendToFunction(await tokenBy(key), keys)).toEqual({ status: 200 });
});

test('keys that the function does not have ring for 401, and the log says which check failed', async () => {
  const keys = { keys: oldKey ? [oldKey.jwk] : [] };
  const [refused = usual] = await realRequests(gateway, [async () => sendToFunction(await tokenBy(newKey), keys)]);
  expect(rung(refused, 1)).toEqual({ RejectedRequestsAlarm: 8, UnauthenticatedRequestsAlarm: 5 });
  expect(linesSelectedBy('## Keys rotated or unreachable', [usual.line, refused.line])).toEqual([
    expect.objectContaining({ code: 'UNAUTHENTICATED', detail: expect.any(String) as string }),
  ]);
});

test(`keys that can't be read ring for 503 at once, also with few requests, and the log names the issuer`, async () => {
  const server = await startKeyServer([]);
  server.serve({}, 500);
  const [failed = usual] = await realRequests(gateway, [async () => sendToFunction(await tokenBy(newKey), server.url)]);
  await server.close();
  expect(failed.status).toBe(503);
  expect(rung(failed, 10)).toEqual({ ApiServerErrorsAlarm: 1, LoggedErrorsAlarm: 1 });
  const [line] = linesSelectedBy('## Keys rotated or unreachable', [usual.line, failed.line]);
  expect(line).toMatchObject({ code: 'ISSUER_UNAVAILABLE', detail: expect.stringContaining(issuer) as string });
});
