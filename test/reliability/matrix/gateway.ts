import { rmSync } from 'node:fs';
import { DynamoDBClient, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { defaultDescribeLimits } from '../../../src/operations/terms/dependencies.ts';
import { eraseEntries } from '../../../packages/operator/src/erase/run.ts';
import { selected } from '../../../packages/operator/src/erase/select.ts';
import { expire } from '../../../src/operations/expiry/run.ts';
import { defaultTimes } from '../../../src/idempotency/times.ts';
import { reconcile } from '../../../src/operations/flow/reconcile.ts';
import { defaultTokenSettings } from '../../../src/auth/claims.ts';
import { audience, issuer } from '../../../packages/local-gateway/src/principals.ts';
import { makeHandler } from '../../../src/graphql/handler.ts';
import { makeDependencies } from '../../../src/app/compose.ts';
import { makeAuthenticate } from '../../../src/app/gateway-handler.ts';
import { dynamoDbItems } from '../../../src/ledger/dynamodb/items.ts';
import { storedAssociationReads } from '../../../src/ledger/stored/association-reads.ts';
import { storedErasure } from '../../../src/ledger/stored/erasure.ts';
import { storedApprovals } from '../../../src/ledger/stored/approvals.ts';
import { storedObservations } from '../../../src/ledger/stored/observations.ts';
import { ledgerOn, makeDynamoDbLedger } from '../../../src/ledger/dynamodb/ledger.ts';
import { clientUntil, openDynamoDb } from '../../../src/ledger/dynamodb/client.ts';
import { dynamoDbClientDefaults } from '../../../src/ledger/dynamodb/request.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { createTables } from '../../../src/ledger/dynamodb/tables.ts';
import type { TableNames } from '../../../src/ledger/dynamodb/tables.ts';
import { defaultScanSettings, scan } from '../../../src/observations/scan.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import { makeClockCheck } from '../../../src/runtime/clock-check.ts';
import { makeDeadline } from '../../../src/runtime/deadline.ts';
import type { Deadline } from '../../../src/runtime/deadline.ts';
import { withApprovals } from '../../support/held-requests.ts';
import { lockOperations } from '../../support/locks.ts';
import { operationOfToken } from '../eks-facts.ts';
import type { ApprovalFacts, ErasureFacts, ObservedFact, RecordFact, TrailEntry } from '../facts.ts';
import { approvalEntryOf, approvalOf, changeEntry, parsedEntry, textsOf } from '../stored.ts';
import type { StoredEntry } from '../stored.ts';
import { expireSettings, scanMs } from './flows.ts';
import { kindOf } from './implementation.ts';
import type { Implementation, Item, Process, Tables } from './implementation.ts';

const credentials = { accessKeyId: 'simulator', secretAccessKey: 'test' };
const policy = loadHeld();
const authenticate = makeAuthenticate({
  tokens: defaultTokenSettings,
  issuers: [{ issuer, audiences: [audience], keys: null }],
});

/** Each scan reads every association. */
const scanSettings = { ...defaultScanSettings, maxAgeMs: 0 };

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
  lockForAMoment: async (url, tables, principalId) => {
    const ledger = openLedger(url, tables);
    const locks = lockOperations(ledger);
    await locks.lock({ kind: 'PRINCIPAL', principalId });
    await locks.lift({ kind: 'PRINCIPAL', principalId });
    ledger.close();
  },
  // It counted what is in progress, and knew no set.
  leaveInProgress: async (url, tables) => {
    const { client, idempotencyTable: TableName } = storeOf(url, tables);
    const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
    const state = Items.find(({ idempotencyKey }) => idempotencyKey?.S?.startsWith('association/'));
    const keys = Items.flatMap((item) => (item.state?.S === 'SUCCEEDED' ? [item.idempotencyKey?.S ?? ''] : []));
    const update = new UpdateItemCommand({
      TableName,
      Key: { idempotencyKey: { S: state?.idempotencyKey?.S ?? '' } },
      UpdateExpression: 'ADD recordsInProgress :keys, inProgress :closed',
      ExpressionAttributeValues: { ':keys': { SS: keys }, ':closed': { N: '-1' } },
    });
    await client.send(update);
    client.destroy();
  },
  adopts: true,
  hasDesiredStates: true,
  changesTags: true,
  hasReconciler: true,
  createTables: (client, { idempotency, audit }) =>
    createTables(client, { idempotencyTable: idempotency, auditTable: audit }),
  start,
  observed,
  history: (client, { idempotency: idempotencyTable, audit: auditTable }) => {
    const tables = { client, idempotencyTable, auditTable };
    return { ...storedObservations(dynamoDbItems(tables)), ...storedAssociationReads(dynamoDbItems(tables)) };
  },
  approvals,
  erasures,
  hasExpiries: true,
  // Beside entries and records of changes: those of locks and approvals, and what proves that an operation had its effect.
  entries: (items) => items.flatMap((item) => entryOf(item) ?? []),
  records: (items) =>
    items.filter(({ state, approval }) => state !== undefined && approval === undefined).map(recordOf),
  operationOf: (_, eksToken) => operationOfToken(eksToken),
};

/** The clock of the case. It is looked up at each call, as a case replaces it. */
const clock = () => Date.now();

/** The shipped policies, and one that holds the changes of some service accounts. */
function loadHeld() {
  const folder = withApprovals();
  const loaded = loadPolicy(folder);
  rmSync(folder, { recursive: true });
  return loaded;
}

function openLedger(url: string, tables: Tables): Ledger {
  return makeDynamoDbLedger(storeOf(url, tables));
}

function storeOf(url: string, { idempotency: idempotencyTable, audit: auditTable }: Tables) {
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, endpoint: url, region: 'eu-central-1', credentials });
  return { client, idempotencyTable, auditTable };
}

function start(url: string, tables: Tables): Process {
  const { idempotency: idempotencyTable, audit: auditTable } = tables;
  const names = { idempotencyTable, auditTable };
  const check = makeClockCheck({ clock, clockErrorMs: defaultTimes.clockErrorMs, log: () => undefined });
  const checked = { check, idempotencyTable, readableKey: 'locks' };
  const client = openDynamoDb({ endpoint: url, region: 'eu-central-1', credentials }, checked);
  const ledger = makeDynamoDbLedger({ client, ...names });
  const storesUntil = (deadline: Deadline) => {
    const bound = { client: clientUntil(client, deadline), ...names };
    const [approvals, observations] = [storedApprovals(dynamoDbItems(bound)), storedObservations(dynamoDbItems(bound))];
    const associations = storedAssociationReads(dynamoDbItems(bound));
    return { ledger: ledgerOn(bound), approvals, associations, observations };
  };
  const home = { accountId: '111122223333', region: 'eu-central-1' };
  const deps = makeDependencies({
    policy,
    ledger,
    approvals: storedApprovals(dynamoDbItems({ client, ...names })),
    associations: storedAssociationReads(dynamoDbItems({ client, ...names })),
    storesUntil,
    clock,
    clockCheck: check,
    home,
    times: defaultTimes,
    describeLimits: defaultDescribeLimits,
    requestLimits: { burst: 1, perSecond: 0 },
    recordTrailReads: false,
    preflight: 'off',
    preflightRoles: false,
    deployed: { version: 'test', deployedAt: null, pageUrl: null },
    log: () => undefined,
    eks: { endpoint: url, credentials },
  });
  const run = async (ms: number, work: (own: typeof deps & ReturnType<typeof storesUntil>) => Promise<unknown>) => {
    const deadline = makeDeadline(clock() + ms, clock);
    await work({ ...deps, ...storesUntil(deadline) }).finally(deadline.end);
  };
  return {
    handler: makeHandler(deps, authenticate),
    reconcile: () => run(reconcileMs, (own) => reconcile(own, 'reconciler', clock() + reconcileMs)),
    scan: () => {
      const directory = { clusters: [{ ...home, clusterName: 'apps-dev' }] };
      return run(scanMs, (own) => scan({ ...own, directory }, scanSettings, clock() + scanMs));
    },
    expire: () => run(scanMs, (own) => expire(own, expireSettings, 'expire', clock() + scanMs)),
    erase: () => eraseAlice(url, names),
    close: () => ledger.close(),
  };
}

/** Erases the personal data of alice's entries that are not needed, as the operator's command. */
async function eraseAlice(url: string, names: TableNames): Promise<void> {
  const tables = { client: openDynamoDb({ endpoint: url, region: 'eu-central-1', credentials }), ...names };
  const items = dynamoDbItems(tables);
  const ledger = { ...makeDynamoDbLedger(tables), ...storedAssociationReads(items), ...storedErasure(items) };
  try {
    const ids: string[] = [];
    const person = { kind: 'person', id: `${issuer}#alice` } as const;
    for await (const one of selected(ledger, person, { since: null, until: null }, () => undefined))
      if (one.verdict === 'erase') ids.push(one.id);
    if (ids.length > 0) await eraseEntries(ledger, operator, ids, 'case');
  } finally {
    ledger.close();
  }
}

const operator = { id: 'operator', kind: 'SERVICE', groups: [], sessionName: null, otherGroups: null } as const;

/** The erasures that entries record, and the entries whose personal data are gone. */
function erasures(audit: readonly Item[]): ErasureFacts {
  const stored = audit.flatMap(({ entry, personal }) =>
    typeof entry === 'string' ? [{ entry: JSON.parse(entry) as GatewayEntry, isGone: personal === undefined }] : [],
  );
  return {
    recorded: stored.flatMap(({ entry: { operation, time, erasedEntries = [] } }) =>
      operation === 'ERASE_PERSONAL_DATA' ? [{ time: Date.parse(time), erased: erasedEntries }] : [],
    ),
    gone: stored
      .filter(({ entry: { entryId, personal }, isGone }) => isGone && personal?.entryId === entryId)
      .map(({ entry: { operationId, entryId } }) => `${operationId}.${entryId}`),
  };
}

/** Approvals as they are stored, and their entries. */
function approvals(audit: readonly Item[], idempotency: readonly Item[]): Omit<ApprovalFacts, 'votes'> {
  return {
    items: idempotency.flatMap(({ approval }) => (typeof approval === 'string' ? [approvalOf(approval)] : [])),
    entries: audit.flatMap(({ entry }) =>
      typeof entry === 'string' ? (approvalEntryOf(JSON.parse(entry) as GatewayEntry) ?? []) : [],
    ),
  };
}

/** Entries of drift, and the state of the one service account, as they are stored. */
function observed(audit: readonly Item[], idempotency: readonly Item[]): Omit<ObservedFact, 'isDrift' | 'isLeft'> {
  const state = idempotency.find(({ idempotencyKey }) => String(idempotencyKey).startsWith('association/'));
  const seen = state?.observed as
    | { readonly driftId: string | null; readonly sight: { readonly associationId: string; readonly isGone: boolean } }
    | undefined;
  const entries = audit
    .flatMap(({ entry }) => (typeof entry === 'string' ? [JSON.parse(entry) as GatewayEntry] : []))
    .filter(({ operation }) => operation === 'OBSERVE_ASSOCIATION')
    .map(({ operationId, event }) => ({ operationId, event }));
  const records = idempotency.filter((item) => item.state === 'IN_PROGRESS');
  const open = new Set(records.map(({ idempotencyKey }) => String(idempotencyKey)));
  const inProgress = [...((state?.recordsInProgress ?? []) as Iterable<string>)];
  return {
    entries: entries.filter(({ event }) => event !== 'STATE_REPAIRED'),
    repairs: entries.filter(({ event }) => event === 'STATE_REPAIRED').length,
    leftInProgress: inProgress.filter((key) => !open.has(key)).length,
    driftId: seen?.driftId ?? null,
    associationId: seen && !seen.sight.isGone ? seen.sight.associationId : null,
  };
}

/** What is not a change. */
const others: ReadonlySet<string> = new Set([
  'LOCK_CHANGES',
  'OBSERVE_ASSOCIATION',
  'APPROVE_REQUEST',
  'BEGIN_LOG',
  'ERASE_PERSONAL_DATA',
]);

/** Null for what is not an entry of a change. */
function entryOf(item: Item): TrailEntry | null {
  if (typeof item.entry !== 'string') return null;
  const stored = parsedEntry(textsOf(item)) as GatewayEntry;
  const { operation, event, before, apiRequestId = '' } = stored;
  if (others.has(operation) || approvalEntryOf(stored)) return null;
  const isAdopted = event === 'SUCCEEDED' && kindOf(operation) === 'create' && before !== null;
  return { ...changeEntry(stored, kindOf(operation)), apiRequestId, isAdopted };
}

/** A stored audit entry. It is parsed without the gateway's own types. */
interface GatewayEntry extends StoredEntry {
  readonly before: object | null;
  /** Names the entry that the personal data beside it are of; absent: its text has them. */
  readonly personal?: { readonly entryId: string };
  readonly erasedEntries?: readonly string[];
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
