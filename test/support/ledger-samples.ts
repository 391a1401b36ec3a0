import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { Association, CreateRequest, Tag } from '../../src/model/association.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Ledger, IdempotencyRecord, TrailPage, TrailQuery, AuditPartition } from '../../src/ledger/ledger.ts';

/** An instant that the samples are built around, in milliseconds. */
export const now = Date.UTC(2026, 10, 24, 12);

/** A record IN_PROGRESS of a new operation, with a lease that runs. */
export function openRecord(fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return {
    idempotencyKey: randomBytes(32).toString('hex'),
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    operationId: ulid(),
    fence: 1,
    state: 'IN_PROGRESS',
    fingerprint: 'f'.repeat(64),
    startedAt: now,
    leaseUntil: now + 30_000,
    inDoubtUntil: now + 420_000,
    expiresAt: null,
    modifiedAtBefore: null,
    inDoubtOperationIds: [],
    result: null,
    ...fields,
  };
}

/** The end of `record`: SUCCEEDED, remembered for three days. */
export function succeeded(record: IdempotencyRecord, fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  const answer = { association: association(), refusal: null, completedAt: new Date(now).toISOString() };
  return { ...record, state: 'SUCCEEDED', expiresAt: now + 72 * 3_600_000, result: answer, ...fields };
}

/** `record` given free to begin again. */
export function released(record: IdempotencyRecord, fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return { ...record, state: 'RELEASED', expiresAt: now + 72 * 3_600_000, ...fields };
}

/** Parts of the sample association, for tests that change some. */
const target = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'main_1',
  namespace: 'shop',
  serviceAccount: 'cart.v2',
};

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

export function request(fields: Partial<CreateRequest> = {}): CreateRequest {
  const { roleArn } = association();
  return { ...target, roleArn, targetRoleArn: null, disableSessionTags: false, policy: null, tags: [], ...fields };
}

/** Any fields of an entry; a request need not fit its operation, which no store checks. */
type EntryFields = { readonly [Field in keyof AuditEntry]?: AuditEntry[Field] };

/** An entry of `operationId`, in the order of creation. */
export function auditEntry(fields: EntryFields = {}): AuditEntry {
  const entry = {
    entryId: nextUlid(),
    operationId: ulid(),
    time: '2026-11-24T12:00:00.000Z',
    event: 'INTENT',
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    principal: { id: 'https://id.example.com/#alice', kind: 'USER', groups: ['shop'], sessionName: null },
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
    fence: 1,
    ...fields,
  };
  return entry as AuditEntry;
}

/** An entry of an instant, in milliseconds; those of the same instant are in the order of creation. */
export function auditEntryAt(time: number, fields: EntryFields = {}): AuditEntry {
  return auditEntry({ entryId: nextUlid(time), time: new Date(time).toISOString(), ...fields });
}

let entries = 0;

/** Entry ids that sort in the order in which they were made. */
function nextUlid(time = now): string {
  entries += 1;
  return ulid(time).slice(0, 10) + entries.toString().padStart(16, '0');
}

/** What to read of the trail: all entries of a section. */
export function trailQuery(section: AuditPartition, fields: Partial<TrailQuery> = {}): TrailQuery {
  return {
    partition: section,
    since: null,
    until: null,
    events: null,
    operations: null,
    limit: 10,
    before: null,
    ...fields,
  };
}

/** Every page of a query, each from where the one before it said. */
export async function trailPages(ledger: Ledger, query: TrailQuery): Promise<TrailPage[]> {
  const pages: TrailPage[] = [];
  for (let before: string | null = query.before; pages.length === 0 || before !== null;) {
    const page = await ledger.readTrail({ ...query, before });
    pages.push(page);
    before = page.next;
  }
  return pages;
}

/** Adds entries to the trail, a hundred at a time or so. */
export async function appendAll(ledger: Ledger, added: readonly AuditEntry[]): Promise<void> {
  const size = 95; // A transaction takes a hundred items.
  for (let start = 0; start < added.length; start += size) {
    await ledger.commit({ kind: 'free', now }, openRecord(), added.slice(start, start + size));
  }
}

/** As many tags as a resource may have, each as long as it may be, in characters of four bytes. */
export function biggestTags(): Tag[] {
  return Array.from({ length: 50 }, (_, index) => ({
    key: `${'🦜'.repeat(126)}${index + 10}`,
    value: '🦜'.repeat(256),
  }));
}
