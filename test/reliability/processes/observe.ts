import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { CallerAnswer, ChangeKind, EksChange, Facts, HeldAssociation, TokenFact, TrailEntry } from '../facts.ts';

/*
 * Reads from outside what a run left: the file of the ledger, the simulator's own endpoint, the answers that the load noted.
 * Nothing of the gateway's code is used for it.
 */

/** An entry of the trail, and what else a report tells of it. */
export interface Entry extends TrailEntry {
  readonly bySettler: boolean;
}

/** What was seen. */
export interface Observed extends Facts {
  readonly entries: readonly Entry[];
  /** How many requests EKS refused for the date of their signature: they were sent too late. */
  readonly refusedAsLate: number;
}

/** The endpoint under `/_simulator/`. Throws where it says no. */
export type Steer = (request: string) => Promise<unknown>;

/** A request in the simulator's log, as docs/eks-simulator.md tells. */
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

/** Keeps the simulator's log beyond the 10,000 requests that it holds; to be asked before so many came anew. */
export interface RequestLog {
  /** Adds what came since. Throws where requests were lost in between. */
  readonly read: () => Promise<void>;
  readonly all: () => readonly LoggedRequest[];
}

/** Begins with nothing. */
export function openRequestLog(steer: Steer): RequestLog {
  const requests = new Map<string, LoggedRequest>();
  const read = async () => {
    const { requests: last } = (await steer('GET requests')) as { requests: LoggedRequest[] };
    const [oldest] = last;
    const isWhole = last.length < 10_000 || requests.has(oldest?.requestId ?? '');
    if (!isWhole) throw new Error('Requests were lost from the log of the EKS simulator: read it more often.');
    // One that was seen already may have got its outcome since.
    for (const request of last) requests.set(request.requestId, request);
  };
  return { read, all: () => [...requests.values()] };
}

/** Looks at everything. To be called when no process writes any more. */
export async function observe(steer: Steer, log: RequestLog, files: Files): Promise<Observed> {
  await log.read();
  const { associations } = (await steer('GET associations')) as { associations: Association[] };
  const lines = readFileSync(files.answersFile, 'utf8').split('\n').slice(0, -1);
  return {
    changes: log.all().flatMap(changeOf),
    refusedAsLate: log.all().filter(({ outcome }) => outcome === 'InvalidSignatureException').length,
    associations: associations.map(heldOf),
    answers: lines.map((line) => JSON.parse(line) as CallerAnswer),
    // The load goes through the gateways alone, and nobody else is there.
    touchedByOthers: [],
    settled: true,
    ...readLedger(files.ledgerFile),
  };
}

/** What the gateways and the load have written. */
export interface Files {
  readonly ledgerFile: string;
  readonly answersFile: string;
}

const tokenPrefix = 'pod-identity-gateway-';

function changeOf(request: LoggedRequest): EksChange[] {
  const [, kind] = /^(Create|Update|Delete)PodIdentityAssociation$/.exec(request.operation ?? '') ?? [];
  if (kind === undefined) return [];
  const { requestId, cluster, namespace, serviceAccount, associationId, clientRequestToken } = request;
  return [
    {
      requestId,
      kind: kind.toLowerCase() as ChangeKind,
      time: Date.parse(request.time),
      serviceAccount: serviceAccount && `${cluster?.clusterName}/${namespace}/${serviceAccount}`,
      associationId,
      operationId: clientRequestToken?.startsWith(tokenPrefix) ? clientRequestToken.slice(tokenPrefix.length) : null,
      applied: request.outcome === 'succeeded',
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

function heldOf({ clusterName, namespace, serviceAccount, tags, ...association }: Association): HeldAssociation {
  const { associationArn, associationId, roleArn } = association;
  return {
    ...{ associationArn, associationId, roleArn },
    serviceAccount: `${clusterName}/${namespace}/${serviceAccount}`,
    operationId: tags['pod-identity-gateway/operation'] ?? null,
  };
}

function readLedger(file: string): { readonly entries: Entry[]; readonly tokens: TokenFact[] } {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const entries = database.prepare('SELECT entry FROM audit ORDER BY entryId').all();
    const tokens = database.prepare('SELECT record FROM idempotency').all();
    return {
      entries: entries.map(({ entry }) => entryOf(JSON.parse(String(entry)) as StoredEntry)),
      tokens: tokens.map(({ record }) => JSON.parse(String(record)) as TokenFact),
    };
  } finally {
    database.close();
  }
}

/** How many operations are still open in a ledger that is in use. */
export function countOpen(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS open FROM idempotency WHERE state = 'IN_PROGRESS'").get()?.open);
  } finally {
    database.close();
  }
}

interface StoredEntry {
  readonly operationId: string;
  readonly entryId: string;
  readonly time: string;
  readonly event: string;
  readonly operation: string;
  readonly principal: { readonly id: string };
  readonly target: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string } | null;
  readonly request: { readonly roleArn?: string; readonly changes?: { readonly roleArn?: string } } | null;
  readonly associationArn: string | null;
  readonly refusalCode: string | null;
  readonly fence: number | null;
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
    bySettler: stored.userAgent === 'pod-identity-gateway/reconciler',
  };
}
