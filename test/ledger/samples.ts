import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { Association, CreateRequest, Tag } from '../../src/model/association.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { TokenRecord } from '../../src/ledger/ledger.ts';

/** An instant that the samples are built around, in milliseconds. */
export const now = Date.UTC(2026, 10, 24, 12);

/** A record IN_PROGRESS of a new operation, with a lease that runs. */
export function openRecord(fields: Partial<TokenRecord> = {}): TokenRecord {
  return {
    tokenKey: randomBytes(32).toString('hex'),
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    operationId: ulid(),
    fence: 1,
    state: 'IN_PROGRESS',
    fingerprint: 'f'.repeat(64),
    startedAt: now,
    leaseUntil: now + 30_000,
    quietAfter: now + 420_000,
    expiresAt: null,
    doubtfulOperationIds: [],
    answer: null,
    ...fields,
  };
}

/** The end of `record`: SUCCEEDED, remembered for three days. */
export function succeeded(record: TokenRecord, fields: Partial<TokenRecord> = {}): TokenRecord {
  const answer = { association: association(), refusal: null, answeredAt: new Date(now).toISOString() };
  return { ...record, state: 'SUCCEEDED', expiresAt: now + 72 * 3_600_000, answer, ...fields };
}

/** `record` given free to begin again. */
export function released(record: TokenRecord, fields: Partial<TokenRecord> = {}): TokenRecord {
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

/** An entry of `operationId`, in the order of creation. */
export function auditEntry(fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
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
}

let entries = 0;

/** Entry ids that sort in the order in which they were made. */
function nextUlid(): string {
  entries += 1;
  return ulid(now).slice(0, 10) + entries.toString().padStart(16, '0');
}

/** As many tags as a resource may have, each as long as it may be, in characters of four bytes. */
export function biggestTags(): Tag[] {
  return Array.from({ length: 50 }, (_, index) => ({
    key: `${'🦜'.repeat(126)}${index + 10}`,
    value: '🦜'.repeat(256),
  }));
}
