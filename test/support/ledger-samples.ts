import { randomBytes } from 'node:crypto';
import { encodeTime, ulid } from 'ulid';
import { bufferedRandom } from '../../src/app/random.ts';
import type { Approval } from '../../src/model/approval.ts';
import type { ApprovalNeed } from '../../src/model/approval-vote.ts';
import type { Association, CreateRequest, Tag } from '../../src/model/association.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger, IdempotencyRecord, TrailPage, TrailQuery, AuditPartition } from '../../src/ledger/ledger.ts';

/** The current time of the sample entries, in milliseconds since the epoch. */
export const now = Date.UTC(2026, 10, 24, 12);

/**
 * The current time of the sample records, in milliseconds since the epoch. Far in the future, because every ten
 * seconds, DynamoDB Local deletes the records in progress that have expired by its own clock.
 */
export const recordTime = Date.UTC(2096, 10, 24, 12);

/** A record IN_PROGRESS of a new operation, with a valid lease. */
export function openRecord(fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return {
    idempotencyKey: randomBytes(32).toString('hex'),
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    operationId: newId(),
    fence: 1,
    state: 'IN_PROGRESS',
    fingerprint: 'f'.repeat(64),
    startedAt: recordTime,
    leaseUntil: recordTime + 30_000,
    inDoubtUntil: recordTime + 420_000,
    retainUntil: null,
    modifiedAtBefore: null,
    inDoubtOperationIds: [],
    result: null,
    ...fields,
  };
}

/** `record` after success, with an expiry in three days. */
export function succeeded(record: IdempotencyRecord, fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  const result = { association: association(), refusal: null, completedAt: new Date(recordTime).toISOString() };
  return { ...record, state: 'SUCCEEDED', retainUntil: recordTime + 72 * 3_600_000, result, ...fields };
}

/** `record` after its release, with an expiry in three days. */
export function released(record: IdempotencyRecord, fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return { ...record, state: 'RELEASED', retainUntil: recordTime + 72 * 3_600_000, ...fields };
}

/** Target of the sample association. */
const target = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'main_1',
  namespace: 'shop',
  serviceAccount: 'cart.v2',
};

/** A sample association. */
export function association(fields: Partial<Association> = {}): Association {
  return {
    ...target,
    roleArn: 'arn:aws:iam::111122223333:role/pods/cart',
    associationArn: 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/main_1/a-0123456789abcdefg',
    associationId: 'a-0123456789abcdefg',
    tags: [{ key: 'team', value: 'shop' }],
    createdAt: '2026-11-24T12:00:00.000Z',
    modifiedAt: '2026-11-24T12:00:00.000Z',
    ownerArn: null,
    disableSessionTags: false,
    targetRoleArn: null,
    externalId: null,
    policy: null,
    ...fields,
  };
}

/** A sample create request. */
export function request(fields: Partial<CreateRequest> = {}): CreateRequest {
  const { roleArn } = association();
  return { ...target, roleArn, targetRoleArn: null, disableSessionTags: false, policy: null, tags: [], ...fields };
}

/** Any fields of an entry; a request need not fit its operation, which no store checks. */
type EntryFields = { readonly [Field in keyof AuditEntry]?: AuditEntry[Field] };

/** A sample entry of a new operation. Entry ids increase in the order of the calls. */
export function auditEntry(fields: EntryFields = {}): AuditEntry {
  const entry = {
    entryId: nextUlid(),
    operationId: newId(),
    time: '2026-11-24T12:00:00.000Z',
    event: 'INTENT',
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    principal: {
      id: 'https://id.example.com/#alice',
      kind: 'USER',
      groups: ['shop'],
      sessionName: null,
      otherGroups: null,
    },
    actor: null,
    onBehalfOf: null,
    sourceAddress: '192.0.2.7',
    userAgent: '',
    apiRequestId: 'request-1',
    target,
    request: request(),
    before: null,
    invalidInput: null,
    findings: [],
    reason: null,
    decision: null,
    refusalCode: null,
    message: null,
    associationArn: null,
    eksRequestId: null,
    omitted: [],
    fence: 1,
    ...fields,
  };
  return entry as AuditEntry;
}

/** A sample entry of a time in milliseconds since the epoch. Entry ids of one millisecond increase in the order of the calls. */
export function auditEntryAt(time: number, fields: EntryFields = {}): AuditEntry {
  return auditEntry({ entryId: nextUlid(time), time: new Date(time).toISOString(), ...fields });
}

let entries = 0;

const random = bufferedRandom();
const newId = () => ulid(undefined, random);

/** Entry ids of one millisecond that increase in the order of the calls. */
function nextUlid(time = now): string {
  entries += 1;
  return encodeTime(time) + entries.toString().padStart(16, '0');
}

/** A query of all entries of a partition, in pages of ten. */
export function trailQuery(partition: AuditPartition, fields: Partial<TrailQuery> = {}): TrailQuery {
  return {
    partition,
    ...noFilters,
    limit: 10,
    before: null,
    ...fields,
  };
}

/** All pages of a query, from its position to the end of the partition. */
export async function trailPages(ledger: Ledger, query: TrailQuery): Promise<TrailPage[]> {
  const pages: TrailPage[] = [];
  for (let before: string | null = query.before; pages.length === 0 || before !== null;) {
    const page = await ledger.readTrail({ ...query, before });
    pages.push(page);
    before = page.next;
  }
  return pages;
}

/** Adds entries to the trail, 95 per transaction. */
export async function appendAll(ledger: Ledger, added: readonly AuditEntry[]): Promise<void> {
  const size = 95; // DynamoDB accepts up to 100 items per transaction.
  for (let start = 0; start < added.length; start += size) {
    await ledger.commit({ kind: 'free', now }, openRecord(), added.slice(start, start + size));
  }
}

/** The largest tags of a resource: 50, of maximum length, in characters of four bytes. */
export function biggestTags(): Tag[] {
  return Array.from({ length: 50 }, (_, index) => ({
    key: `${'🦜'.repeat(126)}${index + 10}`,
    value: '🦜'.repeat(256),
  }));
}

/** The stored record of a key, as a conflicting commit returns it. No record meets the expectation of that commit. */
export async function storedRecord(ledger: Ledger, idempotencyKey: string): Promise<IdempotencyRecord | null> {
  const result = await ledger.commit(
    { kind: 'leased', operationId: '-', fence: -1 },
    openRecord({ idempotencyKey }),
    [],
  );
  if (result.kind !== 'conflict') throw new Error('The commit replaced the record.');
  return result.record;
}

/** Stores a record of any state. */
export async function storeRecord(ledger: Ledger, record: IdempotencyRecord): Promise<void> {
  expect(await ledger.commit({ kind: 'free', now }, record, [])).toEqual({ kind: 'committed' });
}

/** A sample approval that alice asked for, PENDING for a day. */
export function approval(fields: Partial<Approval> = {}): Approval {
  const { principal, reason, onBehalfOf, actor } = auditEntry();
  return {
    id: `approval-${newId()}`,
    key: randomBytes(32).toString('hex'),
    revision: 1,
    state: 'PENDING',
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    fingerprint: 'f'.repeat(64),
    idempotencyKey: 'a'.repeat(64),
    binding: { needs: [approvalNeed()], sliceHash: 'b'.repeat(64), before: null },
    requested: {
      ...{ principal, actor, onBehalfOf, reason, target, before: null },
      ...{ operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request: request() },
    },
    votes: [],
    requestedAt: new Date(recordTime).toISOString(),
    decideUntil: recordTime + 24 * 3_600_000,
    useUntil: null,
    usedBy: null,
    ...fields,
  };
}

/** A sample need of one approver. */
export function approvalNeed(fields: Partial<ApprovalNeed> = {}): ApprovalNeed {
  return {
    ...{ policyId: 'needs-security', policyHash: 'c'.repeat(64), message: 'Not alone.', advice: 'Ask.' },
    ...{ group: 'security', count: 1 },
    ...fields,
  };
}

/** An entry of an approval. */
export function approvalEntry({ id, key, revision }: Approval, fields: EntryFields = {}): AuditEntry {
  return auditEntry({
    operationId: id,
    approvalKey: key,
    fence: revision,
    event: 'APPROVAL_REQUESTED',
    ...fields,
  });
}
