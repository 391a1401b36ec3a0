import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeSqliteLedger } from '../../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { makeContext } from '../../../packages/local-gateway/src/http-api/context.ts';
import { makeLog } from '../../../src/runtime/log.ts';
import { openGateway } from '../../support/gateway.ts';
import { jwtEvent } from '../../support/lambda-event.ts';
import type { FuzzedRequest } from './requests.ts';

/** What one request was answered, logged and recorded. */
export interface Observed {
  readonly status: number;
  readonly body: string;
  readonly logLines: readonly string[];
  /** Bytes as JSON of each entry written. */
  readonly entryBytes: readonly number[];
}

/** How long a token is used: half of its lifetime. Milliseconds. */
const tokenMs = 300_000;

/** The Lambda handler with a ledger in a file and a simulated EKS, for one request at a time. */
export async function openFuzzedGateway() {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
  let logLines: string[] = [];
  let entryBytes: number[] = [];
  const measured: Ledger = {
    ...ledger,
    appendEntry: (entry) => {
      entryBytes.push(Buffer.byteLength(JSON.stringify(entry)));
      return ledger.appendEntry(entry);
    },
    commit: (expected, next, entries) => {
      entryBytes.push(...entries.map((entry) => Buffer.byteLength(JSON.stringify(entry))));
      return ledger.commit(expected, next, entries);
    },
  };
  const log = makeLog((line) => logLines.push(line));
  const gateway = await openGateway({ ledger: measured, recordTrailReads: true, change: (deps) => ({ ...deps, log }) });
  const events = new Map<string, { readonly event: APIGatewayProxyEventV2; readonly at: number }>();
  const eventOf = async (as: string) => {
    const known = events.get(as);
    if (known && Date.now() - known.at < tokenMs) return known.event;
    const event = await jwtEvent(as, '{ __typename }');
    events.set(as, { event, at: Date.now() });
    return event;
  };

  const send = async ({ method, headers, body, as }: FuzzedRequest): Promise<Observed> => {
    logLines = [];
    entryBytes = [];
    const event = await eventOf(as);
    const { http } = event.requestContext;
    const routeKey = `${method} /graphql`;
    const requestContext = { ...event.requestContext, routeKey, http: { ...http, method } };
    const sent = { ...event, routeKey, requestContext, headers: { ...event.headers, ...headers }, body };
    const context = makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 29_000);
    const answer = await gateway.handler(sent, context);
    gateway.simulator.control.clearRequests();
    return { status: answer.statusCode ?? 0, body: answer.body ?? '', logLines, entryBytes };
  };

  const close = async () => {
    await gateway.close();
    ledger.close();
    rmSync(folder, { recursive: true });
  };
  return { send, close };
}
