import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeGatewayClient, sigV4 } from 'pod-identity-client';
import type { Fetch } from 'pod-identity-client';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import type { SeenRequest } from '../../../test/support/answering-server.ts';
import { readLagMs } from '../../../test/support/changes.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { home, openGateway } from '../../../test/support/gateway.ts';
import type { Gateway, GatewayOptions } from '../../../test/support/gateway.ts';
import { openSqlite } from '../../../test/support/ledgers.ts';
import { makeIamAuthorizer } from '../../local-gateway/src/http-api/iam-authorizer.ts';
import { makeHandler } from '../src/handler.ts';
import { openResponseBucket } from './response-bucket.ts';

/** The credentials of the function's role: that of a team's deployments, as the shipped inventory lists it. */
export const roleCredentials = { accessKeyId: 'ci-deployer', secretAccessKey: 's'.repeat(40) };
const identity = {
  ...roleCredentials,
  userArn: 'arn:aws:sts::111122223333:assumed-role/ci-deployer/function',
  userId: 'AROA0123456789ABCDEF7:function',
};

/** What happens to a request between function and gateway; it is executed except after `not sent`. */
type Fault = 'lost answer' | 'no answer' | 'not sent' | { readonly status: number; readonly body: string };

export type Opened = Awaited<ReturnType<typeof openFunction>>;

/** Opens the function, a gateway that it calls with signed requests, and a bucket for its responses to CloudFormation. */
export async function openFunction(options: Omit<GatewayOptions, 'ledger'> = {}) {
  const { ledger, close: closeLedger } = await openSqlite();
  const authorizeIam = makeIamAuthorizer({ identities: [identity], ...home });
  const gateway = await openGateway({ ledger, authorizeIam, ...options });
  const [route, bucket] = await Promise.all([openRoute(gateway), openResponseBucket()]);
  const authentication = sigV4({ credentials: roleCredentials, region: home.region });
  const log: object[] = [];
  const invokedFunctionArn = `arn:aws:lambda:${home.region}:${home.accountId}:function:payments-pod-identity`;
  const run = (event: unknown, timeoutMs: number, send: Fetch = fetch) => {
    const handler = makeHandler({
      connect: (retries) => makeGatewayClient({ url: route.url, authentication, retries, fetch: send }),
      agent: bucket.agent,
      log: (line) => log.push(line),
    });
    const end = Date.now() + timeoutMs;
    return handler(event, { invokedFunctionArn, getRemainingTimeInMillis: () => end - Date.now() });
  };
  /** Invokes the function, by default with the time of Lambda's longest timeout. */
  const invoke = (event: unknown, { timeoutMs = 900_000 } = {}) => run(event, timeoutMs);
  /** Invokes the function, which does nothing more once the gateway has executed its first request, as if it were killed. */
  const invokeKilled = (event: unknown) =>
    new Promise<void>((resolve, reject) => {
      const ended = run(event, 900_000, async (...request) => {
        await fetch(...request);
        resolve();
        return new Promise<never>(() => undefined);
      });
      ended.then(() => resolve(), reject);
    });
  const close = async () => {
    await Promise.all([route.close(), bucket.close(), gateway.close()]);
    await closeLedger();
  };
  return { gateway, ledger, route, bucket, log, invoke, invokeKilled, close };
}

/** A server in front of the gateway, which passes signed requests on. Each takes the first of `faults`. */
async function openRoute(gateway: Gateway) {
  const faults: Fault[] = [];
  let answered = 0;
  const forward = async ({ path, headers, body }: SeenRequest) => {
    const forwarded = request(`${gateway.url}${path}`, { method: 'POST', headers }).end(body);
    const [response] = (await once(forwarded, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
    return { status: response.statusCode, body: await text(response) };
  };
  const server = await startAnsweringServer((response, seen) => {
    // Every read shows the last change.
    gateway.clock.skip(readLagMs);
    const fault = faults.shift();
    if (fault === 'not sent') return void response.destroy();
    if (typeof fault === 'object') return void response.writeHead(fault.status).end(fault.body);
    void forward(seen).then(({ status, body }) => {
      answered += 1;
      if (fault === 'lost answer') response.destroy();
      else if (fault === undefined) response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  /** How many requests the gateway has answered. */
  const answers = () => answered;
  return { url: server.endpoint, faults, seen: server.seen, answered: answers, close: closeAtEnd(server.stop) };
}

/** The associations at EKS, by service account, as they are there. */
export function associationsOf({ gateway }: Opened) {
  const all = gateway.simulator.control.associations();
  return Object.fromEntries(all.map((one) => [`${one.namespace}/${one.serviceAccount}`, one]));
}
