import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defaultDescribeLimits } from '../../../src/operations/dependencies.ts';
import { defaultTimes } from '../../../src/idempotency/times.ts';
import { reconcile } from '../../../src/operations/reconcile.ts';
import { defaultTokenSettings } from '../../../src/auth/claims.ts';
import { audience, issuer } from '../../../packages/local-gateway/src/principals.ts';
import { makeHandler } from '../../../src/graphql/handler.ts';
import { makeDependencies } from '../../../src/app/compose.ts';
import { makeAuthenticate } from '../../../src/app/gateway-handler.ts';
import { makeDynamoDbLedger } from '../../../src/ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../../../src/ledger/dynamodb-request.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { createTables } from '../../../src/ledger/tables.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import { lockOperations } from '../../support/locks.ts';
import type { RecordFact, TrailEntry } from '../facts.ts';
import { kindOf } from './implementation.ts';
import type { Implementation, Item, Process, Tables } from './implementation.ts';

const credentials = { accessKeyId: 'simulator', secretAccessKey: 'test' };
const policy = loadPolicy(join(import.meta.dirname, '..', '..', '..', 'policies'));
const authenticate = makeAuthenticate({
  tokens: defaultTokenSettings,
  issuers: [{ issuer, audiences: [audience], keys: null }],
});

/** Time limit of one reconciler run, as in its Lambda function. Milliseconds. */
const reconcileMs = 20_000;

/** This project's gateway with its production times. */
export const gateway: Implementation = {
  name: 'gateway',
  library: null,
  lock: async (url, tables) => {
    const ledger = openLedger(url, tables);
    await lockOperations(ledger).lock({ kind: 'ALL' });
    ledger.close();
  },
  adopts: true,
  hasReconciler: true,
  createTables: (client, { idempotency, audit }) =>
    createTables(client, { idempotencyTable: idempotency, auditTable: audit }),
  start,
  // Beside entries and records of changes: those of locks, and what proves that an operation had its effect.
  entries: (items) => items.flatMap(({ entry }) => entryOf(entry) ?? []),
  records: (items) => items.filter(({ state }) => state !== undefined).map(recordOf),
  operationOf: (_, eksToken) => eksToken?.replace('pod-identity-gateway-', '') ?? null,
};

function openLedger(url: string, { idempotency: idempotencyTable, audit: auditTable }: Tables): Ledger {
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, endpoint: url, region: 'eu-central-1', credentials });
  return makeDynamoDbLedger({ client, idempotencyTable, auditTable });
}

function start(url: string, tables: Tables): Process {
  const ledger = openLedger(url, tables);
  const deps = makeDependencies({
    policy,
    ledger,
    home: { accountId: '111122223333', region: 'eu-central-1' },
    times: defaultTimes,
    describeLimits: defaultDescribeLimits,
    requestLimits: { burst: 1, perSecond: 0 },
    recordTrailReads: false,
    preflight: 'off',
    preflightRoles: false,
    deployed: { version: 'test', deployedAt: null },
    log: () => undefined,
    eks: { endpoint: url, credentials },
  });
  return {
    handler: makeHandler(deps, authenticate),
    reconcile: async () => {
      await reconcile(deps, 'reconciler', Date.now() + reconcileMs);
    },
    close: () => ledger.close(),
  };
}

/** Null for what is not an entry of a change. */
function entryOf(entry: unknown): TrailEntry | null {
  if (typeof entry !== 'string') return null;
  const { operation, principal, target, reason, request, time, before, ...rest } = JSON.parse(entry) as StoredEntry;
  if (operation === 'LOCK_CHANGES') return null;
  const { operationId, entryId, event, apiRequestId = '', associationArn, refusalCode, fence } = rest;
  return {
    ...{ operationId, entryId, event, apiRequestId, associationArn, refusalCode, fence },
    time: Date.parse(time),
    kind: kindOf(operation),
    isAdopted: event === 'SUCCEEDED' && kindOf(operation) === 'create' && before !== null,
    principal: principal.id,
    clientRequestToken: reason,
    serviceAccount: target && [target.clusterName, target.namespace, target.serviceAccount].join('/'),
    roleArn: request?.roleArn ?? request?.changes?.roleArn ?? null,
  };
}

/** A stored audit entry. It is parsed without the gateway's own types. */
interface StoredEntry extends Pick<
  TrailEntry,
  'operationId' | 'entryId' | 'event' | 'apiRequestId' | 'associationArn' | 'refusalCode' | 'fence'
> {
  readonly operation: string;
  readonly time: string;
  readonly principal: { readonly id: string };
  readonly target: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string } | null;
  readonly reason: string | null;
  readonly before: object | null;
  readonly request: { readonly roleArn?: string; readonly changes?: { readonly roleArn?: string } } | null;
}

function recordOf({ idempotencyKey, operationId, state, fence, leaseUntil }: Item): RecordFact {
  return {
    idempotencyKey: String(idempotencyKey),
    operationId: String(operationId),
    state: String(state),
    fence: Number(fence),
    leaseUntil: Number(leaseUntil),
  };
}
