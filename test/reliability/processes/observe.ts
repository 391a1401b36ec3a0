import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { AssociationFact, ApprovalFacts, CallerAnswer, ChangeKind, EksChange, Facts } from '../facts.ts';
import type { RecordFact, TrailEntry, VoteAnswer } from '../facts.ts';
import { approvalEntryOf, approvalOf, conditionsOf } from '../stored.ts';
import type { StoredChange } from '../stored.ts';

/** An entry of the audit trail, with what the report needs in addition. */
interface Entry extends TrailEntry {
  readonly byReconciler: boolean;
}

/**
 * The facts of a run. They are read from the ledger file, the simulator's control API and the recorded answers, without
 * any of the gateway's code.
 */
export interface Observed extends Facts {
  readonly entries: readonly Entry[];
  readonly approvals: ApprovalFacts;
  /** Number of requests that EKS rejected because their signature was too old. */
  readonly refusedAsLate: number;
}

/** Calls the simulator's control API under `/_simulator/`. Throws for an error response. */
export type Control = (request: string) => Promise<unknown>;

/** A request in the simulator's log; see docs/eks-simulator.md. */
interface LoggedRequest {
  readonly requestId: string;
  readonly time: string;
  readonly operation: string | null;
  readonly cluster: { readonly clusterName: string } | null;
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly associationId: string | null;
  readonly clientRequestToken: string | null;
  readonly outcome: string;
}

/** Collects the simulator's log, which holds the last 10,000 requests. Read it before as many new ones arrive. */
export interface RequestLog {
  /** Adds the new requests. Throws if requests were lost in between. */
  readonly read: () => Promise<void>;
  readonly all: () => readonly LoggedRequest[];
}

/** Opens an empty log. */
export function openRequestLog(control: Control): RequestLog {
  const requests = new Map<string, LoggedRequest>();
  const read = async () => {
    const { requests: last } = (await control('GET requests')) as { requests: LoggedRequest[] };
    const [oldest] = last;
    const isWhole = last.length < 10_000 || requests.has(oldest?.requestId ?? '');
    if (!isWhole) throw new Error('Requests were lost from the log of the EKS simulator: read it more often.');
    // A request that was read before may have its outcome by now.
    for (const request of last) requests.set(request.requestId, request);
  };
  return { read, all: () => [...requests.values()] };
}

/** Collects all facts. Call it when no process writes any more. */
export async function observe(
  control: Control,
  log: RequestLog,
  files: AnswerFiles,
  readStored: () => StoredLedger | Promise<StoredLedger>,
): Promise<Observed> {
  await log.read();
  const { associations } = (await control('GET associations')) as { associations: Association[] };
  const { approvals, ...ledger } = await readStored();
  return {
    changes: log.all().flatMap(changeOf),
    refusedAsLate: log.all().filter(({ outcome }) => outcome === 'InvalidSignatureException').length,
    associations: associations.map(associationFact),
    answers: linesOf(files.answersFile) as CallerAnswer[],
    // The load only uses the gateways.
    outside: [],
    locks: [],
    reconciled: true,
    approvals: { ...approvals, votes: linesOf(files.votesFile) as VoteAnswer[] },
    ...ledger,
  };
}

function linesOf(file: string): unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** Files written by the load. */
export interface AnswerFiles {
  readonly answersFile: string;
  readonly votesFile: string;
}

const tokenPrefix = 'pod-identity-gateway-';

function changeOf(request: LoggedRequest): EksChange[] {
  const [, kind] = /^(Create|Update|Delete)PodIdentityAssociation$/.exec(request.operation ?? '') ?? [];
  if (kind === undefined) return [];
  const { requestId, cluster, namespace, serviceAccount, associationId, clientRequestToken } = request;
  const time = Date.parse(request.time);
  return [
    {
      requestId,
      kind: kind.toLowerCase() as ChangeKind,
      time,
      serviceAccount: serviceAccount && `${cluster?.clusterName}/${namespace}/${serviceAccount}`,
      associationId,
      operationId: clientRequestToken?.startsWith(tokenPrefix) ? clientRequestToken.slice(tokenPrefix.length) : null,
      effect: request.outcome === 'succeeded' ? { at: time, visibleAt: time, modifiedAt: time } : null,
    },
  ];
}

interface Association {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly associationArn: string;
  readonly associationId: string;
  readonly roleArn: string;
  readonly tags: Readonly<Record<string, string>>;
}

function associationFact({
  clusterName,
  namespace,
  serviceAccount,
  tags,
  ...association
}: Association): AssociationFact {
  const { associationArn, associationId, roleArn } = association;
  return {
    ...{ associationArn, associationId, roleArn },
    serviceAccount: `${clusterName}/${namespace}/${serviceAccount}`,
    operationId: tags['pod-identity-gateway/operation'] ?? null,
  };
}

/** What a ledger has at the end. */
export interface StoredLedger {
  readonly entries: Entry[];
  readonly records: RecordFact[];
  readonly approvals: Omit<ApprovalFacts, 'votes'>;
}

/** The keys of records: SHA-256 in hex. */
const recordKeys = '[0-9a-f]'.repeat(64);

/** Reads the ledger in a file. */
export function readLedger(file: string): StoredLedger {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const entries = database.prepare(`SELECT item ->> '$.entry' AS entry FROM audit ORDER BY entryId`).all();
    const items = (keys: string) =>
      database.prepare('SELECT item FROM idempotency WHERE idempotencyKey GLOB ?').all(keys);
    return storedLedger({
      entries: entries.flatMap(({ entry }) => (entry === null ? [] : [String(entry)])),
      records: items(recordKeys).map(({ item }) => JSON.parse(String(item)) as RecordFact),
      approvals: items('approval/*').map(({ item }) => (JSON.parse(String(item)) as { approval: string }).approval),
    });
  } finally {
    database.close();
  }
}

/** What the items of a ledger say. Entries, in the order of their ids, and approvals are JSON. */
export function storedLedger(items: {
  readonly entries: readonly string[];
  readonly records: readonly RecordFact[];
  readonly approvals: readonly string[];
}): StoredLedger {
  const stored = items.entries.map((entry) => JSON.parse(entry) as StoredEntry);
  // Votes that were not counted are no changes.
  const changes = stored.filter((one) => approvalEntryOf(one) === null && one.operation !== 'APPROVE_REQUEST');
  return {
    entries: changes.map(entryOf),
    records: [...items.records],
    approvals: {
      items: items.approvals.map(approvalOf),
      entries: stored.flatMap((one) => approvalEntryOf(one) ?? []),
    },
  };
}

/** Counts the open operations of a ledger that is in use. */
export function countOpen(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(
      database.prepare(`SELECT count(*) AS open FROM idempotency WHERE item ->> '$.state' = 'IN_PROGRESS'`).get()?.open,
    );
  } finally {
    database.close();
  }
}

/** Counts the endings before a time that were not carried out and are not suspended. */
export function countDueEndings(file: string, before: number): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const due = "item ->> '$.ending.expiresAt' < ? AND item ->> '$.ending.suspendedFor' IS NULL";
    const row = database.prepare(`SELECT count(*) AS due FROM idempotency WHERE ${due}`);
    return Number(row.get(new Date(before).toISOString())?.due);
  } finally {
    database.close();
  }
}

interface StoredEntry extends StoredChange {
  readonly entryId: string;
  readonly target: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string } | null;
  readonly request:
    (StoredChange['request'] & { readonly roleArn?: string; readonly changes?: { readonly roleArn?: string } }) | null;
  readonly associationArn: string | null;
  readonly refusalCode: string | null;
  readonly reason: string | null;
  readonly userAgent: string | null;
}

function entryOf(stored: StoredEntry): Entry {
  const { operationId, entryId, event, associationArn, refusalCode, fence, target, request } = stored;
  const [kind = ''] = stored.operation.split('_');
  return {
    ...{ operationId, entryId, event, associationArn, refusalCode, fence },
    time: Date.parse(stored.time),
    kind: kind.toLowerCase() as ChangeKind,
    principal: stored.principal.id,
    clientRequestToken: stored.reason,
    serviceAccount: target && `${target.clusterName}/${target.namespace}/${target.serviceAccount}`,
    roleArn: request?.roleArn ?? request?.changes?.roleArn ?? null,
    ...conditionsOf(stored),
    byReconciler: stored.userAgent === 'pod-identity-gateway/reconciler',
  };
}
